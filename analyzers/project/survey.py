"""What questions about the whole project ask of one file, gathered where its facts are made.

Such questions (which names may be called, which relations some text loads, who reads an attribute in a loop) need a
little of every function of every file. A survey is that little, so nobody looks through the bodies of a whole project.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from itertools import compress, pairwise, zip_longest
from operator import is_not
from typing import Any, NamedTuple

from msgspec import Struct

from analyzers import facts as f
from analyzers.orm import tables
from analyzers.project import hung, listed, makers
from analyzers.project.by_statement import by_statement
from analyzers.project.edited import defines_the_same
from analyzers.project.outline import dotted, said_above
from analyzers.project.row_sets import SETS, gives

Unit = f.Function | f.ClassDef

_LOOKUP = re.compile(r"^-?[a-zA-Z]\w*$")
_LOADERS = frozenset({"prefetch_related", "prefetch_related_objects", "Prefetch"})
_OPTIMIZER = "OptimizerExtension"
_REGISTER = ("register", "register_snippet")
_STAYS_VALID = "expire_on_commit"
_NO_FUNCTIONS = (f.Const, f.Collection, f.Mapping, f.Compare, f.Binary, f.Unary, f.Template, f.Comprehension)
"""Values that are no functions."""

_NOTHING: frozenset[str] = frozenset()


class Survey(Struct, frozen=True, gc=False, array_like=True):
    """Of one file. Imports are `module:name`; `methods` are the names of what classes define.

    `defined` are the names that functions and classes are called by, `kept` what else a function may be called by: other
    names it is imported under, variables and attributes that are assigned what may be one. `pairs` are neighbours in a
    look-up (`lines__product`), `loaded` the parts of what is prefetched, `custom` those with a query of their own.
    `heirs` says by a name which classes are derived from it, or, in a script, have the methods that it lists.
    `makes` says by a name which functions and classes may make rows of what is called so, or by a relation that is: they call
    it or a method of its rows' that creates some, or name it as their model.
    `givers` are the functions that return a set of rows. `reads` says by an attribute's name which functions with a loop read it. `stays_valid`: something is told what
    becomes of a session's rows at its commit. `registered` are the classes that a module or a decorator registers with
    another, and those it registers them with, `optimizers` extensions of a schema that load what a question asks for.
    `owners` says by a name of several words which methods of Python's classes are called so. `hung` says which functions hang
    something under a name on the object that a framework keeps for a request. `listed` says by an attribute's name which functions and
    classes set it to a list, `unlisted` are those that are set to something else.
    """

    language: str = "python"
    classes: tuple[str, ...] = ()
    imports: frozenset[str] = frozenset()
    methods: frozenset[str] = frozenset()
    defined: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    pairs: frozenset[tuple[str, str]] = frozenset()
    loaded: frozenset[str] = frozenset()
    custom: frozenset[str] = frozenset()
    givers: frozenset[str] = frozenset()
    reads: dict[str, tuple[str, ...]] = {}
    stays_valid: bool = False
    heirs: dict[str, tuple[str, ...]] = {}
    registered: dict[str, tuple[str, ...]] = {}
    optimizers: frozenset[str] = frozenset()
    makes: dict[str, tuple[str, ...]] = {}
    owners: dict[str, tuple[str, ...]] = {}
    hung: dict[str, tuple[str, ...]] = {}
    listed: dict[str, tuple[str, ...]] = {}
    unlisted: frozenset[str] = frozenset()

    @property
    def packages(self) -> frozenset[str]:
        """The packages that are imported from, by their first names."""
        return frozenset(item.partition(":")[0].partition(".")[0] for item in self.imports)

    def imports_from(self, package: str) -> bool:
        """Whether something is imported from a package, by its first name."""
        return package in self.packages


class _Part(Struct, frozen=True):
    """The same of one function or class."""

    kept: frozenset[str] = _NOTHING
    pairs: frozenset[tuple[str, str]] = frozenset()
    loaded: frozenset[str] = _NOTHING
    custom: frozenset[str] = _NOTHING
    reads: frozenset[str] = _NOTHING
    gives: bool = False
    stays_valid: bool = False
    names: tuple[object, ...] = ()
    above: tuple[str, ...] = ()
    registered: frozenset[str] = _NOTHING
    optimizers: frozenset[str] = _NOTHING
    makes: frozenset[str] = _NOTHING
    hung: frozenset[str] = _NOTHING
    listed: frozenset[str] = _NOTHING
    unlisted: frozenset[str] = _NOTHING


class Surveyor:
    """Makes the surveys of one file, which is edited again and again: what is new of it is looked at."""

    def __init__(self) -> None:
        self._units: list[Unit] = []
        self._parts: list[_Part] = []
        self._top: tuple[object, ...] = ()
        self._survey: Survey | None = None
        self._of: f.FileFacts | None = None
        self.looked_at = 0  # functions and classes, ever

    def survey(self, facts: f.FileFacts) -> Survey:
        """The survey of a file; the same object as before where nothing of it changed."""
        if self._survey is not None and self._of is facts:
            return self._survey
        before, self._of = self._of, facts
        units: list[Unit] = [*facts.functions, *facts.classes]
        parts = self._parts_of(units, facts.language == "python")
        top = self._top
        if before is None or before.imports is not facts.imports or before.language != facts.language:
            top = (facts.language, imported_names(facts), frozenset(_other_names(facts)))
        if self._survey is None or parts != self._parts or top != self._top:
            self._survey = _merged(facts, units, parts)
        self._units, self._parts, self._top = units, parts, top
        return self._survey

    def _parts_of(self, units: Sequence[Unit], python: bool) -> list[_Part]:
        """What each unit says. Mostly all of them but one are those of the time before, in the same order."""
        if len(units) == len(self._units):
            return self._parts_after(units, python)
        before = list(zip_longest(units, self._units, self._parts))
        known = {
            id(old.body): (old, part) for unit, old, part in before if old is not unit and old is not None
        }
        parts: list[_Part] = []
        for unit, old, said in before[: len(units)]:
            if old is unit or (old is not None and _is_moved(old, unit)):
                parts.append(said)
                continue
            held = known.get(id(unit.body))
            if held is None or not _is_moved(held[0], unit):
                self.looked_at += 1
                held = (unit, _part_of(unit, python))
            parts.append(held[1])
        return parts

    def _parts_after(self, units: Sequence[Unit], python: bool) -> list[_Part]:
        """The same where there are as many as there were: looked at one by one are those that are others."""
        parts = self._parts
        for at in compress(range(len(units)), map(is_not, units, self._units)):
            if not _is_moved(self._units[at], units[at]):
                if parts is self._parts:
                    parts = list(parts)
                self.looked_at += 1
                parts[at] = _part_of(units[at], python)
        return parts


def _is_moved(old: Unit, new: Unit) -> bool:
    """Whether a piece of code is another one that stands elsewhere now, or in which a definition ends elsewhere."""
    same = old.__class__ is new.__class__ and (old.qualname, old.owner) == (new.qualname, new.owner)
    if isinstance(old, f.ClassDef) and isinstance(new, f.ClassDef):
        same = same and (old.bases, old.keywords) == (new.bases, new.keywords)
    if isinstance(old, f.Function) and isinstance(new, f.Function):
        same = same and _kind(old) == _kind(new)
    return same and old.decorators == new.decorators and defines_the_same(old.body, new.body)


def _kind(function: f.Function) -> tuple[object, ...]:
    return function.kind, function.has_loop, function.is_generator


def survey_of(facts: f.FileFacts) -> Survey:
    """The survey of a file that nobody edits: its bodies are looked at as a whole, in two thirds of the time."""
    units: list[Unit] = [*facts.functions, *facts.classes]
    python = facts.language == "python"
    return _merged(facts, units, [_part(unit, python, _said(unit.body, python)) for unit in units])


def survey_after(survey: Survey, before: f.FileFacts, now: f.FileFacts) -> Survey | None:
    """The survey of a text, by that of another one from which it differs inside functions; None where it may say more or less."""
    units: list[Unit] = [*before.functions, *before.classes]
    after: list[Unit] = [*now.functions, *now.classes]
    if len(units) != len(after) or before.imports != now.imports or before.language != now.language:
        return None
    pairs = [(one, other) for one, other in zip(units, after, strict=True) if one is not other]
    return (
        survey if all(_says_the_same(one, other, now.language == "python") for one, other in pairs) else None
    )


def _says_the_same(one: Unit, other: Unit, python: bool) -> bool:
    return _is_moved(one, other) or _part_of(one, python) == _part_of(other, python)


def _merged(facts: f.FileFacts, units: Sequence[Unit], parts: Sequence[_Part]) -> Survey:
    reads: dict[str, tuple[str, ...]] = {}
    heirs: dict[str, tuple[str, ...]] = {}
    registered: dict[str, tuple[str, ...]] = {}
    makes: dict[str, tuple[str, ...]] = {}
    owners: dict[str, tuple[str, ...]] = {}
    hung_there: dict[str, tuple[str, ...]] = {}
    lists: dict[str, tuple[str, ...]] = {}
    for unit, part in zip(units, parts, strict=True):
        said = (
            (makes, part.makes),
            (reads, part.reads),
            (heirs, part.above),
            (registered, part.registered),
            (hung_there, part.hung),
            (lists, part.listed),
        )
        for places, told in said:
            for name in told:
                places[name] = (*places.get(name, ()), unit.qualname)
        if unit.owner and facts.language == "python" and _is_telling(unit):
            owners[unit.name] = (*owners.get(unit.name, ()), unit.qualname)
    return Survey(
        facts.language,
        tuple(cls.qualname for cls in facts.classes),
        imported_names(facts),
        frozenset(g.name for g in facts.functions if g.owner and facts.language == "python"),
        frozenset(unit.name for unit in units if not _is_read(unit)),
        frozenset(_other_names(facts)).union(*(part.kept for part in parts)),
        frozenset[tuple[str, str]]().union(*(part.pairs for part in parts)),
        _NOTHING.union(*(part.loaded for part in parts)),
        _NOTHING.union(*(part.custom for part in parts)),
        frozenset(unit.name for unit, part in zip(units, parts, strict=True) if part.gives),
        reads,
        any(part.stays_valid for part in parts),
        heirs,
        registered,
        frozenset(item.name for item in facts.imports if item.name.endswith(_OPTIMIZER)).union(
            *(part.optimizers for part in parts)
        ),
        makes,
        owners,
        hung_there,
        lists,
        _NOTHING.union(*(part.unlisted for part in parts)),
    )


_WORDS = re.compile(r"^_?[a-zA-Z][a-z0-9]*(_[a-zA-Z0-9]+|[A-Z])")
"""A name of several words: `index_record`, `indexRecord`."""


def _is_telling(unit: Unit) -> bool:
    """True for a method whose name has several words, so that it is hardly called by chance like another library's."""
    return isinstance(unit, f.Function) and not _is_read(unit) and _WORDS.match(unit.name) is not None


