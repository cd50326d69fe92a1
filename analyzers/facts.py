"""What one file says, as plain values: functions, classes, imports, and a small tree of expressions and statements.

Every language is lowered to these shapes (see `extract.py`), so the cost model knows no grammar. The values are
frozen, hold no syntax-tree node, and travel: they pickle, encode with msgspec and live in the cache on disk.

Positions. `at` and `to` are byte offsets *relative to the unit that holds them*: inside a `Function` relative to
`Function.start`, inside a `ClassDef` relative to `ClassDef.start`. Only units carry absolute offsets. An edit above
a function therefore changes two numbers of that function and nothing inside it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from operator import attrgetter
from typing import Any, Union

from msgspec import Struct


class _Node(Struct, frozen=True, gc=False, array_like=True, tag=True):
    at: int
    to: int


# ------------------------------------------------------------------------------------------------ expressions


class Name(_Node):
    """A bare name: `users`; `this` in JavaScript is the name `this`."""

    id: str


class Const(_Node):
    """A literal. `kind` is int, float, str, bytes, bool, none, regex or ellipsis.

    `value` is the literal's own value for int, bool, float and for text up to 200 characters, else None.
    """

    kind: str
    value: int | float | str | bool | None


class Attr(_Node):
    """`obj.name`; `name_at` is where the name begins. JavaScript's `obj?.name` has `optional` set."""

    obj: Expr
    name: str
    name_at: int
    optional: bool = False


class Index(_Node):
    """`obj[index]` with one index; a tuple index is a `Collection`."""

    obj: Expr
    index: Expr


class Slice(_Node):
    """`obj[start:stop:step]`; missing parts are None."""

    obj: Expr
    start: Expr | None
    stop: Expr | None
    step: Expr | None


class Keyword(_Node):
    """One keyword argument; `name` is empty for `**rest`."""

    name: str
    value: Expr


class Call(_Node):
    """`func(args, keywords)`. JavaScript's `new C(...)` has `new` set. `*rest` is a `Star` among the arguments."""

    func: Expr
    args: tuple[Expr, ...]
    keywords: tuple[Keyword, ...] = ()
    new: bool = False


class Binary(_Node):
    """An arithmetic or bit operation; `op` as written: + - * / // % ** @ << >> & | ^."""

    op: str
    left: Expr
    right: Expr


class Unary(_Node):
    """`op` is not, -, + or ~ (JavaScript's `!` is `not`)."""

    op: str
    operand: Expr


class Compare(_Node):
    """A chain `left op right op right`; ops are == != < <= > >= in, not in, is, is not (`===` is `==`)."""

    left: Expr
    ops: tuple[str, ...]
    rights: tuple[Expr, ...]


class Logic(_Node):
    """`and`, `or`, or JavaScript's `??`, flattened; in a template any other `op` compares the parts."""

    op: str
    parts: tuple[Expr, ...]


class Collection(_Node):
    """A display of items: `kind` is list, tuple or set. Spread items are `Star`."""

    kind: str
    items: tuple[Expr, ...]


class Mapping(_Node):
    """A dict display or object literal. A `**spread` has the key None. Shorthand and plain keys are str Consts."""

    keys: tuple[Expr | None, ...]
    values: tuple[Expr, ...]


class Clause(_Node):
    """One `for target in iter if conditions` of a comprehension."""

    target: Expr
    iter: Expr
    conditions: tuple[Expr, ...] = ()
    is_async: bool = False


class Comprehension(_Node):
    """`kind` is list, set, dict or generator; a dict's `key` is set."""

    kind: str
    key: Expr | None
    value: Expr
    clauses: tuple[Clause, ...]


class Lambda(_Node):
    """A function written as an expression: its body is the function `qualname` of the same file."""

    qualname: str


class Await(_Node):
    """`await value`."""

    value: Expr


class Yield(_Node):
    """`yield value`, or `yield from value` with `delegate`."""

    value: Expr | None
    delegate: bool = False


class Star(_Node):
    """`*value`, or JavaScript's `...value`."""

    value: Expr


class Choose(_Node):
    """`then if test else other`, or `test ? then : other`."""

    test: Expr
    then: Expr
    other: Expr


class Template(_Node):
    """An f-string or template literal: the interpolated expressions in order.

    `text` is how a Python one begins, with `{}` for what is interpolated.
    """

    parts: tuple[Expr, ...]
    text: str = ""


