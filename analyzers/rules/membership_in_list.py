"""membership-in-list: a list is searched from front to back on every turn of a loop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzers import facts as f
from analyzers.evaluate import kinds_given, shapes
from analyzers.evaluate.events import Loop, Operated
from analyzers.findings import Confidence, Cost, Finding, Related, Severity
from analyzers.rules import (
    asked_of_all,
    changes,
    data,
    edits,
    held,
    lookups,
    per_call,
    recursive_search,
    script_calls,
    structure,
    under_keys,
)
from analyzers.rules.base import Context, Example, Rule, loop_related, product, the_loop, turns_much
from analyzers.types import Value

SEARCHED = ("list", "tuple", "deque", "sequence", "values", "queryset")


def check(context: Context) -> Iterator[Finding]:
    for operation in context.analysis.operations:
        if operation.tag != "scan" or not operation.loops or operation.receiver.kind not in SEARCHED:
            continue
        loop = _searched_again(context, operation)
        if (
            loop is None
            or operation.function != context.function.qualname
            or not context.inside(operation.place)
        ):
            continue
        if not _is_asked_before(context, operation, loop) and context.once("scan", operation.place):
            yield _finding(context, operation, loop)
    kept_once = [*per_call.kept_once(context), *script_calls.kept_once(context)]
    for told in kept_once:
        if context.once("scan", told.place):
            yield _filling_finding(context, told)
    for told in (*asked_of_all.searched(context), *script_calls.searched(context)):
        if told.what not in {other.what for other in kept_once} and context.once("scan", told.place):
            yield _per_call_finding(context, told)
    for kept in under_keys.found(context):
        if context.once("scan", edits.absolute(context, kept.search)):
            yield _under_key_finding(context, kept)
    for search in recursive_search.searches(context):
        if context.once("scan", search.place):
            yield _recursive_finding(context, search)


def _is_asked_before(context: Context, operation: Operated, loop: Loop) -> bool:
    """True for `if x in xs: xs.remove(x)`: the test is told, and what mends it mends both."""
    if operation.name == "in":
        return False
    home = structure.home(context, operation.place)
    tests = [branch.test for branch in structure.branches_around(home, loop, operation.place)]
    start = home.function.start
    return any(
        other.name == "in"
        and other.receiver.label == operation.receiver.label
        and other.receiver.kind in SEARCHED
        and any(start + test.at <= other.place.span.start < start + test.to for test in tests)
        for other in context.analysis.operations
    )


def _per_call_finding(context: Context, told: held.Told) -> Finding:
    """A list that another method fills: who calls this one for each of many does not see the search."""
    answers = (
        "A set, or the keys of a dict, answer" if context.language == "python" else "A Set, or a Map, answers"
    )
    return context.finding(
        RULE.name,
        told.place,
        f"`{context.shown(told.place)}` searches all of the list `{told.what}` on every call of `{context.function.name}`. "
        f"{answers} without searching.",
        Severity.HINT,
        Confidence.MEDIUM,
        Cost(f"O(|{told.what}|)", "O(1)"),
        [told.related],
    )


def _filling_finding(context: Context, told: held.Told) -> Finding:
    """A list in which an object keeps each thing once: every call searches all that came before."""
    script = context.language != "python"
    looked = context.shown(told.place) if script else "in"
    answers = "A Set" if script else "A set beside it, or the keys of a dict,"
    return context.finding(
        RULE.name,
        told.place,
        f"`{looked}` searches the list `{told.what}` from front to back on every call of `{context.function.name}`, which makes it "
        f"longer. {answers} answer{'s' if script else ''} without searching.",
        Severity.HINT,
        Confidence.MEDIUM,
        Cost(f"O(|{told.what}|)", "O(1)"),
        [told.related],
    )


def _under_key_finding(context: Context, kept: under_keys.Kept) -> Finding:
    """A list under a key in which a loop keeps each thing once."""
    size = f"|{kept.holder}[…]|"
    return context.finding(
        RULE.name,
        edits.absolute(context, kept.search),
        f"`in` searches a list under a key of `{kept.holder}` from front to back, and {the_loop(kept.loop)} makes it longer. "
        f"A set, or the keys of a dict, answer without searching.",
        Severity.HINT,
        Confidence.MEDIUM,
        Cost(product(kept.loop.turns.formula(), size), f"O({kept.loop.turns.formula()})"),
        [loop_related(kept.loop), Related(edits.absolute(context, kept.put), "put into it here")],
    )


def _recursive_finding(context: Context, search: recursive_search.Search) -> Finding:
    """A list that a recursion fills and searches: as a loop does that nobody wrote."""
    size = f"|{search.label}|"
    how = "is as long as the way down" if search.path else "gets longer with every call"
    return context.finding(
        RULE.name,
        search.place,
        f"`{search.asked}` searches the list `{search.label}` from front to back on every call of `{search.name}`, which calls itself, "
        f"and the list {how}. A set beside it answers without searching.",
        Severity.HINT if search.path else Severity.INFORMATION,
        Confidence.MEDIUM,
        Cost(product(size, size), f"O({size})"),
        [search.filled],
    )


def _searched_again(context: Context, operation: Operated) -> Loop | None:
    """The innermost loop on whose every turn one and the same, growing list is searched for another thing."""
    receiver = operation.receiver
    if operation.cost.is_constant or receiver.frozen:
        return None
    innermost = len(operation.loops) - 1
    if structure.happens_once(context, operation.loops[-1], operation.place):
        innermost -= 1  # It happens once for each visit of the innermost loop.
    for position in range(innermost, -1, -1):
        loop = operation.loops[position]
        if loop.number in receiver.depends and receiver.born > position:
            return None  # A list of this turn's own: searching it is part of the turn.
        if loop.number in receiver.depends and any(loop.number in s.loops for s in operation.cost.sizes):
            return None
        if not turns_much(loop) or loop.amortised or loop.chunked or loop.number in operation.rare:
            continue
        if (
            receiver.born > position
            and receiver.kind != "values"
            and not _is_made_anew(context, operation, loop)
        ):
            return None
        if loop.number in operation.argument.depends or _grows_in(context, receiver, loop):
            return loop
    return None


def _is_made_anew(context: Context, operation: Operated, loop: Loop) -> bool:
    """True for a list that each turn makes of the same things: `name in [user.name for user in users]`."""
    if operation.receiver_place is None or loop.number in operation.receiver.depends:
        return False
    outer = structure.home_of(context, loop)
    region = changes.loop_node(outer, loop)
    made = structure.node_at(structure.home(context, operation.receiver_place), operation.receiver_place)
    if isinstance(made, f.Collection) and not all(isinstance(item, f.Star) for item in made.items):
        return False  # `[...names]` is a list of what another one holds.
    if region is None or not isinstance(made, (f.Comprehension, f.Call, f.Attr, f.Collection)):
        return False
    if _handed(context, region) & changes.names_read(context, made):
        return False
    if any((size, loop.number) in context.analysis.growths for size in operation.cost.sizes):
        return True
    if isinstance(made, f.Comprehension) and _only_gets_longer(region, made):
        return True
    return changes.is_unchanged(outer, region, made) or _is_given_by_a_look(context, operation, region, loop)


def _handed(context: Context, region: f._Node) -> set[str]:
    """The names under which the callback of a loop is handed what each turn has: `xs.filter((x) => ...)`."""
    called = (
        [a.qualname for a in region.args if isinstance(a, f.Lambda)] if isinstance(region, f.Call) else []
    )
    functions = (context.project.function(context.path, qualname) for qualname in called)
    return {param.name for function in functions if function is not None for param in function.params}


def _only_gets_longer(region: f._Node, made: f.Comprehension) -> bool:
    """True for a list made of all of another, to which the loop does nothing but to put something behind: `x.name not in
    [y.name for y in out.parts]` beside `out.parts.append(x)`."""
    label = shapes.dotted(made.clauses[0].iter) if len(made.clauses) == 1 else ""
    root = label.partition(".")[0]
    behind = False
    for node in shapes.nodes(region):
        if isinstance(node, (f.Assign, f.Update, f.For, f.Named, f.Delete)) and shapes.mentions(
            node.targets if isinstance(node, (f.Assign, f.Delete)) else node.target, frozenset((root,))
        ):
            return False
        if (
            isinstance(node, f.Call)
            and isinstance(node.func, f.Attr)
            and shapes.dotted(node.func.obj) == label
        ):
            if node.func.name not in held.BEHIND:
                return False
            behind = True
    return behind and bool(label)


def _is_given_by_a_look(context: Context, operation: Operated, region: f._Node, loop: Loop) -> bool:
    """True for the list that a function only makes of what it is handed, and hands back, where every turn hands it the same:
    `name in people.names()`, `post.author not in blocked(users)`."""
    called = next((c for c in context.analysis.calls if c.place == operation.receiver_place), None)
    function = context.project.function(called.path, called.qualname) if called is not None else None
    said = function.body if function is not None else ()
    body = [s for s in said if not (isinstance(s, f.Do) and isinstance(s.value, f.Const))]
    returned = body[0].value if len(body) == 1 and isinstance(body[0], f.Return) else None
    if called is None or not called.bound or not isinstance(returned, f.Comprehension):
        return False
    kept = shapes.dotted(returned.clauses[0].iter)
    value = called.bound.get(kept.partition(".")[0])
    if value is None or not value.label or (function is not None and function.owner and "." not in kept):
        return False
    position = operation.loops.index(loop)
    if any(loop.number in v.depends or v.born > position for v in called.bound.values()):
        return False
    root = value.label.partition(".")[0]
    handed = [n for n in shapes.of_kind(region, f.Call) if _hands_over(context, n, value.label)]
    return len(handed) <= 1 and not any(
        shapes.mentions(node.targets if isinstance(node, f.Assign) else node.target, frozenset((root,)))
        for node in shapes.nodes(region)
        if isinstance(node, (f.Assign, f.Update, f.Named))
    )


def _hands_over(context: Context, call: f.Call, label: str) -> bool:
    """True for a call that may change what has this name: one of its methods, or one that is handed it."""
    on_it = isinstance(call.func, f.Attr) and shapes.dotted(call.func.obj) == label
    return on_it or (
        any(shapes.dotted(argument) == label for argument in call.args)
        and not (isinstance(call.func, f.Name) and call.func.id in changes.PURE)
    )


def _grows_in(context: Context, receiver: Value, loop: Loop) -> bool:
    return receiver.grown is not None and (receiver.grown, loop.number) in context.analysis.growths


def _is_many(context: Context, operation: Operated, loop: Loop, grows: bool) -> bool:
    """True if there is evidence that the list gets long: it runs over data, or grows over it."""
    if grows and operation.argument.is_few:
        return False  # Of letters and digits there are few different ones.
    position = operation.loops.index(loop)
    first = min(operation.receiver.born, position) if grows else position
    return data.any_data(context, operation.loops[first : position + 1], of_rows=True)


def _is_written_out(context: Context, operation: Operated) -> bool:
    """True for `kind in kinds` of a function that takes `*kinds`: a call writes them out."""
    if operation.receiver_place is None:
        return False
    home = structure.home(context, operation.receiver_place)
    node = structure.node_at(home, operation.receiver_place)
    return isinstance(node, f.Name) and any(
        param.kind == "star" and param.name == node.id for param in home.function.params
    )


def _handed_here(context: Context, operation: Operated) -> Iterator[Related]:
    """Where the calls hand over the list that is searched, if nothing but they says that it is one."""
    receiver, place = operation.receiver, operation.receiver_place
    if place is None or not receiver.evidence.startswith((kinds_given.HANDED, kinds_given.OPEN)):
        return
    function = _taking(context, structure.home(context, place).function, receiver.label)
    if function is None:
        return
    for one in kinds_given.handing(context.project, place.path, function, receiver.label):
        there = replace(context, path=one.path, function=one.caller)
        yield Related(edits.absolute(there, one.node), f"`{one.caller.qualname}` hands it over")


def _taking(context: Context, function: f.Function | None, name: str) -> f.Function | None:
    """The function, or the one around it, that has a parameter of that name."""
    while function is not None and all(param.name != name for param in function.params):
        function = context.project.function(context.path, function.parent) if function.parent else None
    return function


def _finding(context: Context, operation: Operated, loop: Loop) -> Finding:
    receiver = operation.receiver
    made = operation.receiver_place
    label = receiver.label or (context.shown(made) if made and context.inside(made) else receiver.kind)
    searched = "`in`" if operation.name == "in" else f"`.{operation.name}()`"
    grows = _grows_in(context, receiver, loop)
    kind = {"sequence": "sequence", "values": "dict's values"}.get(receiver.kind, receiver.kind)
    message = f"{searched} searches the {kind} `{label}` from front to back on every turn of {the_loop(loop)}"
    message += ", and it grows in this loop." if grows else "."
    fix = lookups.fix(context, operation, grows)
    if fix is not None:
        message += f" {fix.title}."
    size = operation.cost.formula()
    before = product(loop.turns.formula(), loop.turns.formula() if grows else size)
    related = [loop_related(loop)]
    if receiver.evidence:
        where = operation.receiver_place or operation.place
        related.append(Related(where, f"`{label}` is a {kind}: {receiver.evidence}"))
        related += _handed_here(context, operation)
    seen = not receiver.evidence.startswith((kinds_given.OPEN, kinds_given.NAMED))
    sure = (
        seen
        and receiver.kind != "sequence"
        and (grows or "annotated" in receiver.evidence or receiver.born > 0 or bool(receiver.evidence))
    )
    squared = grows or any(size in loop.turns.sizes for size in operation.cost.sizes)
    severe = sure and squared and operation.name != "remove" and not loop.exits
    severe = severe and _is_many(context, operation, loop, grows)
    severity = Severity.WARNING if severe else Severity.INFORMATION
    if _is_written_out(context, operation):
        severity, message = Severity.HINT, f"{message} There are few: they are written by hand."
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


RULE = Rule(
    name="membership-in-list",
    summary="A list is searched from front to back on every turn of a loop.",
    why="""\