def imported_names(facts: f.FileFacts) -> frozenset[str]:
    """What a file imports, as `module:name`."""
    return frozenset(f"{item.module}:{item.name}" for item in facts.imports)


def _other_names(facts: f.FileFacts) -> set[str]:
    return {item.alias for item in facts.imports if item.alias != item.name}


def _is_read(unit: Unit) -> bool:
    """True for a property: it is read, and what it gives is called."""
    return isinstance(unit, f.Function) and any(
        (dotted(decorator) or "").endswith("property") for decorator in unit.decorators
    )


class _Said(NamedTuple):
    """What statements say, of which that of a unit is put together."""

    kept: Collection[str] = _NOTHING
    pairs: Collection[tuple[str, str]] = frozenset()
    loaded: Collection[str] = _NOTHING
    custom: Collection[str] = _NOTHING
    read: Collection[str] = _NOTHING
    registered: Collection[str] = _NOTHING
    makes: Collection[str] = _NOTHING
    hung: Collection[str] = _NOTHING
    listed: Collection[str] = _NOTHING
    unlisted: Collection[str] = _NOTHING
    tells: bool = False
    returns: bool = False


def _said(body: tuple[f.Stmt, ...], python: bool) -> _Said:
    kept: set[str] = set()
    pairs: set[tuple[str, str]] = set()
    loaded: set[str] = set()
    custom: set[str] = set()
    read: set[str] = set()
    registered: set[str] = set()
    makes: set[str] = set()
    hung_there: set[str] = set()
    by_kind: tuple[set[str], set[str]] = (set(), set())  # what is set to no list, and what is
    tells = returns = False
    nodes: list[Any] = f.walk(body)
    for node in nodes:
        kind = (
            node.__class__
        )  # comparing it is a third of the cost of `isinstance`, and there are ten nodes to a line
        if kind is f.Name:
            continue
        if kind is f.Attr:
            read.add(node.name)
        elif kind is f.Call:
            name = _called(node)
            if name in _LOADERS:
                _add_loaded(node, loaded, custom, pairs)
            elif name in _REGISTER:
                registered.update(_named(node.args[:2]))
            elif python and makers.may_make(name):
                makes.update(makers.made_by(node, name))
        elif kind is f.Const:
            text = node.value
            if text.__class__ is str and "_" in text:
                if "__" in text and _LOOKUP.match(text):
                    pairs.update(pairwise(text.lstrip("-").split("__")))
                elif text == _STAYS_VALID:
                    tells = True
        elif kind is f.Assign:
            if python:
                for name, is_list in listed.said_by(node):
                    by_kind[is_list].add(name)
            if not isinstance(node.value, _NO_FUNCTIONS):
                kept.update(_names(node.targets))
                hung_there.update(key for target in node.targets if (key := hung.put_at(target)))
        elif kind is f.Keyword:
            tells = tells or node.name == _STAYS_VALID
        elif kind is f.Return:
            returns = returns or node.value is not None
    # Nearly all are empty, of thousands of statements: an empty set takes 200 bytes, and there is one empty frozenset.
    found = (kept, pairs, loaded, custom, read, registered, makes, hung_there, by_kind[True], by_kind[False])
    sets: list[Any] = [one or _NOTHING for one in found]
    return _Said._make((*sets, tells, returns))


