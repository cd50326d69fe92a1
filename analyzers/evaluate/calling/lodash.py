"""Functions of packages that do what a method of an array does: `_.find(books, (book) => ...)`, `pMap(ids, async (id) => ...)`.

Sources: https://lodash.com/docs/4.17.15, https://github.com/sindresorhus/promise-fun, http://bluebirdjs.com/docs/api-reference.html,
https://caolan.github.io/async/v3/docs.html
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from analyzers import facts as f
from analyzers.evaluate.run import Run
from analyzers.evaluate.turns import loops
from analyzers.findings import Place
from analyzers.operations import operations
from analyzers.types import Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

PACKAGES = ("lodash", "lodash-es", "underscore")
BLUEBIRD = {"map": "map", "mapSeries": "map", "each": "forEach", "filter": "filter", "reduce": "reduce"}
ASYNC = {
    f"{name}{how}": method
    for how in ("", "Series", "Limit")
    for name, method in (
        ("each", "forEach"), ("forEach", "forEach"), ("map", "map"), ("filter", "filter"), ("concat", "flatMap"), ("some", "some"),
        ("every", "every"), ("detect", "find"),
    )
}  # fmt: skip
OTHERS = {
    "bluebird": BLUEBIRD,
    "builtins.Promise": {name: BLUEBIRD[name] for name in ("map", "mapSeries", "each")},
    "async": ASYNC,
    "neo-async": ASYNC,
    "p-map": {"": "map"},
    "p-map-series": {"": "map"},
    "p-each-series": {"": "forEach"},
    "p-filter": {"": "filter"},
}
"""By package: functions that call what they are handed for each element, one after the other or a few at a time; "" is the package's
own. A program whose promises are Bluebird's has no word of it where `Promise.map` stands, and the language's have no such method."""
METHODS = {
    "find": "find", "findIndex": "findIndex", "findLast": "findLast", "some": "some", "any": "some", "every": "every", "filter": "filter",
    "reject": "filter", "map": "map", "flatMap": "flatMap", "forEach": "forEach", "each": "forEach", "reduce": "reduce", "includes": "includes",
    "contains": "includes", "indexOf": "indexOf", "concat": "concat", "without": "filter", "remove": "filter", "pull": "filter",
}  # fmt: skip
"""What each does as a method of an array."""
SEARCHES = ("find", "findIndex", "findLast", "some", "filter")
"""Those that may be told what is looked for by an object, a pair or a name: `_.find(books, { id })`."""


@lru_cache(maxsize=4096)
def _short(name: str) -> str:
    """The name that a function has in one of these packages; "" for what is of none: `lodash#default.find`, `lodash/find`."""
    package, _, short = name.replace("#default", "").replace("#", ".").replace("/", ".").partition(".")
    return short if package in PACKAGES else ""


@lru_cache(maxsize=4096)
def _of_others(name: str) -> tuple[str, int]:
    """What a function of `OTHERS` does as a method of an array, and the place of the function that it is handed."""
    plain = name.replace("#default", "").replace("#*", "").replace("#", ".").replace("/", ".")
    for package, methods in OTHERS.items():
        if plain == package or plain.startswith(f"{package}."):
            short = plain.removeprefix(package).removeprefix(".")
            return methods.get(short, ""), 2 if short.endswith("Limit") else 1
    return "", 1


def called(run: Run, node: f.Call, name: str, arguments: Arguments, place: Place) -> Value | None:
    """The call, carried out as that of the method; None for what is none of these functions."""
    from analyzers.evaluate.calling import library

    short = _short(name)
    if short == "chunk" and arguments.values:
        return Value("list", of=Value("list", evidence=loops.PIECE), depends=arguments.depends)
    method, at = (METHODS.get(short, ""), 1) if short else _of_others(name)
    if not method or len(node.args) <= at or isinstance(node.args[0], f.Star):
        return None
    whole = arguments.values[0]
    if whole.kind not in ("list", "set", "dict", "str", "tuple"):
        whole = whole.but(kind="list", evidence=f"`{method}` of lodash goes through it")
    if whole.kind != "list":
        return None
    function = node.args[at]
    if method in SEARCHES and isinstance(function, (f.Mapping, f.Collection)):
        row = operations(run.language).method("list", "includes")
        assert row is not None
        first = arguments.get(1)
        where = run.place(node.args[0])
        library.apply(run, node, row, method, whole, first, arguments, place, where)
        return whole.but(size=None) if method == "filter" else Value()
    shape = f.Call(
        node.at, node.to, f.Attr(node.at, node.args[0].to, node.args[0], method, node.at), node.args[at:]
    )
    for _ in range(at):
        arguments = arguments.after_first()
    return library.method(run, shape, whole, method, arguments, place)
