"""Which file an import means, what a change reaches, and that an updated project equals one built anew."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from analyzers.facts import Function
from analyzers.project import names, outline
from analyzers.project.index import Project
from analyzers.project.kept import Kept, pack
from analyzers.project.memo import Memo
from analyzers.project.models import Models
from analyzers.project.modules import ModuleMap
from analyzers.text import Text
from tests.analyzers.project_files import facts, project_of


def module_map(*paths: str) -> ModuleMap:
    found = ModuleMap()
    for path in paths:
        found.add(path)
    return found


# ------------------------------------------------------------------------------------------------ Python modules


@pytest.mark.parametrize("module", ["shop.models", "src.shop.models"])
def test_an_absolute_import_is_found_under_every_root_that_could_be_one(module: str) -> None:
    modules = module_map("/w/src/shop/__init__.py", "/w/src/shop/models.py", "/w/src/shop/views.py")
    assert modules.resolve("/w/src/shop/views.py", module) == "/w/src/shop/models.py"


def test_a_package_is_found_from_the_tests_beside_it() -> None:
    modules = module_map("/w/src/shop/__init__.py", "/w/src/shop/models.py", "/w/tests/test_shop.py")
    assert modules.resolve("/w/tests/test_shop.py", "shop") == "/w/src/shop/__init__.py"
    assert modules.resolve("/w/tests/test_shop.py", "shop.models") == "/w/src/shop/models.py"


def test_the_nearest_of_two_packages_is_meant() -> None:
    modules = module_map(
        "/w/one/app/__init__.py", "/w/one/app/models.py", "/w/one/run.py",
        "/w/two/app/__init__.py", "/w/two/app/models.py", "/w/two/run.py",
    )  # fmt: skip
    assert modules.resolve("/w/one/run.py", "app.models") == "/w/one/app/models.py"
    assert modules.resolve("/w/two/run.py", "app.models") == "/w/two/app/models.py"


def test_a_package_without_init_is_found_by_its_modules() -> None:
    modules = module_map("/w/shop/models.py", "/w/run.py")
    assert modules.resolve("/w/run.py", "shop.models") == "/w/shop/models.py"
    assert modules.resolve("/w/run.py", "shop") is None
    assert modules.resolve_directory("/w/run.py", "shop") == "/w/shop"


@pytest.mark.parametrize(
    ("importer", "module", "paths"),
    [
        ("/w/shop/views.py", "json", ["/w/shop/json.py"]),
        ("/w/json_user.py", "json", ["/w/json.py"]),
        (
            "/w/air/__init__.py",
            "redis",
            ["/w/air/providers/__init__.py", "/w/air/providers/redis/__init__.py"],
        ),
        ("/w/shop/celery.py", "celery", ["/w/shop/settings.py"]),
        ("/w/app/views.py", "redis", ["/w/scripts/redis.py"]),
        ("/w/app/views.py", "docker", ["/w/docker/start.py"]),
    ],
)
def test_a_file_that_only_has_the_name_of_a_library_is_not_that_library(
    importer: str, module: str, paths: list[str]
) -> None:
    modules = module_map(importer, "/w/other.py", *paths)
    assert modules.resolve(importer, module) is None


def test_a_module_beside_a_script_is_found() -> None:
    modules = module_map("/w/scripts/run.py", "/w/scripts/common_parts.py", "/w/a/__init__.py")
    assert modules.resolve("/w/scripts/run.py", "common_parts") == "/w/scripts/common_parts.py"


def test_relative_imports_go_up_by_level() -> None:
    modules = module_map("/w/a/__init__.py", "/w/a/b/__init__.py", "/w/a/b/c.py", "/w/a/d.py")
    assert modules.resolve("/w/a/b/c.py", "", 1) == "/w/a/b/__init__.py"
    assert modules.resolve("/w/a/b/c.py", "d", 2) == "/w/a/d.py"
    assert modules.resolve("/w/a/b/__init__.py", "c", 1) == "/w/a/b/c.py"
    assert modules.resolve("/w/a/b/c.py", "missing", 1) is None


def test_a_package_comes_before_a_module_of_the_same_name() -> None:
    modules = module_map("/w/a/__init__.py", "/w/a/x.py", "/w/a/x/__init__.py", "/w/run.py")
    assert modules.resolve("/w/run.py", "a.x") == "/w/a/x/__init__.py"


# ---------------------------------------------------------------------------------------------------- JavaScript


@pytest.mark.parametrize(
    ("specifier", "found"),
    [
        ("./db", "/w/src/db.ts"),
        ("./db.js", "/w/src/db.ts"),
        ("./lib", "/w/src/lib/index.ts"),
        ("../tools", "/w/tools.js"),
        ("@/lib/math", "/w/src/lib/math.tsx"),
        ("~/db", "/w/src/db.ts"),
        ("express", None),
        ("./missing", None),
    ],
)
def test_script_specifiers(specifier: str, found: str | None) -> None:
    modules = module_map(
        "/w/src/app.ts", "/w/src/db.ts", "/w/src/lib/index.ts", "/w/src/lib/math.tsx", "/w/tools.js"
    )
    assert modules.resolve("/w/src/app.ts", specifier) == found


# ------------------------------------------------------------------------------------------------------- look-up


def test_look_ups_in_one_file() -> None:
    project = project_of(
        {
            "/w/a.py": """
            class Book:
                @property
                def title(self): return self._title
                @title.setter
                def title(self, value): self._title = value
                def pages(self): return 1
            def read(): pass
            """
        }
    )
    assert project.function("/w/a.py", "read") is not None
    getter = project.function("/w/a.py", "Book.title")
    assert getter is not None
    assert len(getter.params) == 1
    assert set(project.methods_of("/w/a.py", "Book")) == {"title", "pages"}
    assert project.class_("/w/a.py", "Book") is not None
    assert project.function("/w/a.py", "nothing") is None
    assert project.function("/w/none.py", "read") is None
    assert project.methods_of("/w/none.py", "Book") == {}


def test_dependents_follow_imports_and_forget_removed_ones() -> None:
    project = project_of(
        {
            "/w/pkg/__init__.py": "from .a import x",
            "/w/pkg/a.py": "x = 1",
            "/w/pkg/b.py": "from . import a\nfrom pkg.a import x",
            "/w/run.py": "import pkg.a",
        }
    )
    assert project.dependents("/w/pkg/a.py") == {"/w/pkg/__init__.py", "/w/pkg/b.py", "/w/run.py"}
    project.update("/w/run.py", facts("/w/run.py", "import os"))
    assert project.dependents("/w/pkg/a.py") == {"/w/pkg/__init__.py", "/w/pkg/b.py"}
    project.remove("/w/pkg/b.py")
    assert project.dependents("/w/pkg/a.py") == {"/w/pkg/__init__.py"}


def test_version_counts_changes() -> None:
    project = Project()
    first = facts("/w/a.py", "x = 1")
    project.update("/w/a.py", first)
    before = project.version
    project.update("/w/a.py", first)
    assert project.version == before
    project.update("/w/a.py", facts("/w/a.py", "x = 2"))
    assert project.version > before


# -------------------------------------------------------------------------------------------------------- memory


def test_an_answer_is_kept_until_a_source_has_another_value() -> None:
    memo, leaf, calls = Memo(), {"x": 1}, []

    def parity() -> int:
        memo.read("x")
        return leaf["x"] % 2

    def text() -> str:
        calls.append(1)
        return "odd" if memo.ask("parity", parity, 0) else "even"

    assert memo.ask("text", text, "") == "odd"
    leaf["x"] = 3
    memo.forget("x")
    assert memo.ask("text", text, "") == "odd"
    assert len(calls) == 1  # the parity was asked again, and was the same
    leaf["x"] = 4
    memo.forget("x")
    assert memo.ask("text", text, "") == "even"
    assert len(calls) == 2


def test_what_a_cycle_cut_short_is_not_remembered() -> None:
    memo = Memo()
    edges = {"a": ["b"], "b": ["a", "c"], "c": []}

    def reach(node: str) -> frozenset[str]:
        def find() -> frozenset[str]:
            return frozenset({node}).union(*(reach(other) for other in edges[node]))

        return memo.ask(node, find, frozenset())

    assert reach("a") == {"a", "b", "c"}
    assert reach("b") == {"a", "b", "c"}


# ------------------------------------------------------------------------------------------ updates at random

POOL = {
    "/w/pkg/__init__.py": ["", "from .models import *", "from .models import Book as B", "import pkg.base"],
    "/w/pkg/base.py": [
        "from django.db import models\nclass Base(models.Model):\n    class Meta:\n        abstract = True\n",
        "class Base: pass",
        "from pkg.models import Book as Base",
        "from django.db import models\nclass Base(models.Model):\n    owner = models.ForeignKey('Book', related_name='owned_%(class)s', on_delete=1)\n    class Meta:\n        abstract = True\n",
        "\n\nfrom django.db import models\ndef f(x):\n    return x\nclass Base(models.Model):\n    name = models.CharField()\n",
    ],
    "/w/pkg/models.py": [
        "from .base import Base\nclass Book(Base):\n    def all(self): return 1\n",
        "# moved\nfrom .base import Base\nclass Book(Base):\n    def all(self): return 1 + 2\n",
        "from pkg.base import *\nimport django.db.models as m\nclass Book(Base):\n    author = m.ForeignKey('Author', on_delete=1)\nclass Author(Base): pass\n",
        "from pkg import Base\nclass Author(Base): pass\nBook = Author\n",
        "class Book: pass\nclass Author(Book):\n    def write(self): self.x = 1\n",
        "from .base import Base\nclass Author(Base): pass\nclass Book(Author):\n    friends = models.ManyToManyField('self')\n",
    ],
    "/w/views.py": [
        "from pkg.models import Book, Author\ndef view():\n    from pkg import B\n    return B\n",
        "import pkg.models\nfrom pkg import *\nBook = pkg.models.Book\ndef view(Author): pass\n",
        "from views import view",
    ],
    "/w/pkg/sub/other.py": [
        "from ..models import Book\nclass Child(Book): pass\n",
        "from ..base import Base as Author",
    ],
}
QUESTIONS = [
    "Book",
    "Author",
    "Base",
    "B",
    "pkg",
    "pkg.models.Book",
    "pkg.models.Author.write",
    "Child",
    "len",
    "m.X",
]


def everything(project: Project) -> object:
    models = Models(project)
    return (
        {
            (path, name, scope): names.resolve(project, path, name, scope)
            for path in POOL
            for name in QUESTIONS
            for scope in ("", "view")
        },
        {
            (path, c): names.lineage(project, path, c)
            for path in POOL
            for c in ("Book", "Author", "Base", "Child")
        },
        {key: models.model(*key) for key in models.all()},
        {path: (project.imports(path), project.dependents(path)) for path in POOL},
        {path: names.attribute_values(project, path, "Author") for path in POOL},
    )


@pytest.mark.parametrize("seed", range(12))
def test_an_updated_project_equals_one_built_anew(seed: int) -> None:
    choose = random.Random(seed)
    project, held = Project(), {}
    compared = 0
    for _ in range(40):
        path = choose.choice(list(POOL))
        if path in held and choose.random() < 0.15:
            del held[path]
            project.remove(path)
        else:
            held[path] = facts(path, choose.choice(POOL[path]))
            project.update(path, held[path])
        if choose.random() < 0.6:
            fresh = Project()
            for each in sorted(held, key=project.paths().index):
                fresh.update(each, held[each])
            answers = everything(project)
            assert answers == everything(fresh)
            compared += 1
    assert compared > 10


def test_an_edit_in_a_body_leaves_other_files_answers_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    project = project_of({path: texts[0] for path, texts in POOL.items()})
    everything(project)
    asked: list[object] = []
    settle: Callable[..., object] = Memo._settle

    def spy(self: Memo, key: object, *rest: object) -> object:
        asked.append(key)
        return settle(self, key, *rest)

    monkeypatch.setattr(Memo, "_settle", spy)
    project.update("/w/pkg/models.py", facts("/w/pkg/models.py", POOL["/w/pkg/models.py"][1]))
    everything(project)
    assert [
        key for key in asked if isinstance(key, tuple) and key[0] in ("lineage", "model", "top level")
    ] == []


@pytest.mark.parametrize("with_text", [False, True])
def test_who_mentions_a_name_is_known_after_edits_also_of_files_that_nobody_has_open(with_text: bool) -> None:
    project = Project()

    def readers(text: str, *, packed: bool) -> tuple[str, ...]:
        found = facts("/w/a.py", text)
        given = Text(text.encode()) if with_text and not packed else None
        project.update("/w/a.py", Kept(pack(found)) if packed else found, text=given)
        return project.memo.ask(("who",), lambda: project.mentioning("/w/a.py", "b"), in_cycle=())

    one = "def f():\n    return b\n\n\ndef g():\n    return 1\n"
    for packed in (False, True):
        assert readers(one, packed=packed) == ("f",)
        assert readers(one.replace("1", "x.b"), packed=packed) == ("f", "g")
        assert readers(one.replace("return b", "return c"), packed=packed) == ()
        assert readers(one.replace("def f", "def h"), packed=packed) == ("h",)
        assert readers("def b():\n    return 1\n", packed=packed) == ()
        assert readers(one, packed=not packed) == ("f",)


def test_with_the_text_only_functions_that_hold_a_name_are_looked_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "".join(f"def f{n}():\n    return g{n % 50}()\n\n\n" for n in range(100)) + "g1 = f2\n"
    looked: list[str] = []
    through = outline.names_in

    def names_in(function: Function) -> frozenset[str]:
        looked.append(function.qualname)
        return through(function)

    monkeypatch.setattr(outline, "names_in", names_in)
    project = Project()
    project.update("/w/a.py", facts("/w/a.py", text), text=Text(text.encode()))
    assert project.mentioning("/w/a.py", "g7") == ("f7", "f57")
    assert looked == ["<module>", "f7", "f57"]  # the top level's text is all of it
    assert project.mentioning("/w/a.py", "f2") == ("<module>",)
