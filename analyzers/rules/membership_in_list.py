"""membership-in-list: a list is searched from front to back on every turn of a loop."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop, Operated
from analyzers.findings import Confidence, Cost, Edit, Finding, Fix, Place, Related, Severity
from analyzers.rules import structure
from analyzers.rules.base import Context, Example, Rule, loop_related, product
from analyzers.text import Span
from analyzers.types import Value

SEARCHED = ("list", "tuple", "deque", "sequence", "values", "queryset")
HASHABLE = ("str", "int", "float", "bool", "bytes", "none")


def check(context: Context) -> Iterator[Finding]:
    for operation in context.analysis.operations:
        if operation.tag != "scan" or operation.receiver.kind not in SEARCHED:
            continue
        loop = _searched_again(context, operation)
        if (
            loop is None
            or operation.function != context.function.qualname
            or not context.inside(operation.place)
        ):
            continue
        if context.once("scan", operation.place):
            yield _finding(context, operation, loop)


def _searched_again(context: Context, operation: Operated) -> Loop | None:
    """The innermost loop on whose every turn one and the same, growing list is searched for another thing."""
    receiver = operation.receiver
    if operation.cost.is_constant or receiver.frozen:
        return None
    innermost = len(operation.loops) - 1
    if structure.leaves_after(context, operation.loops[-1], operation.place):
        innermost -= 1  # It happens once for each visit of the innermost loop.
    for position in range(innermost, -1, -1):
        loop = operation.loops[position]
        if loop.number in receiver.depends and receiver.born > position:
            return None  # A list of this turn's own: searching it is part of the turn.
        if loop.number in receiver.depends and any(loop.number in s.loops for s in operation.cost.sizes):
            return None
        if not loop.grows or loop.amortised or loop.chunked or loop.number in operation.rare:
            continue
        if receiver.born > position:
            return None
        if loop.number in operation.argument.depends or _grows_in(context, receiver, loop):
            return loop
    return None


def _grows_in(context: Context, receiver: Value, loop: Loop) -> bool:
    return receiver.grown is not None and (receiver.grown, loop.number) in context.analysis.growths


def _finding(context: Context, operation: Operated, loop: Loop) -> Finding:
    receiver = operation.receiver
    label = receiver.label or receiver.kind
    searched = "`in`" if operation.name == "in" else f"`.{operation.name}()`"
    grows = _grows_in(context, receiver, loop)
    kind = {"sequence": "sequence", "values": "dict's values"}.get(receiver.kind, receiver.kind)
    message = f"{searched} searches the {kind} `{label}` from front to back on every turn of the loop over `{loop.label}`"
    message += ", and it grows in this loop." if grows else "."
    fix = _fix(context, operation, loop)
    if fix is not None:
        message += f" {fix.title}."
    size = operation.cost.formula()
    before = product(loop.turns.formula(), loop.turns.formula() if grows else size)
    related = [loop_related(loop)]
    if receiver.evidence:
        where = operation.receiver_place or operation.place
        related.append(Related(where, f"`{label}` is a {kind}: {receiver.evidence}"))
    sure = receiver.kind != "sequence" and (
        grows or "annotated" in receiver.evidence or receiver.born > 0 or bool(receiver.evidence)
    )
    squared = grows or any(size in loop.turns.sizes for size in operation.cost.sizes)
    severe = sure and squared and operation.name != "remove" and not loop.exits
    severity = Severity.WARNING if severe else Severity.INFORMATION
    confidence = Confidence.HIGH if sure else Confidence.MEDIUM
    after = f"O({loop.turns.formula()} + {size})" if not grows else f"O({loop.turns.formula()})"
    return context.finding(
        RULE.name,
        operation.place,
        message,
        severity,
        confidence,
        Cost(before, after),
        related,
        [fix] if fix else (),
    )


# ----------------------------------------------------------------------------------------------------- fixes


def _fix(context: Context, operation: Operated, loop: Loop) -> Fix | None:
    """A set built before the loop, or kept beside a list that grows in it."""
    receiver = operation.receiver
    where = operation.receiver_place
    if (
        operation.name != "in"
        or where is None
        or context.language != "python"
        or loop.function != context.function.qualname
    ):
        return None
    name = context.source(where)
    if (
        not name.isidentifier()
        or operation.loops[0].kind == "comprehension"
        or context.function.kind == "lambda"
    ):
        return None
    if _grows_in(context, receiver, loop):
        return _parallel_set(context, operation, name, where)
    return _set_before(context, operation, loop, name, where)


def _is_hashable(value: Value | None) -> bool:
    if value is None:
        return False
    if value.kind == "tuple":
        return bool(value.items) and all(_is_hashable(v) for v in value.items or ())
    return value.kind in HASHABLE


def _set_before(context: Context, operation: Operated, loop: Loop, name: str, where: Place) -> Fix | None:
    body = context.function.body
    if name in _changed_names(body, operation.loops[0], context) or not _is_hashable(operation.receiver.of):
        return None
    outermost = operation.loops[0]
    fresh = _fresh_name(context, f"{name}_set")
    indent, at = context.indent(outermost.whole), context.line_start(outermost.whole)
    line = f"{indent}{fresh} = set({name}){context.text.newline}"
    edits = (Edit(Place(context.path, Span(at, at)), line), Edit(where, fresh))
    return Fix(f"Build a set of `{name}` before the loop", edits)


def _changed_names(body: tuple[f.Stmt, ...], loop: Loop, context: Context) -> set[str]:
    """Names that something inside the loop assigns, changes by a method, or passes on."""
    start = context.function.start
    found: set[str] = set()
    for stmt in shapes.walk(body):
        if not (loop.whole.span.start <= start + stmt.at and start + stmt.to <= loop.whole.span.end):
            continue
        for node in shapes.nodes((stmt,)):
            if isinstance(node, f.Assign):
                found.update(_target_names(node.targets))
            elif isinstance(node, (f.Update, f.For)):
                found.update(_target_names((node.target,)))
            elif isinstance(node, f.Call):
                if isinstance(node.func, f.Attr):
                    found.add(shapes.text_of(node.func.obj))
                found.update(a.id for a in node.args if isinstance(a, f.Name) and not _is_len(node))
            elif isinstance(node, f.Delete):
                found.update(_target_names(node.targets))
    return found


def _is_len(call: f.Call) -> bool:
    return isinstance(call.func, f.Name) and call.func.id in ("len", "print", "str", "repr", "isinstance")


def _target_names(targets: tuple[f.Expr, ...]) -> Iterator[str]:
    for target in targets:
        if isinstance(target, f.Collection):
            yield from _target_names(target.items)
        else:
            root: f.Expr = target
            while isinstance(root, (f.Attr, f.Index, f.Slice, f.Star)):
                root = root.value if isinstance(root, f.Star) else root.obj
            if isinstance(root, f.Name):
                yield root.id


def _fresh_name(context: Context, wanted: str) -> str:
    used = {n.id for n in shapes.nodes(context.function.body) if isinstance(n, f.Name)} | {
        p.name for p in context.function.params
    }
    name, count = wanted, 2
    while name in used:
        name, count = f"{wanted}_{count}", count + 1
    return name


def _parallel_set(context: Context, operation: Operated, name: str, where: Place) -> Fix | None:
    """`seen = []` that is only appended to: keep a set of the same things beside it."""
    body = context.function.body
    declared: list[f.Assign] = []
    appended: list[tuple[f.Do, f.Expr]] = []
    for stmt in shapes.walk(body):
        if isinstance(stmt, f.Assign) and any(isinstance(t, f.Name) and t.id == name for t in stmt.targets):
            declared.append(stmt)
        elif (argument := _append_to(stmt, name)) is not None and isinstance(stmt, f.Do):
            appended.append((stmt, argument))
        elif _uses_otherwise(stmt, name):
            return None
    if len(declared) != 1 or not appended or not _is_hashable(operation.argument):
        return None
    value = declared[0].value
    if (
        not isinstance(value, f.Collection)
        or value.kind != "list"
        or value.items
        or len(declared[0].targets) != 1
    ):
        return None
    fresh = _fresh_name(context, f"{name}_set")
    edits = [_line_after(context, declared[0], f"{fresh} = set()")]
    for stmt, argument in appended:
        if not isinstance(argument, (f.Name, f.Attr)):
            return None
        edits.append(_line_after(context, stmt, f"{fresh}.add({shapes.text_of(argument)})"))
    edits.append(Edit(where, fresh))
    return Fix(f"Keep a set beside `{name}`", tuple(edits))


def _append_to(stmt: f.Stmt, name: str) -> f.Expr | None:
    if not isinstance(stmt, f.Do) or not isinstance(stmt.value, f.Call):
        return None
    call = stmt.value
    if isinstance(call.func, f.Attr) and call.func.name == "append" and len(call.args) == 1:
        return call.args[0] if shapes.text_of(call.func.obj) == name else None
    return None


def _uses_otherwise(stmt: f.Stmt, name: str) -> bool:
    """True if a statement may change the list in a way that a set beside it would not follow."""
    if isinstance(stmt, f.Update):
        return name in _target_names((stmt.target,))
    if isinstance(stmt, (f.Assign, f.Delete)) and name in _target_names(stmt.targets):
        return True
    if isinstance(stmt, (f.If, f.For, f.While, f.With, f.Try, f.Match, f.Block)):
        return isinstance(stmt, f.For) and name in _target_names((stmt.target,))
    for node in shapes.nodes((stmt,)):
        if isinstance(node, f.Call):
            if isinstance(node.func, f.Attr) and shapes.text_of(node.func.obj) == name:
                return True
            if any(isinstance(a, f.Name) and a.id == name for a in node.args) and not _is_len(node):
                return True
    return False


def _line_after(context: Context, stmt: f.Stmt, code: str) -> Edit:
    start = context.function.start
    place = Place(context.path, Span(start + stmt.at, start + stmt.to))
    line = context.text.line_of(place.span.end)
    end = context.text.line_span(line).end
    return Edit(Place(context.path, Span(end, end)), f"{context.text.newline}{context.indent(place)}{code}")


RULE = Rule(
    name="membership-in-list",
    summary="A list is searched from front to back on every turn of a loop.",
    why="""\
