"""What one file binds, ready for look-up: functions, classes, imports and assignments by name.

An `Outline` is made from a file's facts when something first asks, and is dropped with them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import accumulate, chain

from analyzers.facts import (
    IMPLEMENTS,
    TYPE,
    Assign,
    Attr,
    Block,
    Call,
    ClassDef,
    Collection,
    Compare,
    Const,
    Expr,
    FileFacts,
    For,
    Function,
    If,
    Import,
    Index,
    Lambda,
    Logic,
    Mapping,
    Match,
    Name,
    Named,
    Scope,
    Star,
    Stmt,
    Try,
    Unary,
    Update,
    While,
    With,
    walk,
)
from analyzers.project.by_statement import by_statement
from analyzers.project.filling import fills
from analyzers.text import Span

_COMPOUND = frozenset({If, For, While, Try, With, Block, Match})
_ACCESSORS = frozenset({"setter", "deleter", "overload"})
_IN_SQL = frozenset({"expression", "comparator", "update_expression"})
"""What a hybrid property adds to itself.

Source: https://docs.sqlalchemy.org/en/20/orm/extensions/hybrid.html
"""


class _Inner:
    """Functions by where they stand."""

    def __init__(self, functions: Iterable[Function]) -> None:
        self._functions = sorted(functions, key=lambda one: one.start)
        self._starts = [one.start for one in self._functions]
        self._ends = [
            *accumulate((one.end for one in self._functions), max)
        ]  # up to where any of the first of them reaches

    def at(self, span: Span) -> Function | None:
        at = bisect_right(self._starts, span.start) - 1
        while at >= 0 and span.end <= self._ends[at]:
            if span.end <= self._functions[at].end:
                return self._functions[at]
            at -= 1
        return None


class Outline:
    """One file's names. `scope` is the qualname of a function or class, "" for the top level."""

    def __init__(self, facts: FileFacts) -> None:
        self.facts = facts
        self.functions: dict[str, Function] = {}
        self.classes: dict[str, ClassDef] = {}
        self.methods: dict[str, dict[str, Function]] = {}
        self.defined: dict[str, dict[str, tuple[str, str]]] = {}  # scope -> name -> (kind, qualname)
        self.imports: dict[str, dict[str, Import]] = {}
        self.stars: list[Import] = []
        self._values: dict[str, dict[str, Assign]] = {}
        self._signature: dict[tuple[str, ...], object] | None = None
        self._fills: dict[str, tuple[Function, bool]] = {}  # by qualname, of the version that was asked about
        self._locals: dict[str, frozenset[str]] = {}
        for function in facts.functions:
            self._add_function(function)
        for cls in facts.classes:
            self.classes[cls.qualname] = cls
            if not cls.qualname.startswith(TYPE):
                self.defined.setdefault(cls.owner or cls.parent, {})[cls.name] = ("class", cls.qualname)
        for item in facts.imports:
            if item.name == "*":
                self.stars.append(item)
            else:
                self.imports.setdefault(item.scope, {}).setdefault(item.alias, item)

    def _add_function(self, function: Function) -> None:
        if function.qualname in self.functions and is_accessor(function):
            return
        self.functions[function.qualname] = function
        if function.owner and is_accessor(function) and function.name in self.methods.get(function.owner, {}):
            return  # The attribute is read by the first definition.
        if function.owner:
            self.methods.setdefault(function.owner, {})[function.name] = function
        elif function.kind == "function":
            names = self.defined.setdefault(function.parent, {})
            names[function.name] = ("function", function.qualname)

    @cached_property
    def packages(self) -> frozenset[str]:
        """The packages that the file imports from, by their first names."""
        return frozenset(item.module.partition(".")[0] for item in self.facts.imports)

    @cached_property
    def nested(self) -> dict[str, list[Function]]:
        """The functions and lambdas defined directly inside each function, in source order."""
        found: dict[str, list[Function]] = {}
        for function in self.facts.functions:
            if function.parent:
                found.setdefault(function.parent, []).append(function)
        return found

    def inner_at(self, qualname: str, span: Span) -> Function | None:
        """The function or lambda directly inside a function that a span stands in; "" is for what stands in no function. In a
        default of one the lambda is meant that makes it."""
        known = self._inner.get(qualname)
        if known is None:
            known = self._inner[qualname] = _Inner(
                self.nested.get(qualname, ()) if qualname else self._outermost
            )
        return known.at(span)

    @cached_property
    def _outermost(self) -> list[Function]:
        return [one for one in self.facts.functions if not one.parent and one.kind != "module"]

    @cached_property
    def _inner(self) -> dict[str, _Inner]:
        return {}

    # ------------------------------------------------------------------------------------- the top level

    @cached_property
    def assigns(self) -> dict[str, list[Assign]]:
        """The top level's assignments to plain names, also those inside `if` and `try`."""
        found: dict[str, list[Assign]] = {}
        module = self.functions.get("<module>")
        for statement in flatten(module.body if module else ()):
            if isinstance(statement, Assign):
                for name in bound(statement.targets):
                    found.setdefault(name, []).append(statement)
        return found

    @cached_property
    def changed(self) -> frozenset[str]:
        """Top-level names that `+=` and the like change."""
        module = self.functions.get("<module>")
        return frozenset(
            s.target.id
            for s in flatten(module.body if module else ())
            if isinstance(s, Update) and isinstance(s.target, Name)
        )

    def value(self, name: str) -> Assign | None:
        """The assignment of a top-level name that is assigned exactly once, or what declares it: `app: App`."""
        found = self.assigns.get(name, ())
        if len(found) > 1:
            found = [one for one in found if one.annotation is not None and one.value is None]
        return found[0] if len(found) == 1 and name not in self.changed else None

    @cached_property
    def bound(self) -> frozenset[str]:
        """All names that the top level's own statements bind: loop targets, `with ... as` and so on."""
        module = self.functions.get("<module>")
        return frozenset(bindings(module.body)) if module else frozenset()

    def type_named(self, name: str) -> str | None:
        """The qualname of an interface or alias of the top level."""
        qualname = f"{TYPE}{name}"
        return qualname if qualname in self.classes else None

    @cached_property
    def exports(self) -> dict[str, tuple[str, str]]:
        """JavaScript: exported name -> (local name, module it is re-exported from or "")."""
        return {e.name: (e.local, e.module) for e in self.facts.exports if e.name != "*"}

    # ------------------------------------------------------------------------------------------- classes

    def class_values(self, qualname: str) -> dict[str, Assign]:
        """What a class body assigns, by name; the last assignment counts."""
        if qualname in self._values:
            return self._values[qualname]
        found: dict[str, Assign] = {}
        cls = self.classes.get(qualname)
        for statement in flatten(cls.body if cls else ()):
            if isinstance(statement, Assign):
                for target in statement.targets:
                    if isinstance(target, Name):
                        found[target.id] = statement
        self._values[qualname] = found
        return found

    # -------------------------------------------------------------------------------------------- scopes

    def locals(self, qualname: str) -> frozenset[str]:
        """The names that belong to a function: parameters and whatever its statements bind."""
        if qualname not in self._locals:
            function = self.functions.get(qualname)
            self._locals[qualname] = _locals_of(function) if function else frozenset()
        return self._locals[qualname]

    def enclosing(self, scope: str) -> str:
        """The scope around a function or class; "" for the top level. Classes enclose their own body only."""
        function = self.functions.get(scope)
        if function is not None:
            return "" if function.kind == "module" else function.parent or self._around(function.owner)
        cls = self.classes.get(scope)
        return (cls.owner or cls.parent) if cls else ""

    def _around(self, owner: str) -> str:
        """The function around a class, however deep the class is nested in others."""
        while owner:
            cls = self.classes.get(owner)
            if cls is None:
                return ""
            if cls.parent:
                return cls.parent
            owner = cls.owner
        return ""

    @cached_property
    def mentions(self) -> tuple[frozenset[str], ...]:
        """The names and attributes in the body of each function, in the order of the facts."""
        return tuple(names_in(function) for function in self.facts.functions)

    def mentioning(self, name: str, text: bytes | None) -> Iterator[str]:
        """The functions that mention a name or attribute in their bodies. With the text of a Python file, in which names stand
        as they are, only those are looked through that hold it; others are, when two versions of the file are compared."""
        if text is None or self.facts.language != "python" or "mentions" in self.__dict__:
            said = zip(self.facts.functions, self.mentions, strict=True)
            yield from (function.qualname for function, names in said if name in names)
            return
        word = name.encode()
        for function in self.facts.functions:
            if text.find(word, function.start, function.end) >= 0 and name in names_in(function):
                yield function.qualname

    def prepare(self) -> None:
        """Make what two versions of the file are compared by."""
        self.signature()
        _ = self.mentions

    def fills(self, function: Function) -> bool:
        """Whether a function may put something into what an object keeps: see `filling`."""
        held = self._fills.get(function.qualname)
        if held is None or held[0].body is not function.body:
            held = self._fills[function.qualname] = (function, fills(function))
        return held[1]

    def filling(self, class_qualname: str) -> list[Function]:
        """The methods of a class that may do so."""
        known, found = self._fills, []
        for method in self.methods.get(class_qualname, {}).values():
            held = known.get(method.qualname)
            if held[1] if held is not None and held[0].body is method.body else self.fills(method):
                found.append(method)
        return found

    def signature(self, before: Outline | None = None) -> dict[tuple[str, ...], object]:
        """What resolving names may read of this file, in pieces: two versions differ where their pieces differ.

        Pieces are ("name", n) and ("value", n) for what the top level binds, ("class", q), ("members", q),
        ("calls", q) and ("body", q) for a class, ("classes",), ("functions",) with their decorators, ("stars",),
        ("exports",), ("modules",), ("imports",), ("aliases",), ("suppressions",) and ("nested", q). Only values and bodies
        hold places. With `before`, the file's outline before an edit, the pieces of classes that the edit left alone
        are taken from there.
        """
        if self._signature is None:
            pieces: dict[tuple[str, ...], object] = {
                ("stars",): [(i.module, i.level) for i in self.stars],
                ("exports",): self.facts.exports,
                ("classes",): [cls.qualname for cls in self.facts.classes],
                ("functions",): [(one.qualname, one.decorators) for one in self.facts.functions],
                ("modules",): self.packages,
                ("imports",): {(item.module, item.name) for item in self.facts.imports},
                ("aliases",): [(i.module, i.level, i.name, i.alias, i.scope) for i in self.facts.imports],
                ("suppressions",): self.facts.suppressions,
            }
            for qualname, inner in self.nested.items():
                pieces["nested", qualname] = [function.qualname for function in inner]
            self._add_names(pieces)
            for qualname in self.classes:
                self._add_class(pieces, qualname, before)
            self._signature = pieces
        return self._signature

    def _add_names(self, pieces: dict[tuple[str, ...], object]) -> None:
        top = self.defined.get("", {})
        imports = self.imports.get("", {})
        types = {qualname.removeprefix(TYPE) for qualname in self.classes if qualname.startswith(TYPE)}
        for name in {*top, *imports, *self.assigns, *self.bound, *types}:
            item = imports.get(name)
            assigns = self.assigns.get(name, ())
            pieces["name", name] = (
                top.get(name),
                item and (item.module, item.name, item.alias, item.level),
                [_value_signature(assign.value) for assign in assigns],
                name in self.changed,
                name in types,
            )
            pieces["value", name] = assigns

    def _add_class(
        self, pieces: dict[tuple[str, ...], object], qualname: str, before: Outline | None
    ) -> None:
        cls = self.classes[qualname]
        methods = {name: method.qualname for name, method in self.methods.get(qualname, {}).items()}
        nested = self.defined.get(qualname, {})
        pieces["class", qualname] = (
            cls.bases, cls.keywords, cls.decorators, cls.owner, cls.parent, cls.name_at,
        )  # fmt: skip
        old = before.classes.get(qualname) if before is not None else None
        if before is not None and old is not None and old.body == cls.body and qualname in before._values:
            self._values[qualname] = before._values[qualname]
        values = self.class_values(qualname)
        pieces["members", qualname] = (methods, nested, values.keys())
        pieces["body", qualname] = values
        held = before.signature() if before is not None else {}
        if values is held.get(("body", qualname)):
            pieces["calls", qualname] = held["calls", qualname]
        else:
            pieces["calls", qualname] = {
                name: callee(assign.value)
                for name, assign in values.items()
                if isinstance(assign.value, Call)
            }


