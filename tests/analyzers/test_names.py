"""What dotted names mean: imports, aliases, re-exports, scopes, classes; in Python and in TypeScript."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.names import Target
from tests.analyzers.project_files import project_of

SHOP = {
    "/w/shop/__init__.py": "from .models import Book as Volume\nfrom .fields import *\n",
    "/w/shop/models.py": """
        from django.db import models
        import shop.helpers
        from . import helpers as h
        class Book(models.Model):
            objects = models.Manager()
            class Meta:
                ordering = ["title"]
            def read(self): ...
        class Novel(Book):
            pass
        Tome = Novel
        shorten = lambda text: text[:10]
        db = make()
        """,
    "/w/shop/fields.py": "from django.db.models import *\n_hidden = 1\nshown = 2\n",
    "/w/shop/helpers.py": "def help_(): ...\n",
    "/w/shop/views.py": """
        from shop import models, Volume
        from .models import Tome as T, shorten, db
        import shop.models as m
        import os.path
        from .missing import thing
        def view(request, len):
            from shop.helpers import help_ as local
            def inner():
                return local
            models_ = models
            return inner
        class View:
            kind = 1
            def get(self):
                def nested(): ...
                return nested
        """,
    "/w/shop/star.py": "from shop import *\nfrom .helpers import *\n",
    "/w/loop/__init__.py": "from .a import x\n",
    "/w/loop/a.py": "from .b import x\n",
    "/w/loop/b.py": "from .a import x\n",
}
VIEWS = "/w/shop/views.py"
BOOK = Target("class", "/w/shop/models.py", "Book")


@pytest.fixture(scope="module")
def shop() -> Project:
    return project_of(SHOP)


@pytest.mark.parametrize(
    ("dotted", "scope", "target", "rest"),
    [
        ("models.Book.objects", "", BOOK, ("objects",)),
        ("models.Book.read", "", Target("function", "/w/shop/models.py", "Book.read"), ()),
        ("models.Novel.read", "", Target("function", "/w/shop/models.py", "Book.read"), ()),
        ("models.Book.Meta", "", Target("class", "/w/shop/models.py", "Book.Meta"), ()),
        ("Volume", "", BOOK, ()),
        ("m.Book", "", BOOK, ()),
        ("T", "", Target("class", "/w/shop/models.py", "Novel"), ()),
        ("models", "", Target("module", "/w/shop/models.py"), ()),
        ("models.h.help_", "", Target("function", "/w/shop/helpers.py", "help_"), ()),
        ("db.session", "", Target("variable", "/w/shop/models.py", "db"), ("session",)),
        ("models.models.ForeignKey", "", Target("external", dotted="django.db.models.ForeignKey"), ()),
        ("os.path.join", "", Target("external", dotted="os.path.join"), ()),
        ("thing", "", Target("external", dotted="shop.missing.thing"), ()),
        ("len", "", Target("external", dotted="builtins.len"), ()),
        ("view", "", Target("function", VIEWS, "view"), ()),
    ],
)
def test_names_of_the_top_level(
    shop: Project, dotted: str, scope: str, target: Target, rest: tuple[str, ...]
) -> None:
    assert names.resolve(shop, VIEWS, dotted, scope) == (target, rest)


def test_a_module_may_be_called_as_the_package_that_holds_it() -> None:
    """`import stock.models as stock` binds the module, `import stock.models` the package."""
    files = {
        "/w/stock/__init__.py": "",
        "/w/stock/models.py": "class Item: ...\n",
        "/w/named.py": "import stock.models as stock\n",
        "/w/plain.py": "import stock.models\nimport os.path as os\n",
    }
    found = project_of(files)
    item = Target("class", "/w/stock/models.py", "Item")
    assert names.resolve(found, "/w/named.py", "stock.Item") == (item, ())
    assert names.resolve(found, "/w/plain.py", "stock.models.Item") == (item, ())
    assert names.resolve(found, "/w/plain.py", "os.join") == (Target("external", dotted="os.path.join"), ())


def qualname(project: Project, path: str, name: str) -> str:
    facts = project.facts(path)
    assert facts is not None
    return next(f.qualname for f in facts.functions if f.name == name)


def test_scopes_nest_and_hide(shop: Project) -> None:
    view, inner = qualname(shop, VIEWS, "view"), qualname(shop, VIEWS, "inner")
    local = (Target("function", "/w/shop/helpers.py", "help_"), ())
    assert names.resolve(shop, VIEWS, "local", view) == local
    assert names.resolve(shop, VIEWS, "local", inner) == local
    assert names.resolve(shop, VIEWS, "local") is None
    assert names.resolve(shop, VIEWS, "inner", view) == (Target("function", VIEWS, inner), ())
    assert names.resolve(shop, VIEWS, "len", view) is None  # a parameter
    assert names.resolve(shop, VIEWS, "len", inner) is None  # of the function around
    assert names.resolve(shop, VIEWS, "models_", view) is None  # a local variable
    assert names.resolve(shop, VIEWS, "models.Book", inner) == (BOOK, ())


def test_a_class_body_is_a_scope_for_itself_only(shop: Project) -> None:
    get, nested = qualname(shop, VIEWS, "get"), qualname(shop, VIEWS, "nested")
    assert names.resolve(shop, VIEWS, "kind", "View") == (Target("variable", VIEWS, "View.kind"), ())
    assert names.resolve(shop, VIEWS, "kind", get) is None
    assert names.resolve(shop, VIEWS, "nested", get) == (Target("function", VIEWS, nested), ())


def test_star_imports(shop: Project) -> None:
    star = "/w/shop/star.py"
    assert names.resolve(shop, star, "help_") == (Target("function", "/w/shop/helpers.py", "help_"), ())
    assert names.resolve(shop, star, "Volume") == (BOOK, ())
    assert names.resolve(shop, star, "shown") == (Target("variable", "/w/shop/fields.py", "shown"), ())
    assert names.resolve(shop, star, "_hidden") is None
    assert names.resolve(shop, star, "CharField") == (
        Target("external", dotted="django.db.models.CharField"),
        (),
    )
    assert names.resolve(shop, star, "len") == (Target("external", dotted="builtins.len"), ())


def test_packages_that_take_over_the_names_of_their_modules() -> None:
    files = {
        "/w/shop/models/__init__.py": """
            from shop.loading import load_modules
            load_modules(locals(), __name__, __path__)
            """,
        "/w/shop/models/book.py": "class Book: ...\n_hidden = 1\n",
        "/w/shop/models/parts/__init__.py": "class Part: ...\n",
        "/w/shop/others/__init__.py": "print(__path__)\n",
        "/w/shop/others/shelf.py": "class Shelf: ...\n",
        "/w/shop/__init__.py": "",
        "/w/shop/views.py": "from shop.models import Book, Part, _hidden\nfrom shop.others import Shelf\n",
    }
    project = project_of({path: dedent(text) for path, text in files.items()})
    views = "/w/shop/views.py"
    assert names.resolve(project, views, "Book") == (Target("class", "/w/shop/models/book.py", "Book"), ())
    assert names.resolve(project, views, "Part") == (
        Target("class", "/w/shop/models/parts/__init__.py", "Part"),
        (),
    )
    assert names.resolve(project, views, "_hidden") is None
    assert names.resolve(project, views, "Shelf") is None


def test_an_alias_of_a_lambda_is_a_function(shop: Project) -> None:
    found = names.resolve(shop, VIEWS, "shorten")
    assert found is not None
    assert found[0].kind == "function"
    assert shop.function("/w/shop/models.py", found[0].qualname) is not None


def test_import_cycles_end(shop: Project) -> None:
    assert names.resolve(shop, "/w/loop/__init__.py", "x") is None


def test_module_value_only_for_a_single_assignment() -> None:
    project = project_of({"/w/a.py": "one = f()\ntwo = 1\ntwo = 2\nthree = 0\nthree += 1\n"})
    assert names.module_value(project, "/w/a.py", "one") is not None
    assert names.module_value(project, "/w/a.py", "two") is None
    assert names.module_value(project, "/w/a.py", "three") is None


# ------------------------------------------------------------------------------- against Python's own import system

PACKAGE = {
    "top/__init__.py": "from .inner import leaf\nfrom . import other as renamed\nfrom .deep.down import *\n",
    "top/inner/__init__.py": "from .leaf import Leaf as leaf, Leaf\n",
    "top/inner/leaf.py": "class Leaf:\n    class In: pass\n    def f(self): pass\n",
    "top/other.py": "import top.inner.leaf\nfrom top.inner import leaf as L\nX = L\ndef go(): pass\n",
    "top/deep/__init__.py": "",
    "top/deep/down.py": "from ..other import go\nfrom ..inner.leaf import Leaf as Deepest\nimport json as j\n",
    "top/use.py": "import top.deep.down\nimport top.other as o\nfrom top import *\nfrom top import leaf as lf\nfrom top.deep import down\n",
}
LOOKED_UP = [
    "top.leaf", "top.renamed.go", "top.renamed.X", "top.renamed.X.In", "top.deep.down.Deepest", "o.top.inner.Leaf",
    "o.L.f", "leaf.In", "Deepest", "go", "lf", "down.Deepest.f", "down.j", "top.inner.Leaf", "renamed.X",
]  # fmt: skip


def test_names_mean_what_python_says_they_mean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {}
    for name, text in PACKAGE.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        files[path.as_posix()] = text
    project = project_of(files)
    monkeypatch.syspath_prepend(str(tmp_path))
    use = importlib.import_module("top.use")
    use_path = (tmp_path / "top/use.py").as_posix()
    try:
        for dotted in LOOKED_UP:
            real: object = use
            for part in dotted.split("."):
                real = getattr(real, part)
            found = names.resolve(project, use_path, dotted)
            assert found is not None, dotted
            assert found[1] == (), dotted
            target = found[0]
            if target.kind == "external":
                assert target.dotted == real.__name__  # type: ignore[attr-defined]
            elif target.kind == "module":
                assert target.path == Path(real.__file__).as_posix()  # type: ignore[attr-defined]
            else:
                module = sys.modules[real.__module__]
                assert (target.path, target.qualname) == (
                    Path(str(module.__file__)).as_posix(),
                    real.__qualname__,  # type: ignore[attr-defined]
                ), dotted
    finally:
        for name in [n for n in sys.modules if n == "top" or n.startswith("top.")]:
            del sys.modules[name]


# ----------------------------------------------------------------------------------------------------- classes

CLASSES = """
    class Root: pass
    class A(Root):
        def who(self): return "A"
    class B(Root):
        tag = 1
        def who(self): return "B"
    class C(A, B):
        def only(self): pass
    class D(B): pass
    class E(C, D):
        who_else = None
    class Generic1(E): pass