`x in a_list`, `.index()`, `.count()` and `.remove()` compare one element after the other. In a loop that is |loop|
times |list| comparisons, where a set or a dict answers each in constant time on average. It is a warning where one
size is squared (the list grows in the very loop, or the loop runs over it), and information where two sizes multiply.

It speaks only where the type is known (a literal, an annotation, a call whose result is known), where the list can
grow with the input, and where the loop can. It is silent for sets, dicts, ranges and short literals, for lists that
belong to the loop's own element, and for chunked loops. A set is offered where the elements are known to be hashable
and nothing in the loop changes the list.
""",
    severity=Severity.WARNING,
    fix="Builds a set before the loop, or keeps one beside a list that is only appended to.",
    bad=(
        Example(
            "a list that grows in the loop",
            """\
def unique(names: list[str]) -> list[str]:
    seen = []
    for name in names:
        if name not in seen:  # <- here
            seen.append(name)
    return seen
""",
        ),
        Example(
            "a list of the caller's",
            """\
def allowed(users: list[str], banned: list[str]) -> list[str]:
    kept = []
    for user in users:
        if user not in banned:  # <- here
            kept.append(user)
    return kept


def positions(order: list[int], wanted: list[int]) -> list[int]:
    return [order.index(w) for w in wanted]  # <- here
""",
        ),
        Example(
            "`includes` in a callback",
            """\
export function missing(all: string[], known: string[]): string[] {
  return all.filter((name) => !known.includes(name)); // <- here
}
""",
            "typescript",
        ),
    ),
    good=(
        Example(
            "sets, literals, and lists of the element's own",
            """\
def allowed(users: list[str], banned: set[str]) -> list[str]:
    return [user for user in users if user not in banned]


def vowels(text: str) -> int:
    count = 0
    for char in text:
        if char in ["a", "e", "i", "o", "u"]:
            count += 1
    return count


def tagged(posts, tag: str):
    found = []
    for post in posts:
        words = post.body.split()
        if tag in words:
            found.append(post)
    return found


def once(names: list[str], wanted: str) -> bool:
    return wanted in names
""",
        ),
        Example(
            "a Set",
            """\
export function missing(all: string[], known: Set<string>): string[] {
  return all.filter((name) => !known.has(name));
}
""",
            "typescript",
        ),
    ),
    check=check,
)