class Named(_Node):
    """`(target := value)`, or an assignment used as an expression."""

    target: Expr
    value: Expr


class Range(_Node):
    """A counting loop written out, as `for (let i = start; i < stop; i += step)`. Python's `range` is a `Call`."""

    start: Expr
    stop: Expr
    step: Expr | None


class Opaque(_Node):
    """An expression no table maps; its known parts are kept so that calls inside it are not lost."""

    parts: tuple[Expr, ...] = ()


Expr = Union[  # noqa: UP007 - a Union of forward references is what Python 3.10 can evaluate
    Name, Const, Attr, Index, Slice, Call, Binary, Unary, Compare, Logic, Collection, Mapping, Comprehension,
    Lambda, Await, Yield, Star, Choose, Template, Named, Range, Opaque,
]  # fmt: skip


# ------------------------------------------------------------------------------------------------- statements


class Assign(_Node):
    """`targets[0] = targets[1] = value`; `annotation` as an expression. A bare `x: T` has no value.

    Destructuring is a `Collection` target (kind tuple); an object pattern is a `Mapping` whose values are targets.
    """

    targets: tuple[Expr, ...]
    value: Expr | None
    annotation: Expr | None = None


class Update(_Node):
    """`target op= value`; `i++` is an update by the constant 1 with op `+`."""

    target: Expr
    op: str
    value: Expr


class Do(_Node):
    """An expression used as a statement."""

    value: Expr


class Return(_Node):
    value: Expr | None


class For(_Node):
    """`for target in iter`. `head_to` is where the header ends; the body follows."""

    target: Expr
    iter: Expr
    body: tuple[Stmt, ...]
    otherwise: tuple[Stmt, ...] = ()
    is_async: bool = False
    head_to: int = 0


class While(_Node):
    """`while test`. `do` marks a body that runs once before the test. A C-style loop that is no `Range` is
    lowered to its initialiser, then a `While` whose `step` holds the update."""

    test: Expr
    body: tuple[Stmt, ...]
    otherwise: tuple[Stmt, ...] = ()
    step: tuple[Stmt, ...] = ()
    do: bool = False
    head_to: int = 0


class If(_Node):
    """`elif` is an `If` alone in `otherwise`."""

    test: Expr
    body: tuple[Stmt, ...]
    otherwise: tuple[Stmt, ...] = ()


class Case(_Node):
    """One arm of a `match` or `switch`: bound targets, guard, body."""

    patterns: tuple[Expr, ...]
    guard: Expr | None
    body: tuple[Stmt, ...]


class Match(_Node):
    subject: Expr
    cases: tuple[Case, ...]


class Handler(_Node):
    """`except types as name`."""

    types: Expr | None
    name: str
    body: tuple[Stmt, ...]


class Try(_Node):
    body: tuple[Stmt, ...]
    handlers: tuple[Handler, ...] = ()
    otherwise: tuple[Stmt, ...] = ()
    final: tuple[Stmt, ...] = ()


class WithItem(_Node):
    value: Expr
    target: Expr | None


class With(_Node):
    items: tuple[WithItem, ...]
    body: tuple[Stmt, ...]
    is_async: bool = False


class Define(_Node):
    """A nested function or class is defined here; the thing itself is in `FileFacts`."""

    qualname: str


class Jump(_Node):
    """`kind` is break, continue or raise; a raise's values are in `values`."""

    kind: str
    values: tuple[Expr, ...] = ()


class Delete(_Node):
    targets: tuple[Expr, ...]


class Scope(_Node):
    """`global` or `nonlocal` names."""

    kind: str
    names: tuple[str, ...]


class Block(_Node):
    """Statements that a table does not map to a shape above, kept in order."""

    body: tuple[Stmt, ...]


Stmt = Union[  # noqa: UP007
    Assign, Update, Do, Return, For, While, If, Match, Try, With, Define, Jump, Delete, Scope, Block
]  # fmt: skip


# ------------------------------------------------------------------------------------------------------ units


class Param(_Node):
    """`kind` is positional, keyword, star (`*args`) or double_star (`**kwargs`). A destructured parameter has the
    name "" and its pattern in `pattern`."""

    name: str
    annotation: Expr | None = None
    default: Expr | None = None
    kind: str = "positional"
    pattern: Expr | None = None


