"""copy-in-loop: a container is copied, or all of its elements are moved, on every turn of a loop."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate.events import Loop, Operated
from analyzers.evaluate.operators import INTO_ANOTHER
from analyzers.findings import Confidence, Cost, Edit, Finding, Fix, Place, Related, Severity
from analyzers.rules import (
    anew,
    cut_down,
    data,
    deques,
    edits,
    frames,
    grown,
    handed_up,
    held,
    per_call,
    rebuilt,
    script_pieces,
    structure,
    taken_out,
    used_up,
)
from analyzers.rules.base import Context, Example, Rule, loop_related, product, the_loop, turns_much

_ADVICE = {
    "pop(0)": "A `collections.deque` takes from the front in constant time.",
    "insert(0)": "A `collections.deque` takes in front in constant time; or append, and reverse once at the end.",
    "del [0]": "A `collections.deque` takes from the front in constant time.",
    "shift": "Keep an index of the first element instead, and cut once at the end.",
    "unshift": "Push, and reverse once at the end.",
    "deepcopy": "Copy what changes alone, or once before the loop.",
    "structuredClone": "Copy what changes alone, or once before the loop.",
    "+": "Add in place: `append` and `extend` do not copy what is there.",
    INTO_ANOTHER: "Collect the parts in a list; turn it round or join it once at the end.",
    "+=": "Collect the parts in a list and join them once at the end.",
    "[:]": "Move an index instead of cutting a new sequence.",
    "|": "Add in place: `update` and `|=` do not copy what is there.",
    "union": "Add in place: `update` and `|=` do not copy what is there.",
    "concat": "Push onto the array instead of making a new one.",
    "...": "Change the accumulator in place instead of copying it on every turn.",
}


def check(context: Context) -> Iterator[Finding]:
    own = context.language == "python" and context.analysis.qualname == context.function.qualname
    framed = {edits.absolute(context, growth.stmt) for growth in frames.growths(context)} if own else set()
    causes: dict[object, list[tuple[Operated, Loop]]] = {}
    for operation in context.analysis.operations:
        if operation.statement in framed:
            continue  # Told of as an array or a frame.
        if operation.tag not in ("shift", "concat", "copy", "spread") or not context.inside(operation.place):
            continue
        if operation.function != context.function.qualname:
            continue
        loop = _copied_again(context, operation)
        target = operation.target or operation.receiver.label
        if loop is not None and structure.is_set_in(context, loop, target):
            continue
        if loop is not None and (
            structure.is_set_by_call(context, loop, operation.place, target)
            or structure.is_added_in(context, loop, operation.target)
        ):
            continue
        if loop is not None and (
            structure.is_window(context, operation, loop) or _is_short_text(context, operation, loop)
        ):
            continue
        if loop is not None and context.once("copy", operation.place):
            causes.setdefault(_accumulated(operation), []).append((operation, loop))
    for (operation, loop), *others in causes.values():
        yield _finding(context, operation, loop, [other for other, _ in others])
    if framed:
        yield from _grown_frames(context)
    yield from anew.copies(context, RULE.name)
    for asked in (rebuilt, grown, used_up, taken_out, handed_up, cut_down):
        yield from asked.check(context, RULE.name)
    yield from _pieces(context)
    for told in (
        *per_call.queues(context),
        *per_call.texts(context),
        *per_call.made_anew(context),
        *per_call.copied(context),
        *per_call.put_in_front(context),
        *per_call.cut(context),
        *per_call.lines(context),
    ):
        if context.once("copy", told.place):
            yield _per_call_finding(context, told)


def _pieces(context: Context) -> Iterator[Finding]:
    """What a method goes through up to, or from, the place it is asked about: the line that a token stands in."""
    for piece in (*per_call.pieces(context), *script_pieces.rests(context)):
        if context.once("piece", place := edits.absolute(context, piece.node)):
            yield context.finding(
                RULE.name,
                place,
                f"`{context.shown(place)}` goes through all of `{piece.whole}` on one side of a place, on every call of "
                f"`{context.function.name}`. Keep what is asked about each place beside it, made once; the methods of texts and "
                f"patterns take a place to start from.",
                Severity.HINT,
                Confidence.MEDIUM,
                Cost(f"O(|{piece.whole}|)", "O(1)"),
                [],
            )


def _is_short_text(context: Context, operation: Operated, loop: Loop) -> bool:
    """True for a text that is cut, or to which something is put in front of, where nothing says that it gets long: a
    path, a name. A loop that cuts until nothing is left goes through all of it."""
    receiver = operation.receiver
    if operation.tag == "copy" and receiver.kind in ("str", "bytes"):
        return not (data.is_data_value(receiver) or _is_used_up(context, operation, loop))
    return loop.kind != "for" and _is_doubtful(context, operation, loop)


def _is_doubtful(context: Context, operation: Operated, loop: Loop) -> bool:
    """True for a text to which each turn adds by more than one `+`, where nothing says that there are many turns."""
    behind = operation.name == INTO_ANOTHER and operation.receiver.kind == "str"
    return behind and not _is_many(context, operation, loop)


def _is_used_up(context: Context, operation: Operated, loop: Loop) -> bool:
    """True if a loop turns until a text is at its end, and cuts off a piece that it has found: a tokenizer."""
    cut = structure.node_at(structure.home(context, operation.place), operation.place)
    squared = any(size in loop.turns.sizes for size in operation.cost.sizes)
    found = isinstance(cut, f.Call) or (
        isinstance(cut, f.Slice) and not isinstance(cut.start or cut.stop, (f.Const, f.Unary))
    )
    return squared and found


def _accumulated(operation: Operated) -> object:
    """What is mended at once: all that makes one container longer, in however many loops."""
    if operation.tag != "concat" or not operation.target:
        return operation.place
    return operation.target, operation.name


def _grown_frames(context: Context) -> Iterator[Finding]:
    """Arrays and data frames that each turn of a loop makes longer."""
    for growth in frames.growths(context) if context.analysis.loops else ():
        place = edits.absolute(context, growth.stmt)
        around = [
            loop
            for loop in context.analysis.loops
            if loop.function == context.function.qualname
            and loop.whole.span.start < place.span.start
            and place.span.end <= loop.whole.span.end
        ]
        if around and structure.happens_once(context, around[-1], place):
            around.pop()
        loop = next((x for x in reversed(around) if turns_much(x) and not x.chunked and not x.polling), None)
        if loop is None or structure.is_set_in(context, loop, growth.target):
            continue
        if context.once("copy", place):
            yield _frame_finding(context, growth, loop, place)


def _frame_finding(context: Context, growth: frames.Growth, loop: Loop, place: Place) -> Finding:
    turns = loop.turns.formula()
    message = (
        f"`{growth.how}` copies all of the {growth.kind} `{growth.target}` to make it longer, on every turn of "
        f"{the_loop(loop)}. Collect the parts in a list and join them once, after the loop."
    )
    return context.finding(
        RULE.name,
        place,
        message,
        Severity.INFORMATION if loop.exits else Severity.WARNING,
        Confidence.HIGH,
        Cost(product(turns, turns), f"O({turns})"),
        [loop_related(loop)],
    )


def _per_call_finding(context: Context, told: held.Told) -> Finding:
    """What an object keeps as a queue, or as a text that gets longer: as slow as it is long, on every call."""
    place = told.place
    label, queue = told.what, told.kind == "list"
    shown, called = context.shown(place), context.function.name
    if queue or told.kind == "front":
        advice = _ADVICE["pop(0)" if queue else "insert(0)"]
        message = f"moves every element of the list `{label}` on every call of `{called}`. {advice}"
    elif told.kind == "cut":
        message = (
            f"copies all that is left of `{label}` on every call of `{called}`. A `bytearray` from which `del` takes the front, or a "
            f"place up to which it was read, copies nothing."
        )
    elif told.kind == "lines":
        message = f"cuts all of `{label}` on every call of `{called}`, to take one piece. Keep the pieces, cut once."
    elif told.kind == "anew":
        message = f"copies what `{label}` holds on every call of `{called}`, to put one thing more there. Add to it in place."
    else:
        message = (
            f"copies all of the text `{label}` on every call of `{called}`, which makes it longer. Collect the parts in a "
            "list and join them when they are asked for."
        )
    return context.finding(
        RULE.name,
        place,
        f"`{shown}` {message}",
        Severity.INFORMATION if queue else Severity.HINT,
        Confidence.MEDIUM,
        Cost(f"O(|{label}|)", "O(1)"),
        [told.related],
    )


def _copied_again(context: Context, operation: Operated) -> Loop | None:
    """The innermost growing loop outside which the container lives, if it is copied or shifted on each of its turns."""
    receiver = operation.receiver
    if operation.cost.is_constant or receiver.frozen or not operation.loops:
        return None
    if operation.name in ("deepcopy", "structuredClone"):
        return _copied_whole(context, operation)
    if operation.tag in ("concat", "copy", "spread") and not operation.target:
        return None  # A copy that is not stored back does not accumulate.
    if operation.tag == "concat" and receiver.kind == "str" and operation.name == "+":
        return None  # CPython grows a local string in place.
    innermost = len(operation.loops) - 1
    if structure.happens_once(context, operation.loops[-1], operation.place):
        innermost -= 1  # It happens once for each visit of the innermost loop.
    for position in range(innermost, -1, -1):
        loop = operation.loops[position]
        if receiver.born > position:
            return None
        if loop.number in receiver.depends and receiver.grown is None and loop.kind != "while":
            return None  # A container that belongs to this turn's element.
        if (
            loop.number not in operation.rare
            and turns_much(loop)
            and not loop.chunked
            and not (loop.polling and operation.tag not in ("shift", "concat"))
        ):
            return loop
    return None


def _copied_whole(context: Context, operation: Operated) -> Loop | None:
    """The innermost loop that copies, on each turn, all of what it runs over or fills."""
    receiver = operation.receiver
    if receiver.kind not in ("list", "dict", "set", "deque", "sequence") or not operation.loops:
        return None
    loop = operation.loops[-1]
    if structure.happens_once(context, loop, operation.place) or receiver.born >= len(operation.loops):
        return None
    if loop.number in receiver.depends or loop.number in operation.rare or not turns_much(loop):
        return None
    grows = receiver.grown is not None and (receiver.grown, loop.number) in context.analysis.growths
    squared = any(size in loop.turns.sizes for size in operation.cost.sizes)
    return loop if (grows or squared) and not loop.polling and not loop.chunked else None


def _finding(context: Context, operation: Operated, loop: Loop, others: list[Operated]) -> Finding:
    receiver = operation.receiver
    label = operation.target or receiver.label or receiver.kind
    name = _shown_name(operation)
    verb = "moves every element of" if operation.tag == "shift" else "copies all of"
    message = f"`{context.shown(operation.place)}` {verb} the {receiver.kind} `{label}` on every turn of {the_loop(loop)}."
    if receiver.kind in ("frame", "series", "array") and context.language == "python":
        message += " Collect the parts in a list and join them once, after the loop."
    else:
        message += f" {_ADVICE.get(name, _ADVICE.get(operation.name, ''))}"
    fix = deques.fix(context, operation) if operation.tag == "shift" else _append_fix(context, operation)
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
    related += [Related(other.place, "copied here too") for other in others]
    severe = receiver.kind in ("list", "str", "bytes", "dict") and _is_many(context, operation, loop)
    if (
        operation.tag == "copy"
        or loop.exits
        or (operation.tag == "shift" and not _is_far(context, operation, loop))
    ):
        severe = False
    if "[" in label:
        severe = False  # An element of a container: often another one by the next turn.
    severity = Severity.WARNING if severe else Severity.INFORMATION
    if _is_doubtful(context, operation, loop):
        severity = Severity.HINT
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


def _is_many(context: Context, operation: Operated, loop: Loop) -> bool:
    """True if there is evidence that the container gets long: it holds data, or grows over loops over data."""
    receiver = operation.receiver
    if data.is_data_value(receiver):
        return True
    if _goes_through_members(context, loop):
        return False
    position = operation.loops.index(loop)
    grows = operation.tag != "shift" or receiver.grown is not None
    first = min(receiver.born, position) if grows else position
    return data.any_data(context, operation.loops[first : position + 1])


def _goes_through_members(context: Context, loop: Loop) -> bool:
    """True for `Object.entries(options).reduce(...)`: what is read member by member mostly has a handful of them."""
    node = data.iterated(structure.home_of(context, loop), loop)
    while isinstance(node, f.Call) and isinstance(node.func, f.Attr):
        holder = node.func.obj
        if isinstance(holder, f.Name) and holder.id == "Object":
            return node.func.name in ("keys", "entries", "values")
        node = holder
    return False


def _is_far(context: Context, operation: Operated, loop: Loop) -> bool:
    """True if a list that is shifted on every turn is likely to be long.

    A shift is one `memmove`: 10,000 elements move in about a microsecond, so unlike a search it hurts with long lists
    only. Long by evidence: the list was given, with its type; or a `for` over data of a known kind fills or drains
    it. A path, a stack of parents or a list of links that a `while` walks is short.
    """
    receiver = operation.receiver
    given = receiver.grown is None and "annotated" in receiver.evidence
    data = loop.kind == "for" and loop.over.kind in ("list", "tuple", "sequence", "range", "queryset", "file")
    outside = [o for o in operation.loops[receiver.born :] if turns_much(o) and o is not loop]
    unconditional = not any(structure.branches_around(context, loop, operation.place))
    return unconditional and (given or data or bool(outside))


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
`insert(0, x)`, `shift()` and `unshift()` move every element by one place; `pd.concat`, `np.append` and
`df.loc[len(df)] = row` copy the whole array or frame. Each turn costs the container's length, all turns together its
square. It is a warning where the container grows with data (rows, what is read, what the function is given to work
on), and information elsewhere. Moving is quick (10,000 elements in about a microsecond), so a shift is a warning only
where the list is likely to be long besides.

`copy.deepcopy` of what the loop runs over, or fills, is information. So is a helper that gives back what is left of the text
that a loop uses up (`item, data = take(data)`), and an element that a loop takes out of the middle of the list it walks along
(`del xs[i]`). A hint is a list or mapping that an object makes anew, whole, with each thing that is put there (`self.rows =
[*self.rows, row]`), or a part of one that is copied, added to and put back. So is what a method goes through up to the place
it is asked about (`self.text.count("\\n", 0, pos)`), or cuts off in front of what is kept (`self.buffer = self.buffer[n:]`).

Several searches that start from one place, of which the nearest match decides where the next turn starts, are information: what
stands far away, or nowhere, is sought again each time. A text in which each turn replaces something is a hint.

A text or a buffer from which each turn cuts off a piece that it found (`text = text[match.end():]`, `line, rest =
rest.split("\\n", 1)`) is information, also where nothing but the loop says that it is used up; a prefix or two cut off a name
are nothing, and elements taken off one by one a hint.

A hint is also a list that each level of a recursion copies to hand it up (`found.extend(child.all())`), and a text of which each
call cuts all lines to give one. A recursion that hands on what is left of a list or a text (`return xs[0] + total(xs[1:])`) is
information, where the square of its length is proven.

What a loop makes longer and goes through from its beginning on the same turn (`text += part` beside `if end in text`,
`seen.append(x)` beside `sum(seen)`) is information, where nothing in the loop cuts or empties it.

A list that an object keeps as a queue (one method appends, another takes from the front) is information, as nobody sees
how long it gets; a stack, and a list that only gets shorter, are nothing. A text of the object's to which each call adds
what it is given is a hint, also one under a key, and a list in front of which each call puts something.

It is silent for `append`, `extend` and `list +=`, for `s += x` on a local string (CPython grows it in place), for
copies that are not stored back, and for containers that live for one turn only.
""",
    severity=Severity.WARNING,
    fix=(
        "Makes a list that is taken from in front a `collections.deque`, and turns `xs = xs + [x]` into `xs.append(x)`, "
        "where the list is the function's own."
    ),
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
            "a queue that an object keeps",
            """\
class Jobs:
    def __init__(self) -> None:
        self.waiting = []

    def add(self, job: str) -> None:
        self.waiting.append(job)

    def take(self) -> str:
        return self.waiting.pop(0)  # <- here
""",
        ),
        Example(
            "searched again after every piece",
            """\
from collections.abc import Iterable


def until_end(parts: Iterable[bytes]) -> bytearray:
    data = bytearray()
    for part in parts:
        data += part
        if b"\\r\\n" in data:  # <- here
            print(len(data))
    return data
""",
        ),
        Example(
            "data frames and arrays",
            """\
import numpy as np
import pandas as pd


def collect(paths: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame()
    for path in paths:
        frame = pd.concat([frame, pd.read_csv(path)])  # <- here
    return frame


def squares(values: list[float]) -> np.ndarray:
    found = np.array([])
    for value in values:
        found = np.append(found, value * value)  # <- here
    return found


def log(events: list[dict]) -> pd.DataFrame:
    frame = pd.DataFrame(columns=["time", "what"])
    for event in events:
        frame.loc[len(frame)] = [event["time"], event["what"]]  # <- here
    return frame
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
            "in place; joined once",
            """\
from collections import deque

import pandas as pd


def collect(paths: list[str]) -> pd.DataFrame:
    parts = []
    for path in paths:
        parts.append(pd.read_csv(path))
    return pd.concat(parts)


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


class Scopes:
    def __init__(self) -> None:
        self.open = []

    def enter(self, scope: str) -> None:
        self.open.insert(0, scope)

    def leave(self) -> str:
        return self.open.pop(0)
""",
        ),
    ),
    check=check,
)