_said_by = {python: by_statement(partial(_said, python=python)) for python in (True, False)}


def _said_of(body: tuple[f.Stmt, ...], python: bool) -> _Said:
    said = _said_by[python](body)
    if len(said) == 1:
        return said[0]
    columns: list[tuple[Any, ...]] = list(zip(*said, strict=True))
    sets: list[Any] = [_NOTHING.union(*some) for some in columns[:-2]]
    return _Said._make((*sets, any(columns[-2]), any(columns[-1])))


def _part_of(unit: Unit, python: bool) -> _Part:
    """What a unit says that is edited again and again."""
    return _part(unit, python, _said_of(unit.body, python))


def _part(unit: Unit, python: bool, said: _Said) -> _Part:
    kept, pairs, loaded, custom, read, registered, makes, hung_there, lists, others, tells, returns = said
    names = (unit.qualname, unit.owner, _is_read(unit))
    above = _above(unit) if isinstance(unit, f.ClassDef) else ()
    if not python:
        return _Part(frozenset(kept), names=names, above=above)
    function = unit if isinstance(unit, f.Function) else None
    declared = tuple(listed.said_in(unit)) if isinstance(unit, f.ClassDef) else ()
    # A session that a function makes for itself alone is none that others are given.
    hands = function is None or function.kind == "module" or function.is_generator or returns
    return _Part(
        frozenset(kept),
        frozenset(pairs),
        frozenset(loaded),
        frozenset(custom),
        frozenset(read) if function is not None and function.has_loop else _NOTHING,
        function is not None and not SETS.isdisjoint(read) and gives(f.walk(unit.body)),
        tells and hands,
        names,
        above,
        registered=_registered(unit, registered),
        optimizers=frozenset(name for name in read if name.endswith(_OPTIMIZER)),
        makes=frozenset(makes if function is not None else makers.models_of(unit)),
        hung=frozenset(hung_there) if function is not None else _NOTHING,
        listed=frozenset((*lists, *(name for name, is_list in declared if is_list))),
        unlisted=frozenset((*others, *(name for name, is_list in declared if not is_list))),
    )