def names_in(function: Function) -> frozenset[str]:
    """The names and attributes in a function's own body."""
    return frozenset[str]().union(*_names_in(function.body))


@by_statement
def _names_in(body: tuple[Stmt, ...]) -> frozenset[str]:
    nodes = walk(body)
    return frozenset(
        [node.id if isinstance(node, Name) else node.name for node in nodes if isinstance(node, (Name, Attr))]
    )


def _value_signature(value: Expr | None) -> object:
    """What matters of an assigned value to those who look the name up, without its place in the file."""
    if isinstance(value, Lambda):
        return value.qualname
    if isinstance(value, Call):
        return callee(value), [dotted(arg) for arg in value.args]
    return dotted(value)


def is_accessor(function: Function) -> bool:
    """Whether a definition only adds to an earlier one of the same name: a setter, an overload's signature, or what a
    hybrid property is in SQL (`@total.expression`)."""
    return any(
        (isinstance(d, Attr) and (d.name in _ACCESSORS or _adds_to(d, function)))
        or (isinstance(d, Name) and d.id in _ACCESSORS)
        for d in function.decorators
    )


def _adds_to(decorator: Attr, function: Function) -> bool:
    held = decorator.obj
    return decorator.name in _IN_SQL and isinstance(held, Name) and held.id == function.name