class Function(Struct, frozen=True, gc=False, array_like=True):
    """A function, method, lambda, or a file's own top level (`kind` module, qualname `<module>`).

    `start`/`end` are absolute and include decorators; `def_at` (relative) is where `def`, `async` or the name of a
    class member begins; `name_at`/`name_to` (relative) hold the name; `body_at` (relative) is where the body begins.
    `owner` is the qualname of the class whose body holds it, `parent` that of the enclosing function; both may be "".
    A nested function is not in its parent's body: there stands a `Define` or `Lambda` with its qualname.
    """

    name: str
    qualname: str
    kind: str  # function, method, lambda, module
    start: int
    end: int
    def_at: int
    name_at: int
    name_to: int
    body_at: int
    params: tuple[Param, ...]
    returns: Expr | None
    decorators: tuple[Expr, ...]
    body: tuple[Stmt, ...]
    owner: str = ""
    parent: str = ""
    is_async: bool = False
    is_generator: bool = False
    has_loop: bool = False  # a For, While or Comprehension stands in the body itself


IMPLEMENTS, STANDS_FOR = "implements", "stands for"
"""Keywords of a script's classes: each interface that a class has the methods of, and the type that an alias is of."""

TYPE = "type "
"""Begins the qualnames of interfaces and aliases, whose names a function or class of the file may have, too."""


class ClassDef(Struct, frozen=True, gc=False, array_like=True):
    """A class. `body` holds its assignments and calls; methods are `Define`s there and live in `functions`."""

    name: str
    qualname: str
    start: int
    end: int
    name_at: int
    name_to: int
    bases: tuple[Expr, ...]
    keywords: tuple[Keyword, ...]
    decorators: tuple[Expr, ...]
    body: tuple[Stmt, ...]
    owner: str = ""
    parent: str = ""


class Import(_Node):
    """One bound name. `import a.b as c`: module a.b, name "", alias c. `from m import x as y`: module m, name x,
    alias y. `from . import x` has `level` 1. `import a.b` binds `a` and has alias "a". A star import has name "*".

    JavaScript: `import x from "m"` has name "default"; `import * as ns` has name ""; `require("m")` likewise.
    `scope` is the qualname of the function that holds it, "" at the top.
    """

    module: str
    name: str
    alias: str
    level: int = 0
    scope: str = ""


class Export(Struct, frozen=True, gc=False, array_like=True):
    """JavaScript: the file exports local `local` under `name` ("default" too). A re-export names its `module`."""

    name: str
    local: str
    module: str = ""


class Suppression(_Node):
    """`# bigo: ignore[rule, rule]`; no rules means all. `own_line` when nothing but the comment is on the line."""

    rules: tuple[str, ...]
    own_line: bool


class FileFacts(Struct, frozen=True, gc=False, array_like=True):
    """All of one file. `functions[0]` is the top level (`<module>`), then functions in source order."""

    language: str
    functions: tuple[Function, ...]
    classes: tuple[ClassDef, ...]
    imports: tuple[Import, ...]
    exports: tuple[Export, ...]
    suppressions: tuple[Suppression, ...]
    has_error: bool


_Inner = Callable[[object], Any]
_INNER: dict[type, tuple[_Inner | None, bool] | None] = {}
"""By the kind of node: what reads the fields that may hold others, and whether it is one field; None for no node."""

_NO_NODES = frozenset({"str", "int", "bool", "int | float | str | bool | None", "tuple[str, ...]"})


def _inner_of(kind: type) -> tuple[_Inner | None, bool] | None:
    if not issubclass(kind, _Node):
        return None
    types = {name: text for base in reversed(kind.__mro__) for name, text in _annotations(base).items()}
    names = [name for name in kind.__struct_fields__ if types[name] not in _NO_NODES]
    return (attrgetter(*names) if names else None), len(names) == 1


def _annotations(kind: type) -> dict[str, str]:
    return inspect.get_annotations(kind)


def walk(roots: object) -> list[_Node]:
    """All nodes below a node or a tuple of nodes, and these themselves, in no order."""
    found: list[_Node] = []
    stack: list[Any] = [roots]
    while stack:
        current = stack.pop()
        kind = current.__class__
        if kind is tuple:
            stack.extend(current)
            continue
        try:
            inner = _INNER[kind]
        except KeyError:
            inner = _INNER[kind] = _inner_of(kind)
        if inner is None:
            continue
        found.append(current)
        read, is_one = inner
        if read is None:
            continue
        if is_one:
            stack.append(read(current))
        else:
            stack.extend(read(current))
    return found
