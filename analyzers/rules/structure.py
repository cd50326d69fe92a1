"""Where things stand in a function's text: what a loop's body is made of, and what it sets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Compared, Loop, Operated
from analyzers.evaluate.remembered import remembered
from analyzers.evaluate.turns import lazily
from analyzers.findings import Place
from analyzers.project import names
from analyzers.rules import nullness
from analyzers.rules.base import Context
from analyzers.text import Span


def home(context: Context, place: Place) -> Context:
    """The context of the innermost function that holds a place: the function itself, or one that is defined in it."""
    function, span = context.function, place.span
    written = function.kind != "module" and context.project.header(context.path, function.qualname)
    is_inside = written and function.start <= span.start and span.end <= function.end
    found = context.project.innermost(context.path, function if is_inside else None, span)
    return context if found is None or found is function else replace(context, function=found)


def home_of(context: Context, loop: Loop) -> Context:
    """The context of the function that a loop of the file stands in, also where that is another one that is called."""
    if loop.function != context.function.qualname and loop.place.path == context.path:
        function = context.project.function(context.path, loop.function)
        if function is not None:
            return replace(context, function=function)
    return home(context, loop.place)


def node_at(context: Context, place: Place) -> f._Node | None:
    """The expression of the function that stands at a place; the outermost of several."""
    start, body = context.function.start, context.function.body
    at, to = place.span.start - start, place.span.end - start
    around = tuple(stmt for stmt in body if stmt.at <= at and to <= stmt.to)
    code = around[0] if len(around) == 1 else around or body
    return _by_place(code).get((at, to))


@remembered
def _by_place(code: object) -> dict[tuple[int, int], f._Node]:
    """The outermost expression at each place."""
    found: dict[tuple[int, int], f._Node] = {}
    for node in shapes.nodes(code):
        if not isinstance(node, f.Do):
            found.setdefault((node.at, node.to), node)
    return found


def are_bound_before(context: Context, statement: f.Stmt, names: set[str]) -> bool:
    """True if every local name among these has a value for sure when a statement is reached, and that is not None."""
    bound = {p.name for p in context.function.params}
    for stmt, around in shapes.leading_to(context.function.body, statement):
        if not around or isinstance(stmt, f.For):
            bound |= _bound(stmt)
    from analyzers.rules import changes

    local = names & changes.local_names(context)
    return local <= bound and not any(nullness.may_be_none(context, statement, name) for name in local)


def may_change_between(context: Context, statement: f.Stmt, name: str) -> bool:
    """True if others run between the turns of a statement, at a `yield` or an `await` or where a generator is asked for more, who
    may have the thing of that name in hand: whoever gave it to the function, or was given it."""
    from analyzers.rules import changes

    if _is_lazy(context, statement):
        return True
    if not any(isinstance(node, (f.Yield, f.Await)) for node in changes.all_nodes(context, statement)):
        return False
    made = shapes.given_to(context.function.body, name)
    if not made or not all(isinstance(value, nullness.MADE) for value in made):
        return True
    if any(param.name == name for param in context.function.params):
        return True
    nodes = tuple(changes.all_nodes(context, context.function.body))
    kept = {id(one) for node in nodes for one in _keeping_to_itself(node, changes.PURE)}
    return any(isinstance(node, f.Name) and node.id == name and id(node) not in kept for node in nodes)


def _is_lazy(context: Context, statement: f.Stmt) -> bool:
    """True for a statement in which a generator stands that is not gone through at once: `seen.extend(x for x in xs if x not in
    seen)` asks a list that grows meanwhile."""
    from analyzers.rules import changes

    nodes = shapes.nodes((statement,))
    at_once: set[int] = set()
    for node in nodes:
        if isinstance(node, f.Call):
            named = isinstance(node.func, f.Name) and node.func.id in AT_ONCE
            if named or (isinstance(node.func, f.Attr) and node.func.name in changes.READING):
                at_once |= {id(argument) for argument in node.args}
        elif isinstance(node, (f.For, f.Clause)):
            at_once.add(id(node.iter))
    return any(
        isinstance(node, f.Comprehension) and node.kind == "generator" and id(node) not in at_once
        for node in nodes
    )


AT_ONCE = frozenset("list tuple set frozenset dict sorted sum min max any all next bytes".split())  # noqa: SIM905
"""Built-in functions that go through what they are given before they answer, or never again.
Source: https://docs.python.org/3/library/functions.html"""


