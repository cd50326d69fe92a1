"""An edit doubts what rests on it and nothing else: what is asked again is counted, not timed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from analyzers.conventions import inherited
from analyzers.project.memo import Memo
from analyzers.text import Text
from lsp_server.engine import Engine
from lsp_server.settings_table import Settings

PATH = "/w/shop/views.py"

SOURCE = """\
from django.db import models
from django.db.models.signals import pre_save


class Author(models.Model):
    name = models.CharField(max_length=100)


class Book(models.Model):
    title = models.CharField(max_length=100)
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
    parts: list[str] = make_parts()

    def walk(self, parts):
        def inner(part):
            return inner(part.next) if part else part

        return [inner(part) for part in parts]

    def unique(self, names):
        kept = []
        for name in names:
            if name not in kept:
                kept.append(name)
        return kept

    @staticmethod
    def named(config, names):
        return [name for name in names if name in config]

    def beside(self):
        {statement}
        return self.parts


def heard(sender, **options):
    print(sender)


def shown(request):
    return [book.author.name for book in Book.objects.all()]


def names_of(rows):
    return [row.author.name for row in rows]


def listed(request):
    return names_of(Book.objects.filter(title=request.title))


pre_save.connect(heard, sender=Author)
"""


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The questions that were answered anew, ever."""
    found: list[tuple[str, ...]] = []
    settle = Memo._settle

    def noted(memo: Memo, key: tuple[str, ...], make: Callable[[], object], old: object) -> object:
        def making() -> object:
            found.append(key)
            return make()

        return settle(memo, key, making, old)  # type: ignore[arg-type]

    monkeypatch.setattr(Memo, "_settle", noted)
    return found


def test_what_does_not_rest_on_an_edit_is_not_asked_again(made: list[tuple[str, ...]]) -> None:
    """Neither inner functions, nor what a framework does with the class, nor receivers of signals, nor the lines of functions
    that something is told of, which a fix would be written into."""
    engine = Engine()
    for statement in ("pass", "size = 1", "size = 12"):
        del made[:]
        text = Text(SOURCE.format(statement=statement).encode())
        found = engine.analyse(PATH, text, "python", Settings())
        again = {(key[0], key[2]) for key in made if len(key) > 2 and key[2] not in ("Book.beside", 0)}
        assert found == Engine().analyse(PATH, text, "python", Settings()), statement
        assert len(found) > 1
        if statement != "pass":
            assert again == set()


KEEPS = """\
class Query:
    def __init__(self, model):
        self.model = model
        self.low = 0
        self.notes = []
        self.rows = [str(model)]

    def more(self, note):
        self.notes = self.notes + [note]
        self.low = {low}
        return self.low

    def shown(self, names: list[str]):
        return [note for note in self.notes if note in names]

    def first(self, names: list[str]):
        for row in self.rows:
            if row in names:
                return row

    def add(self, row):
        self.rows.append(row)
"""


def test_a_method_that_sets_attributes_leaves_those_alone_that_read_them(made: list[tuple[str, ...]]) -> None:
    """What another attribute holds is not asked again, and where it holds the same after all nobody who reads it is run: also
    of an attribute that is made of itself."""
    engine = Engine()
    for low in ("1", "12", "self.low", "123"):
        del made[:]
        text = Text(KEEPS.format(low=low).encode())
        found = engine.analyse(PATH, text, "python", Settings())
        again = {(key[0], key[2]) for key in made if key[0] in ("summary", "question")}
        assert found == Engine().analyse(PATH, text, "python", Settings()), low
        assert found
        if low != "1":
            assert {qualname for _, qualname in again} == {"Query.more"}, again