def _registered(unit: Unit, called: Collection[str]) -> frozenset[str]:
    """The names that a module registers, or the decorators of a class do: `@admin.register(Book)`."""
    if isinstance(unit, f.Function):
        return frozenset(called) if unit.kind == "module" else _NOTHING
    decorators = (d for d in unit.decorators if isinstance(d, f.Call) and _called(d) in _REGISTER)
    given = frozenset(name for decorator in decorators for name in _named(decorator.args))
    itself = any((dotted(d) or "").rpartition(".")[2] == _REGISTER[1] for d in unit.decorators)
    return given | {unit.name} if itself else given


def _named(nodes: Iterable[f.Expr]) -> Iterator[str]:
    """The last parts of names, also of those that stand in a list."""
    for node in nodes:
        names = (
            _named(node.items)
            if isinstance(node, f.Collection)
            else ((dotted(node) or "").rpartition(".")[2],)
        )
        yield from (name for name in names if name)


def _above(cls: f.ClassDef) -> tuple[str, ...]:
    """The names of what a class is derived from, and of the interfaces a script's says it has the methods of."""
    return tuple(dict.fromkeys(name.rpartition(".")[2] for name in said_above(cls)))


def _names(targets: Iterable[f.Expr]) -> Iterator[str]:
    """The names and attributes among the targets of an assignment."""
    for target in targets:
        if isinstance(target, f.Name):
            yield target.id
        elif isinstance(target, f.Attr):
            yield target.name


