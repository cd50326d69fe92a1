"""copy-in-loop: a container is copied, or all of its elements are moved, on every turn of a loop."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.evaluate.events import Loop, Operated
from analyzers.findings import Confidence, Cost, Edit, Finding, Fix, Related, Severity
from analyzers.rules import structure
from analyzers.rules.base import Context, Example, Rule, loop_related, product

_ADVICE = {
    "pop(0)": "A `collections.deque` takes from the front in constant time.",
    "insert(0)": "A `collections.deque` takes in front in constant time; or append, and reverse once at the end.",
    "del [0]": "A `collections.deque` takes from the front in constant time.",
    "shift": "Keep an index of the first element instead, and cut once at the end.",
    "unshift": "Push, and reverse once at the end.",
    "+": "Add in place: `append` and `extend` do not copy what is there.",
    "+=": "Collect the parts in a list and join them once at the end.",
    "[:]": "Move an index instead of cutting a new sequence.",
    "concat": "Push onto the array instead of making a new one.",
    "...": "Change the accumulator in place instead of copying it on every turn.",
}


def check(context: Context) -> Iterator[Finding]:
    for operation in context.analysis.operations:
        if operation.tag not in ("shift", "concat", "copy", "spread") or not context.inside(operation.place):
            continue
        if operation.function != context.function.qualname:
            continue
        loop = _copied_again(operation)
        if loop is not None and structure.is_set_in(
            context, loop, operation.target or operation.receiver.label
        ):
            continue
        if loop is not None and context.once("copy", operation.place):
            yield _finding(context, operation, loop)


def _copied_again(operation: Operated) -> Loop | None:
    """The innermost growing loop outside which the container lives, if it is copied or shifted on each of its turns."""
    receiver = operation.receiver
    if operation.cost.is_constant or receiver.frozen:
        return None
    if operation.tag in ("concat", "copy", "spread") and not operation.target:
        return None  # A copy that is not stored back does not accumulate.
    if operation.tag == "concat" and receiver.kind == "str" and operation.name == "+":
        return None  # CPython grows a local string in place.
    for position in range(len(operation.loops) - 1, -1, -1):
        loop = operation.loops[position]
        if receiver.born > position:
            return None
        if loop.number in receiver.depends and receiver.grown is None and loop.kind != "while":
            return None  # A container that belongs to this turn's element.
        if (
            loop.number not in operation.rare
            and loop.grows
            and not loop.chunked
            and not (loop.polling and operation.tag != "shift")
        ):
            return loop
    return None


def _finding(context: Context, operation: Operated, loop: Loop) -> Finding:
    receiver = operation.receiver
    label = operation.target or receiver.label or receiver.kind
    name = _shown_name(operation)
    verb = "moves every element of" if operation.tag == "shift" else "copies all of"
    message = f"`{context.source(operation.place)[:60]}` {verb} the {receiver.kind} `{label}` on every turn of the loop over `{loop.label}`."
    message += f" {_ADVICE.get(name, _ADVICE.get(operation.name, ''))}"
    fix = _append_fix(context, operation)
    turns = loop.turns.formula()
    size = operation.cost.formula()
    before = product(turns, size)
    related = [loop_related(loop)]
    if receiver.evidence and operation.receiver_place is not None:
        related.append(
            Related(
                operation.receiver_place,
                f"`{receiver.label or label}` is a {receiver.kind}: {receiver.evidence}",
            )
        )
    severity = (
        Severity.WARNING
        if receiver.kind in ("list", "str", "bytes", "dict") and receiver.known
        else Severity.INFORMATION
    )
    if operation.tag == "copy" or loop.exits:
        severity = Severity.INFORMATION
    return context.finding(
        RULE.name,
        operation.place,
        message.rstrip(),
        severity,
        Confidence.HIGH,
        Cost(before, f"O({turns})"),
        related,
        [fix] if fix else (),
    )


def _shown_name(operation: Operated) -> str:
    if operation.tag == "shift" and operation.name in ("pop", "insert"):
        return f"{operation.name}(0)"
    return operation.name


def _append_fix(context: Context, operation: Operated) -> Fix | None:
    """`xs = xs + [x]` becomes `xs.append(x)`: the same list for everyone only if nobody else holds it."""
    if (
        operation.tag != "concat"
        or operation.name != "+"
        or operation.receiver.kind != "list"
        or operation.statement is None
    ):
        return None
    if (
        operation.receiver.grown is None
        or operation.receiver.label != operation.target
        or context.language != "python"
    ):
        return None  # Only a list that this function made itself is known to have no other holder.
    text = context.source(operation.statement)
    head = f"{operation.target} = {operation.target} + ["
    if not text.startswith(head) or not text.endswith("]") or text.count("[") != 1:
        return None
    inner = text[len(head) : -1].strip().rstrip(",")
    if not inner or "," in inner:
        return None
    return Fix(
        f"Append to `{operation.target}` in place",
        (Edit(operation.statement, f"{operation.target}.append({inner})"),),
        certain=False,
    )


RULE = Rule(
    name="copy-in-loop",
    summary="A container is copied, or all its elements are moved, on every turn of a loop.",
    why="""\
`acc = acc + [x]`, `xs = xs[1:]`, `bytes +=`, `[...acc, x]` build a new container as long as the old one; `pop(0)`,
`insert(0, x)`, `shift()` and `unshift()` move every element by one place. Each turn costs the container's length, all
turns together its square.

It is silent for `append`, `extend` and `list +=`, for `s += x` on a local string (CPython grows it in place), for
copies that are not stored back, and for containers that live for one turn only.
""",
    severity=Severity.WARNING,
    fix="Turns `xs = xs + [x]` into `xs.append(x)` where the list is the function's own.",
    bad=(
        Example(
            "accumulating by `+`, taking from the front",
            """\
def doubled(values: list[int]) -> list[int]:
    result = []
    for value in values:
        result = result + [value * 2]  # <- here
    return result


def drain(queue: list[str]) -> None:
    while queue:
        print(queue.pop(0))  # <- here


def newest_first(events: list[str]) -> list[str]:
    ordered = []
    for event in events:
        ordered.insert(0, event)  # <- here
    return ordered
""",
        ),
        Example(
            "bytes, and a string on an attribute",
            """\
class Writer:
    def __init__(self) -> None:
        self.text = ""

    def write(self, lines: list[str]) -> None:
        for line in lines:
            self.text += line  # <- here


def packed(chunks: list[bytes]) -> bytes:
    data = b""
    for chunk in chunks:
        data += chunk  # <- here
    return data
""",
        ),
        Example(
            "spreading the accumulator",
            """\
export function squares(values: number[]): number[] {
  let result: number[] = [];
  for (const value of values) {
    result = [...result, value * value]; // <- here
  }
  return result;
}
""",
            "typescript",
        ),
    ),
    good=(
        Example(
            "in place",
            """\
from collections import deque


def doubled(values: list[int]) -> list[int]:
    result = []
    for value in values:
        result.append(value * 2)
        result += [value]
    return result


def drain(queue: deque[str]) -> None:
    while queue:
        print(queue.popleft())


def joined(lines: list[str]) -> str:
    text = ""
    for line in lines:
        text += line
    return text


def heads(rows: list[list[int]]) -> list[list[int]]:
    return [row[1:] for row in rows]
""",
        ),
    ),
    check=check,
)