def _keeping_to_itself(node: f._Node, pure: frozenset[str]) -> tuple[f.Expr, ...]:
    """What a node uses without giving it to anyone: assigned to, searched, gone through, asked by a method or a built-in."""
    match node:
        case f.Assign():
            return node.targets
        case f.Compare():
            return node.rights
        case f.For() | f.Clause():
            return (node.iter,)
        case f.Attr():
            return (node.obj,)
        case f.Call(func=f.Name(id=called)) if called in pure:
            return node.args
        case _:
            return ()


def is_set_in(context: Context, loop: Loop, name: str) -> bool:
    """True if the loop's body gives a name a value that is not made from its old one, or takes out all that is in it: it
    starts anew on each turn. What begins it where nothing is there yet does so once: `if out is None: out = part`."""
    root = name.partition(".")[0].partition("[")[0]
    start = context.function.start
    first = _on_first_turn(context.function.body, root)
    for stmt in shapes.walk(context.function.body):
        if not (loop.whole.span.start <= start + stmt.at < loop.whole.span.end):
            continue
        if isinstance(stmt, f.For) and root in _bound(stmt):
            return True
        if isinstance(stmt, f.Do) and isinstance(stmt.value, f.Call) and _is_clearing(stmt.value, name):
            return True
        if (
            isinstance(stmt, f.Assign)
            and any(t.id == root for t in shapes.of_kind(_unpacked(stmt.targets), f.Name))
            and not shapes.mentions(stmt.value, frozenset((root,)))
            and id(stmt) not in first
        ):
            return True
    return False


def _unpacked(targets: tuple[f.Expr, ...]) -> tuple[f.Expr, ...]:
    """The targets of an assignment that are names, and displays that it is taken apart into."""
    return tuple(t for t in targets if isinstance(t, (f.Name, f.Collection)))


def _on_first_turn(body: tuple[f.Stmt, ...], name: str) -> set[int]:
    """The statements of a body that run where a name holds nothing yet, or on the first turn of a loop that counts."""
    counted = {
        bound
        for stmt in shapes.walk(body)
        if isinstance(stmt, f.For)
        and isinstance(stmt.iter, f.Call)
        and shapes.dotted(stmt.iter.func) in ("range", "enumerate")
        for bound in _bound(stmt)
    }
    first: set[int] = set()
    for stmt in shapes.walk(body):
        if isinstance(stmt, f.If):
            if name in lazily.absent_where(stmt.test, holds=True) or _is_nought(stmt.test, counted):
                first.update(id(inner) for inner in shapes.walk(stmt.body))
            if name in lazily.absent_where(stmt.test, holds=False):
                first.update(id(inner) for inner in shapes.walk(stmt.otherwise))
    return first


def _is_nought(test: f.Expr, counted: set[str]) -> bool:
    """True for `i == 0` of the number of a turn."""
    if not isinstance(test, f.Compare) or test.ops != ("==",) or shapes.dotted(test.left) not in counted:
        return False
    right = test.rights[0]
    return isinstance(right, f.Const) and right.kind == "int" and right.value == 0


def _is_clearing(call: f.Call, name: str) -> bool:
    return (
        isinstance(call.func, f.Attr) and call.func.name == "clear" and shapes.dotted(call.func.obj) == name
    )


def is_set_by_call(context: Context, loop: Loop, place: Place, name: str) -> bool:
    """True if a place stands in a function of the one at hand that the loop calls, and that gives a name of its own a value
    which is not made from an old one: each turn has another."""
    inner = home(context, place).function
    if inner is context.function or inner.start <= loop.place.span.start < inner.end:
        return False
    root = name.partition(".")[0].partition("[")[0]
    return any(
        isinstance(stmt, (f.Assign, f.For))
        and root in _bound(stmt)
        and not (isinstance(stmt, f.Assign) and shapes.mentions(stmt.value, frozenset((root,))))
        for stmt in shapes.walk(inner.body)
    )


def is_added_in(context: Context, loop: Loop, name: str) -> bool:
    """True for `xs[-1]` where each turn of the loop puts a new element at the end of `xs`: it is another one then."""
    root, last, _ = name.partition("[-1]")
    node = _node_of(home(context, loop.whole).function, loop)
    if not last or not isinstance(node, f.For):
        return False
    for stmt in node.body:
        func = stmt.value.func if isinstance(stmt, f.Do) and isinstance(stmt.value, f.Call) else None
        if (
            isinstance(func, f.Attr)
            and func.name in ("append", "extend")
            and shapes.text_of(func.obj) == root
        ):
            return True
    return False