def _called(node: f.Call) -> str:
    called = node.func
    return called.name if isinstance(called, f.Attr) else called.id if isinstance(called, f.Name) else ""


def _add_loaded(node: f.Call, loaded: set[str], custom: set[str], pairs: set[tuple[str, str]]) -> None:
    texts = _texts(node)
    if _called(node) != "Prefetch":
        loaded.update(part for text in texts for part in text.split("__"))
        return
    given = {keyword.name: keyword.value for keyword in node.keywords}
    if "to_attr" in given or len(node.args) > 2:
        # The relation itself is left as it was.
        loaded.update(part for text in texts for part in text.split("__")[:-1])
        return
    loaded.update(part for text in texts for part in text.split("__"))
    rows = given.get("queryset", node.args[1] if len(node.args) > 1 else None)
    if rows is None and len(node.keywords) == 0:
        return
    along = _loaded_along(rows)
    for text in texts:
        last = text.rpartition("__")[2]
        if along is None:
            custom.add(last)
        else:
            pairs.update((last, path.partition("__")[0]) for path in along)


def _texts(node: f.Call) -> list[str]:
    return [a.value for a in node.args if isinstance(a, f.Const) and isinstance(a.value, str)]


def _loaded_along(rows: f.Expr | None) -> list[str] | None:
    """What a queryset that is written out loads with its rows; None where some part of it says nothing of that."""
    found: list[str] = []
    while isinstance(rows, f.Call) and isinstance(rows.func, f.Attr):
        name = rows.func.name
        if name in tables().django.loaders:
            texts = _texts(rows)
            if len(texts) != len(rows.args) or not texts:
                return None
            found += texts
        elif tables().django.queryset.of(name) != "chain":
            return None
        rows = rows.func.obj
    return found if isinstance(rows, f.Attr) and rows.name == "objects" else None