def dotted(expr: Expr | None) -> str | None:
    """`a.b.c` for a chain of attributes on a name, else None."""
    parts: list[str] = []
    while isinstance(expr, Attr):
        parts.append(expr.name)
        expr = expr.obj
    if not isinstance(expr, Name):
        return None
    parts.append(expr.id)
    return ".".join(reversed(parts))


def said_above(cls: ClassDef) -> Iterator[str]:
    """The dotted names of what a script's class is derived from, and of the interfaces it says it has the methods of."""
    for node in (*cls.bases, *(k.value for k in cls.keywords if k.name == IMPLEMENTS)):
        name = dotted(node.obj if isinstance(node, Index) else node)
        if name:
            yield name


def flatten(body: Iterable[Stmt]) -> list[Stmt]:
    """The statements of a body and of the statements nested in it, in source order, compound ones first."""
    found: list[Stmt] = []
    left = [*body]
    left.reverse()
    while left:
        statement = left.pop()
        found.append(statement)
        if type(statement) in _COMPOUND:
            inside = [inner for part in inner_bodies(statement) for inner in part]
            inside.reverse()
            left += inside
    return found


def sets_attributes(function: Function | None) -> bool:
    """Whether a function's statements assign to an attribute of anything."""
    return function is not None and any(_sets(function.body))