"""


def test_lineage_is_the_method_resolution_order() -> None:
    project = project_of({"/w/a.py": CLASSES})
    namespace: dict[str, type] = {}
    exec(dedent(CLASSES), namespace)  # the truth to compare with
    for name in ("A", "C", "E", "Generic1"):
        real = [cls.__name__ for cls in namespace[name].__mro__[:-1]]
        assert [t.qualname for t in names.lineage(project, "/w/a.py", name)] == real
    assert names.member(project, "/w/a.py", "E", "who") == Target("function", "/w/a.py", "A.who")
    assert names.member(project, "/w/a.py", "E", "tag") == Target("variable", "/w/a.py", "B.tag")
    assert names.member(project, "/w/a.py", "E", "nothing") is None


def test_bases_outside_the_project_have_their_full_names() -> None:
    project = project_of(
        {
            "/w/a.py": """
            import rest_framework.serializers as s
            from django.db import models
            from typing import Generic, TypeVar
            from six import with_metaclass
            from sqlalchemy.orm import declarative_base
            Base = declarative_base()
            T = TypeVar("T")
            class One(s.ModelSerializer, Generic[T]): pass
            class Two(with_metaclass(type, One)): pass
            class Three(Base): pass
            class Four(declarative_base()): pass
            class Five(models.Manager.from_queryset(Q)): pass
            class Q(models.QuerySet): pass
            class Six(undefined.Thing): pass
            class Seven(Eight): pass
            class Eight(Seven): pass
            """
        }
    )

    def above(name: str) -> list[str]:
        return [names.full_name(project, t) for t in names.lineage(project, "/w/a.py", name)[1:]]

    assert above("One") == ["rest_framework.serializers.ModelSerializer", "typing.Generic"]
    assert above("Two")[0] == "a.One"
    assert above("Three") == ["a.Base"]
    assert above("Four") == ["sqlalchemy.orm.declarative_base()"]
    assert above("Five") == ["django.db.models.Manager", "a.Q", "django.db.models.QuerySet"]
    assert names.lineage(project, "/w/a.py", "Six")[1:] == (names.UNKNOWN,)
    assert above("Seven") == ["a.Eight"]


FAR = 900
"""Classes one above the other: calls as deep as that would not fit on Python's stack."""