MADE_WITH = """\
class Source:
    limit = limit_of("rows")
    {attribute}

    def __init__(self, rows, {name}=None):
        self.rows = rows
        self.known = {name} or []
        {statement}

    def shown(self, names: list[str]):
        return [name for name in names if name in self.known]

    def first(self, names: list[str]):
        for row in self.rows:
            for name in names:
                if self.limit and row.name == name:
                    return row


class Sorted(Source):
    def last(self, names: list[str]):
        return [row for row in self.rows if row.name in names and self.limit]
"""


@pytest.mark.parametrize(
    ("which", "words"),
    [
        ("name", ("known", "given", "names")),
        ("attribute", ("size = 1", "size = None", "width = height = 12")),
        ("statement", ("pass", "print(rows)", "self.other = rows")),
    ],
)
def test_who_reads_what_a_constructor_sets_is_left_alone_where_it_sets_the_same(
    made: list[tuple[str, ...]], which: str, words: tuple[str, ...]
) -> None:
    """Also where a class gets another attribute: what is read is asked for by its name."""
    engine = Engine()
    given = {"name": "known", "attribute": "size = 1", "statement": "pass"}
    for word in words:
        del made[:]
        text = Text(MADE_WITH.format(**given | {which: word}).encode())
        found = engine.analyse(PATH, text, "python", Settings())
        again = {key[2] for key in made if key[0] == "summary"}
        assert found == Engine().analyse(PATH, text, "python", Settings()), word
        assert found
        if word is not words[0]:
            assert again <= {"Source.__init__"}, again


OF_OTHERS = """\
class Site:
    def __init__(self):
        self.queue = []


def put(site, job):
    site.queue.append(job)


def taken(sites, key):
    job = sites[key].queue.pop(0)
    return job


def beside(size):
    {statement}
    return size
"""


def test_a_list_of_another_object_is_asked_again_where_its_attribute_is_named(
    made: list[tuple[str, ...]],
) -> None:
    engine = Engine()
    statements = ("pass", "size = 1", "size.queue = None", "size = 2", "size.queue.append(1)")
    for before, statement in pairwise((statements[0], *statements)):
        del made[:]
        text = Text(OF_OTHERS.format(statement=statement).encode())
        found = engine.analyse(PATH, text, "python", Settings())
        asked = {key[0] for key in made}
        assert found == Engine().analyse(PATH, text, "python", Settings()), statement
        assert "copy-in-loop" in {finding.rule for finding in found}, statement
        named = statement is before or "queue" in before + statement
        assert ("list of others" in asked) == named, statement


def test_a_function_that_is_called_comes_to_hold_another() -> None:
    """Who calls it asks for less than is said of it: what is said of the function inside is not to be missed."""
    caller = "def page(xs):\n    for x in xs:\n        print(recent())\n\n\n"
    inner = "    def inner(xs: list[str], ys: list[str]):\n        return [x for x in xs if x in ys]\n"
    texts = [
        Text(f"{caller}def recent():\n{body}".encode())
        for body in ("    return 1\n", f"{inner}    return other(inner)\n")
    ]
    engine = Engine()
    for text in (*texts, *texts):
        found = engine.analyse(PATH, text, "python", Settings())
        reports = engine.reports(PATH)
        fresh = Engine()
        assert found == fresh.analyse(PATH, text, "python", Settings())
        assert reports == fresh.reports(PATH)
        assert bool(found) == (text is texts[1])


CALLED = """\
def page(orders: list[str], names: list[str], tree):
    out = []
    for order in orders:
        found = rank(order, orders)
        out.append(found)
    return out, up(tree, names)


def rank(order, orders: list[str]):
    {line}
    for other in orders:
        if other == order:
            return sum(len(one) for one in orders)
    return len(kept(orders))


def kept(names: list[str]):
    found = []
    for name in names:
        if name not in found:
            found.append(name)
    return found


def up(tree, names: list[str]):
    found = [name for name in names if name in tree.names]
    return [*found, *down(tree.parent, names)]


def down(tree, names):
    rank(tree.name, names)
    return up(tree.first, names) if tree else []
"""