@by_statement
def _sets(body: tuple[Stmt, ...]) -> bool:
    return _has_attribute([t for s in flatten(body) if isinstance(s, Assign) for t in s.targets])


def _has_attribute(targets: Iterable[Expr]) -> bool:
    for target in targets:
        if isinstance(target, Attr) or (isinstance(target, Collection) and _has_attribute(target.items)):
            return True
    return False


def inner_bodies(statement: Stmt) -> tuple[tuple[Stmt, ...], ...]:
    """The statement lists that a compound statement holds."""
    if isinstance(statement, (If, For)):
        return statement.body, statement.otherwise
    if isinstance(statement, While):
        return statement.body, statement.step, statement.otherwise
    if isinstance(statement, Try):
        handled = tuple(handler.body for handler in statement.handlers)
        return statement.body, *handled, statement.otherwise, statement.final
    if isinstance(statement, (With, Block)):
        return (statement.body,)
    return tuple(case.body for case in statement.cases) if isinstance(statement, Match) else ()


def bound(targets: Iterable[Expr]) -> Iterator[str]:
    """The names that assignment targets bind; attributes and items bind none."""
    for target in targets:
        if isinstance(target, Name):
            yield target.id
        elif isinstance(target, Collection):
            yield from bound(target.items)
        elif isinstance(target, Mapping):
            yield from bound(target.values)
        elif isinstance(target, Star):
            yield from bound((target.value,))