def changes_in(context: Context, loop: Loop, name: str) -> bool:
    """True if the loop's body makes `name` from something that the loop changes: another thing on every turn."""
    root = name.partition(".")[0].partition("[")[0]
    start = context.function.start
    inside = [
        stmt
        for stmt in shapes.walk(context.function.body)
        if loop.whole.span.start <= start + stmt.at < loop.whole.span.end
    ]
    changed = {n for stmt in inside for n in _bound(stmt)}
    made = [s.value for s in inside if isinstance(s, f.Assign) and root in _bound(s)]
    return any(shapes.mentions(value, frozenset(changed - {root})) for value in made)


def targets_of(stmt: f._Node) -> tuple[f.Expr, ...]:
    """What a statement assigns to."""
    match stmt:
        case f.Assign():
            return tuple(stmt.targets)
        case f.For() | f.Update():
            return (stmt.target,)
        case _:
            return ()


def _bound(stmt: f.Stmt) -> set[str]:
    return {n.id for t in targets_of(stmt) for n in shapes.nodes(t) if isinstance(n, f.Name)}


def leaves_after(context: Context, loop: Loop, place: Place) -> bool:
    """True if the statement at a place leaves the loop, or is followed by one that does in its block: found, done, out.
    What a function returns that is called on each turn ends that turn alone."""
    start, end = context.function.start, loop.whole.span.end
    if loop.whole.span.start < start and context.function.end <= end:
        return False
    if place.path == loop.whole.path and place.span.end <= loop.whole.span.start:
        return False  # In a function defined before it, which its turns call.

    def search(body: tuple[f.Stmt, ...]) -> bool:
        for position, stmt in enumerate(body):
            if start + stmt.at <= place.span.start and place.span.end <= start + stmt.to:
                if loop.whole.span.start < start + stmt.at and _goes_out(context, stmt):
                    return True
                later = [s for s in body[position + 1 :] if start + s.at < end]
                if any(_goes_out(context, s) for s in later):
                    return not isinstance(stmt, (f.For, f.While))
                return search(tuple(shapes.children(stmt)))
        return False

    return search(context.function.body)


ENDINGS = frozenset(("sys.exit", "exit", "quit", "os._exit", "os.abort", "fail", "pytest.fail", "self.fail"))
"""Calls after which nothing follows. Source: https://docs.python.org/3/library/sys.html#sys.exit, and what test
frameworks call `fail`."""

IDENTITIES = frozenset(("id", "pk", "uuid", "key", "name"))
"""Attributes that tell one element of a collection from all others; also what ends with `_id`."""


def _goes_out(context: Context, stmt: f.Stmt) -> bool:
    if isinstance(stmt, f.Do) and isinstance(stmt.value, f.Call):
        return _never_returns(context, shapes.dotted(stmt.value.func))
    return isinstance(stmt, f.Return) or (isinstance(stmt, f.Jump) and stmt.kind in ("break", "raise"))


def _never_returns(context: Context, name: str) -> bool:
    if not name or name in ENDINGS:
        return bool(name)
    found = names.resolve(context.project, context.path, name, context.function.qualname)
    if found is None or found[1] or found[0].kind != "function":
        return False
    function = context.project.function(found[0].path, found[0].qualname)
    returns = shapes.dotted(function.returns) if function is not None and function.returns is not None else ""
    return returns.rpartition(".")[2] in ("NoReturn", "Never")


def happens_once(context: Context, loop: Loop, place: Place) -> bool:
    """True if what stands at a place happens on one turn of a loop at most, or on few.

    The loop is left right after it; or it stands under a test that its own block makes false (`if first: ...; first =
    False`), or makes that of the loop false (`while wanted and i < len(xs): if xs[i] == wanted: ...; wanted = None`); or under
    an equality that singles one element out by its identity (`if user.id == wanted:`).
    """
    if leaves_after(context, loop, place):
        return True
    whole = loop.whole.span.start - context.function.start if loop.kind == "while" else -1
    test = next(
        (n.test for n in shapes.walk(context.function.body) if n.at == whole and isinstance(n, f.While)), None
    )
    parts = test.parts if isinstance(test, f.Logic) and test.op == "and" else (test,)
    return any(
        _falsifies(context, loop, branch.test, branch)
        or _is_one_element(context, loop, branch.test)
        or any(_falsifies(context, loop, part, branch) for part in parts if part is not None)
        for branch in branches_around(context, loop, place)
    )


def branches_around(context: Context, loop: Loop, place: Place) -> Iterator[f.If]:
    """The `if` statements inside a loop in whose first branch a place lies."""
    start = context.function.start
    for stmt in shapes.walk(context.function.body):
        if isinstance(stmt, f.If) and loop.whole.span.start < start + stmt.at < loop.whole.span.end:
            if not stmt.body:
                continue
            first, last = stmt.body[0].at, stmt.body[-1].to
            if start + first <= place.span.start and place.span.end <= start + last:
                yield stmt