`x in a_list`, `.index()`, `.count()` and `.remove()` compare one element after the other. In a loop that is |loop|
times |list| comparisons, where a set or a dict answers each in constant time on average. It is a warning where one
size is squared (the list grows in the very loop, or the loop runs over it) and grows with data (rows, what is read,
what the function is given to work on), and information where two sizes multiply or nothing tells that they grow.

What a parameter holds of which nothing is written, all calls in the program tell together: where each hands over a list it is
one. It is information where others may call the function too, and nothing where one call is not seen, or hands over something else.

A list in which an object keeps each thing once (`if job not in self.jobs: self.jobs.append(job)`) is a hint: most such
lists are short. So is a list that one method fills and another searches for what it is given, also one of those that the object
keeps under keys (`item in self.by_name[name]`), of one that a loop keeps so, of a list of the class's, and of one that another
object keeps under a name that only lists have.

A list that a recursion fills and searches is information; one that it also shortens, or copies for each call
below (`visit(child, seen + [node])`), a path, is a hint.

So does a list that each turn makes of the same things, only to search it: `name in [user.name for user in users]`.

It speaks only where the type is known (a literal, an annotation, a call whose result is known), where the list can
grow with the input, and where the loop can. It is silent for sets, dicts, ranges and short literals, for lists that
belong to the loop's own element, and for chunked loops. A set is offered where the elements are known to be hashable
and nothing in the loop changes the list.
""",
    severity=Severity.WARNING,
    fix=(
        "Builds a set, a `Counter` or a dict of positions before the loop, or keeps a set beside a list that is only "
        "appended to."
    ),
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