def bindings(body: Iterable[Stmt]) -> Iterator[str]:
    """Every name that the statements of one scope bind, apart from imports and definitions."""
    return _bindings(flatten(body))


def _bindings(statements: Iterable[Stmt]) -> Iterator[str]:
    for statement in statements:
        if isinstance(statement, Assign):
            yield from bound(statement.targets)
        elif isinstance(statement, (Update, For)):
            yield from bound((statement.target,))
        elif isinstance(statement, With):
            yield from bound(item.target for item in statement.items if item.target is not None)
        elif isinstance(statement, Try):
            yield from (handler.name for handler in statement.handlers if handler.name)
        elif isinstance(statement, Match):
            for case in statement.cases:
                yield from bound(_pattern_names(case.patterns))
        elif isinstance(statement, (If, While)):
            yield from bound(_named(statement.test))


def _pattern_names(patterns: Iterable[Expr]) -> Iterator[Expr]:
    for pattern in patterns:
        if isinstance(pattern, Call):
            yield from _pattern_names(pattern.args)
            yield from _pattern_names(k.value for k in pattern.keywords)
        else:
            yield pattern


def _named(test: Expr) -> Iterator[Expr]:
    """The targets of `:=` where they usually stand in a condition."""
    if isinstance(test, Named):
        yield test.target
    elif isinstance(test, Compare):
        yield from _named(test.left)
    elif isinstance(test, Unary):
        yield from _named(test.operand)
    elif isinstance(test, Logic):
        for part in test.parts:
            yield from _named(part)


def _locals_of(function: Function) -> frozenset[str]:
    if function.kind == "module":
        return frozenset()
    names = {p.name for p in function.params if p.name}
    names.update(name for p in function.params if p.pattern is not None for name in bound((p.pattern,)))
    bound_here, elsewhere = zip(*_bound_by(function.body), strict=True)
    return frozenset(names.union(*bound_here).difference(*elsewhere))


def bound_elsewhere(function: Function) -> frozenset[str]:
    """The names that a function says are bound elsewhere: `global total`."""
    return frozenset[str]().union(*(elsewhere for _, elsewhere in _bound_by(function.body)))


@by_statement
def _bound_by(body: tuple[Stmt, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """The names that statements bind, and those that they say are bound elsewhere."""
    statements = flatten(body)
    scopes = (statement.names for statement in statements if isinstance(statement, Scope))
    return frozenset(_bindings(statements)), frozenset(chain.from_iterable(scopes))


def callee(expr: Expr | None) -> str | None:
    """The dotted name that a call calls; subscripts as in `Generic[T]` are looked through."""
    if isinstance(expr, Call):
        expr = expr.func
    while isinstance(expr, Index):
        expr = expr.obj
    return dotted(expr)


def keyword(call: Call, name: str) -> Expr | None:
    """The value of a keyword argument."""
    return next((k.value for k in call.keywords if k.name == name), None)


def argument(call: Call, place: int, name: str) -> Expr | None:
    """An argument given by name or by place."""
    given = keyword(call, name)
    return given if given is not None or place >= len(call.args) else call.args[place]


def literal(value: Expr | None) -> str:
    """The text of a string literal, else ""."""
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else ""


def is_true(value: Expr | None) -> bool:
    """Whether an expression is the literal True."""
    return isinstance(value, Const) and value.value is True