def is_window(context: Context, operation: Operated, loop: Loop) -> bool:
    """True for `lines = lines[-height:]`, or `if len(lines) > 5: lines.pop(0)`: what is kept is as long on every turn."""
    if operation.tag == "shift":
        name = operation.receiver.label if operation.receiver.grown is not None else ""
        return _is_kept_short(context, loop, operation.place, name)
    cut = node_at(home(context, operation.place), operation.place)
    return (
        isinstance(cut, f.Slice)
        and isinstance(cut.start, f.Unary)
        and cut.start.op == "-"
        and cut.stop is None
    )


def _is_kept_short(context: Context, loop: Loop, place: Place, name: str) -> bool:
    """True behind `if len(name) > 5:`, where each turn of a loop puts one there: it takes one out where there are more than few."""
    start, span = context.function.start, loop.whole.span
    adds = [
        node
        for node in shapes.nodes(context.function.body)
        if isinstance(node, f.Call)
        and isinstance(node.func, f.Attr)
        and shapes.dotted(node.func.obj) == name
        and node.func.name in ("append", "push", "insert", "unshift", "extend")
        and span.start <= start + node.at < span.end
    ]
    inner = [one for one in shapes.loops(context.function.body) if span.start < start + one.at < span.end]
    alone = len(adds) == 1 and not any(one.at <= adds[0].at < one.to for one in inner)
    if loop.kind != "for" or not alone or shapes.called(adds[0]) == "extend":
        return False
    return any(_has_more_than_few(branch.test, name) for branch in branches_around(context, loop, place))


def _has_more_than_few(test: f.Expr, name: str) -> bool:
    if not isinstance(test, f.Compare) or test.ops not in ((">",), (">=",)) or not name:
        return False
    left, few = test.left, test.rights[0]
    counted = isinstance(left, f.Call) and shapes.dotted(left.func) == "len" and len(left.args) == 1
    held = left.args[0] if isinstance(left, f.Call) and counted else None
    if isinstance(left, f.Attr) and left.name == "length":
        held = left.obj
    constant = isinstance(few, f.Const) and isinstance(few.value, int) and few.value > 0
    upper = shapes.dotted(few).rpartition(".")[2].isupper()
    return held is not None and shapes.dotted(held) == name and (constant or upper)


def _falsifies(context: Context, loop: Loop, test: f.Expr, branch: f.If) -> bool:
    """True if a branch ends by making a test false that nothing in the loop makes true again."""
    negated = isinstance(test, f.Unary) and test.op == "not"
    name = test.operand if isinstance(test, f.Unary) and negated else test
    flag = shapes.dotted(name)  # `done`, `self.sorted`
    if not flag:
        return False
    start, span = context.function.start, loop.whole.span
    values = [
        stmt.value
        for stmt in shapes.walk(context.function.body)
        if isinstance(stmt, f.Assign)
        and span.start <= start + stmt.at < span.end
        and any(shapes.dotted(target) == flag for target in stmt.targets)
    ]
    ends = [s for s in branch.body if isinstance(s, f.Assign) and s.value in values]
    return (
        bool(ends)
        and all(isinstance(v, f.Const) and bool(v.value) == negated for v in values)
        and not any(isinstance(v, f.Const) and v.kind not in ("bool", "int", "none") for v in values)
    )


def _is_one_element(context: Context, loop: Loop, test: f.Expr) -> bool:
    parts = test.parts if isinstance(test, f.Logic) and test.op == "and" else (test,)
    node = _node_of(home(context, loop.whole).function, loop)
    if not isinstance(node, f.For):
        return False
    own = shapes.named(node.target)
    inside = own | {name for stmt in shapes.walk(node.body) for name in _bound(stmt)}
    for part in parts:
        if not isinstance(part, f.Compare) or part.ops not in (("==",), ("is",)):
            continue
        for one, other in ((part.left, part.rights[0]), (part.rights[0], part.left)):
            if not isinstance(one, f.Attr) or not isinstance(one.obj, f.Name) or one.obj.id not in own:
                continue
            identity = one.name in IDENTITIES or one.name.endswith("_id")
            if identity and not shapes.mentions(other, frozenset(inside)):
                return True
    return False