def test_a_long_chain_of_classes_is_known_from_either_end() -> None:
    text = "class C0: pass\n" + "".join(f"class C{i + 1}(C{i}): pass\n" for i in range(FAR))
    for first in (f"C{FAR}", "C0"):
        project = project_of({"/w/a.py": text})
        names.lineage(project, "/w/a.py", first)
        for at in (FAR, FAR // 2, 0):
            found = [target.qualname for target in names.lineage(project, "/w/a.py", f"C{at}")]
            assert found == [f"C{i}" for i in range(at, -1, -1)]


def test_classes_derived_from_each_other_in_a_large_circle_have_all_of_it_above_them() -> None:
    lines = [f"class C{i}(C{(i + 1) % FAR}): pass\n" for i in range(FAR)]
    project = project_of({"/w/a.py": "".join(lines) + "class Below(C5): pass\n"})
    for at in (0, 7, FAR - 1):
        found = [target.qualname for target in names.lineage(project, "/w/a.py", f"C{at}")]
        assert found == [f"C{(at + i) % FAR}" for i in range(FAR)]
    below = [target.qualname for target in names.lineage(project, "/w/a.py", "Below")]
    assert below[:3] == ["Below", "C5", "C6"]
    assert len(below) == FAR + 1


def test_attribute_values_come_from_body_and_methods() -> None:
    project = project_of(
        {
            "/w/a.py": """
            class Service:
                kind: str = "x"
                def __init__(self, db, size=3):
                    self.db = db
                    self.rows: list[int] = []
                    self.a, self.b = db, size
                    if db:
                        self.db = None
                    other.x = 1
                @property
                def two(me):
                    me.cached = 2
            """
        }
    )
    values = names.attribute_values(project, "/w/a.py", "Service")
    assert {name: len(found) for name, found in values.items()} == {
        "kind": 1, "db": 2, "rows": 1, "a": 1, "b": 1, "cached": 1,
    }  # fmt: skip
    assert values["kind"][0].function is None
    assert values["rows"][0].annotation is not None
    method = values["cached"][0].function
    assert method is not None
    assert method.name == "two"


# -------------------------------------------------------------------------------------------------- TypeScript

SCRIPTS = {
    "/w/src/db.ts": """
        import { PrismaClient } from '@prisma/client'
        export const prisma = new PrismaClient()
        export default prisma
        """,
    "/w/src/lib/index.ts": "export * from './math'\nexport { add as plus } from './math'\nexport * as all from './math'\n",
    "/w/src/lib/math.ts": "export function add(a: number, b: number) { return a + b }\nexport const half = (x: number) => x / 2\n",
    "/w/src/old.js": "const fs = require('fs')\nfunction helper() {}\nmodule.exports = { helper }\n",
    "/w/src/service.ts": """
        import db, { prisma } from './db'
        import * as math from './lib'
        import { plus, half as h, all } from '@/lib'
        import express, { Router } from 'express'
        import { PrismaClient } from '@prisma/client'
        const old = require('./old')
        const { helper } = require('./old')
        export class Service {
          private readonly size = 3
          constructor(private prisma: PrismaClient) { this.started = true }
          run(prisma: string) { return prisma }
        }
        """,
}
SERVICE = "/w/src/service.ts"


@pytest.fixture(scope="module")
def scripts() -> Project:
    return project_of(SCRIPTS)


@pytest.mark.parametrize(
    ("dotted", "target", "rest"),
    [
        ("prisma.user", Target("variable", "/w/src/db.ts", "prisma"), ("user",)),
        ("db.user", Target("variable", "/w/src/db.ts", "prisma"), ("user",)),
        ("math.add", Target("function", "/w/src/lib/math.ts", "add"), ()),
        ("plus", Target("function", "/w/src/lib/math.ts", "add"), ()),
        ("all.add", Target("function", "/w/src/lib/math.ts", "add"), ()),
        ("h", Target("function", "/w/src/lib/math.ts", "half"), ()),
        ("express.json", Target("external", dotted="express#default.json"), ()),
        ("Router", Target("external", dotted="express#Router"), ()),
        ("PrismaClient", Target("external", dotted="@prisma/client#PrismaClient"), ()),
        ("old.helper", Target("function", "/w/src/old.js", "helper"), ()),
        ("helper", Target("function", "/w/src/old.js", "helper"), ()),
        ("Promise.all", Target("external", dotted="builtins.Promise.all"), ()),
        ("Service", Target("class", SERVICE, "Service"), ()),
    ],
)
def test_script_names(scripts: Project, dotted: str, target: Target, rest: tuple[str, ...]) -> None:
    assert names.resolve(scripts, SERVICE, dotted) == (target, rest)


def test_script_scopes_and_attributes(scripts: Project) -> None:
    run = qualname(scripts, SERVICE, "run")
    assert names.resolve(scripts, SERVICE, "prisma", run) is None
    values = names.attribute_values(scripts, SERVICE, "Service")
    assert set(values) == {"size", "started", "prisma"}
    assert values["prisma"][0].annotation is not None