def test_who_calls_a_function_is_not_run_again_while_it_tells_what_it_told(
    made: list[tuple[str, ...]],
) -> None:
    """Also in a circle of calls; though its sizes are others, its loops stand elsewhere, and one of them is named to who calls it."""
    engine = Engine()
    for line in ("pass", "size = 1", "size = len(orders)", "return orders", "del orders[0]"):
        del made[:]
        text = Text(CALLED.format(line=line).encode())
        found = engine.analyse(PATH, text, "python", Settings())
        again = {key[2] for key in made if key[0] == "summary"}
        assert found == Engine().analyse(PATH, text, "python", Settings()), line
        if line.startswith("size"):
            [scan] = [one for one in found if one.rule == "hidden-scan" and one.function == "page"]
            loop = text.source.index(b"for other in orders")
            assert loop in [one.place.span.start for one in scan.related]
            assert again == {"rank"}, line
        elif line != "pass":
            assert {"page", "down"} <= again, line


@pytest.mark.parametrize("place", ["def heard", "    def unique", "    @staticmethod", "def listed"])
def test_what_is_written_in_front_of_a_definition_moves_none(place: str) -> None:
    plain = SOURCE.format(statement="pass")
    engine = Engine()
    engine.analyse(PATH, Text(plain.encode()), "python", Settings())
    indent = place[: len(place) - len(place.lstrip())]

    def written(line: str) -> list[str]:
        """The functions that are others when a line was written there."""
        before = engine.project.facts(PATH)
        text = Text(plain.replace(f"\n{place}", f"\n{indent}{line}\n{place}").encode())
        found = engine.analyse(PATH, text, "python", Settings())
        now = engine.project.facts(PATH)
        assert before is not None
        assert now is not None
        assert found == Engine().analyse(PATH, text, "python", Settings()), line
        assert len(before.functions) == len(now.functions)
        pairs = zip(before.functions, now.functions, strict=True)
        return [other.qualname for one, other in pairs if one is not other and one != other]

    assert written("# why") == []
    assert written("# why so") == []
    assert written(f"# why so\n\n{indent}# not") == []
    assert set(written("SIZE = 12")) <= {"<module>"}
    assert set(written("SIZE = 120")) <= {"<module>"}
    assert set(written("")) <= {"<module>"}


def test_an_edit_of_a_function_does_not_move_what_the_top_level_does_behind_it() -> None:
    engine, ends = Engine(), []
    for statement in ("pass", "size = 1", "size = 1234"):
        text = f"{SOURCE.format(statement='pass')}\n\ndef last():\n    {statement}\n\n\nSIZES = [12]\nif SIZES:\n    print(SIZES)\n"
        engine.analyse(PATH, Text(text.encode()), "python", Settings())
        facts = engine.project.facts(PATH)
        assert facts is not None
        ends.append([one.at for one in facts.functions[0].body[-2:]])
    assert ends[0] == ends[1] == ends[2]


def test_what_methods_read_is_read_of_the_edited_one_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks it of all methods of a class, as conventions do, need not look into the others once more."""
    looked_into: list[object] = []
    gives = inherited.gives

    def counted(nodes: object) -> bool:
        looked_into.append(nodes)
        return gives(nodes)  # type: ignore[arg-type]

    monkeypatch.setattr(inherited, "gives", counted)
    methods = "".join(
        f"    def m{n}(self):\n        for row in self.rows:\n            print(row, {n})\n\n"
        for n in range(20)
    )
    text = f"class Base:\n{methods}\n\nclass Shown(Base):\n    rows = Book.objects\n"
    engine = Engine()
    engine.analyse(PATH, Text(text.encode()), "python", Settings())
    assert len(looked_into) >= 20
    looked_into.clear()
    edited = text.replace("print(row, 7)", "print(row, 77)")
    engine.analyse(PATH, Text(edited.encode()), "python", Settings())
    assert len(looked_into) == 1