def keeps_only_equal(context: Context, loop: Loop, test: Compared) -> bool:
    """True if all a loop does is to look for the elements that an equality holds for.

    `for x in xs: if x.k == k: ...` without an else, `if x.k != k: continue` before all else, a comprehension with that
    condition, `any(x.k == k for x in xs)`, or a callback that returns the comparison.
    """
    compared = test.place
    function = home(context, loop.whole).function
    node, start = _node_of(function, loop), function.start
    if isinstance(node, f.For):
        return _is_filter(node.body, compared.span, start, test.unequal)
    # `all(x == y for x in xs)` tests every element, it searches none; `all(x != y ...)` does.
    if node is None or _is_asked_of_all(function, node) != test.unequal:
        return False
    if isinstance(node, f.Call):
        return _callback_tests(context, node, compared)
    tests = [t for clause in node.clauses for t in clause.conditions]
    return any(_holds(t, compared.span, start) for t in (*tests, node.value))


def _is_asked_of_all(function: f.Function, node: f.Comprehension | f.Call) -> bool:
    """`all(... for x in xs)`, `xs.every((x) => ...)`."""
    if isinstance(node, f.Call):
        return shapes.called(node) == "every"
    calls = shapes.of_kind(function.body, f.Call)
    around = next((call for call in calls if any(argument is node for argument in call.args)), None)
    return around is not None and shapes.dotted(around.func) == "all"


def _node_of(function: f.Function, loop: Loop) -> f.For | f.Comprehension | f.Call | None:
    """The node of a loop that stands in a function."""
    at, to = loop.whole.span.start - function.start, loop.whole.span.end - function.start
    for node in shapes.nodes(function.body):
        if node.at == at and node.to == to and isinstance(node, (f.For, f.Comprehension, f.Call)):
            return node
    return None


def _is_filter(body: tuple[f.Stmt, ...], compared: Span, start: int, unequal: bool) -> bool:
    """An `if` on the equality, without an else, perhaps inside another such `if`; before it nothing but what leaves elements
    out and gives names to what is compared."""
    for position, stmt in enumerate(body):
        if isinstance(stmt, f.If) and not stmt.otherwise:
            if unequal and _leaves_out(stmt) and _fails(stmt.test, compared, start):
                return True  # Whatever comes behind is for those that are equal.
            if position == len(body) - 1:
                equal = not unequal and _holds(stmt.test, compared, start)
                return equal or _is_filter(stmt.body, compared, start, unequal)
            if not stmt.body or not isinstance(stmt.body[-1], (f.Jump, f.Return)):
                return False
        elif not _names_something(stmt):
            return False
    return False


def _leaves_out(stmt: f.If) -> bool:
    return len(stmt.body) == 1 and isinstance(stmt.body[0], f.Jump) and stmt.body[0].kind == "continue"


def _names_something(stmt: f.Stmt) -> bool:
    """True for a statement that gives a name to what is made of this element alone: `key = x.key`."""
    if not isinstance(stmt, f.Assign) or not all(isinstance(target, f.Name) for target in stmt.targets):
        return False
    own = frozenset(target.id for target in stmt.targets if isinstance(target, f.Name))
    return stmt.value is not None and not shapes.mentions(stmt.value, own)


def _fails(test: f.Expr, compared: Span, start: int) -> bool:
    """True if the test holds wherever the two that are compared differ: it is the test, or one side of an `or`."""
    if isinstance(test, f.Logic) and test.op == "or":
        return any(_fails(part, compared, start) for part in test.parts)
    return isinstance(test, f.Compare) and Span(start + test.at, start + test.to) == compared


def _holds(test: f.Expr, compared: Span, start: int) -> bool:
    """True if the comparison must hold for the test to hold: it is the test, or one side of an `and`."""
    if isinstance(test, f.Logic) and test.op == "and":
        return any(_holds(part, compared, start) for part in test.parts)
    return isinstance(test, (f.Compare, f.Call)) and Span(start + test.at, start + test.to) == compared


def _callback_tests(context: Context, call: f.Call, compared: Place) -> bool:
    functions = [
        context.project.function(context.path, a.qualname) for a in call.args if isinstance(a, f.Lambda)
    ]
    for function in functions:
        if function is None:
            continue
        returned = [s.value for s in shapes.walk(function.body) if isinstance(s, f.Return)]
        if returned and all(isinstance(value, (f.Compare, f.Logic, f.Call)) for value in returned):
            # Whichever way it goes, it gives a comparison.
            return any(
                value is not None and _holds(value, compared.span, function.start) for value in returned
            )
        return len(function.body) == 1 and _is_filter(
            function.body, compared.span, function.start, unequal=False
        )
    return False
