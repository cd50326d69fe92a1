"""nested-scan: a loop inside a loop that looks for the elements with an equal key."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Compared, Loop
from analyzers.findings import Confidence, Cost, Finding, Place, Related, Severity
from analyzers.rules import (
    anew,
    asked_of_each,
    changes,
    data,
    edits,
    frames,
    joins,
    left_over,
    ordered,
    sifted,
    so_far,
    structure,
    trees,
)
from analyzers.rules.base import Context, Example, Rule, loop_related, product, the_loop, turns_much


def check(context: Context) -> Iterator[Finding]:
    for compared in context.analysis.comparisons:
        if compared.function != context.function.qualname and not context.inside(compared.place):
            continue
        pair = _joined_loops(context, compared)
        if pair is None:
            continue
        outer, inner, triangle = pair
        if not structure.keeps_only_equal(context, inner, compared):
            continue  # It works on every element, so no dict spares the visits.
        if structure.changes_in(context, outer, inner.label):
            continue  # It is another collection on every turn.
        if context.inside(inner.place) and context.once("scan", inner.place):
            yield _finding(context, outer, inner, compared, triangle)
    if context.language == "python" and context.analysis.qualname == context.function.qualname:
        yield from _frames(context)
    for sift in (*sifted.sifts(context), *trees.made(context)):
        if context.once("scan", sift.place):
            yield _sift_finding(context, sift)
    for left in left_over.found(context):
        if context.once("scan", edits.absolute(context, left.through)):
            yield _left_over_finding(context, left)

    for made in anew.found(context):
        if made.how != anew.MORE and context.once("scan", edits.absolute(made.home, made.value)):
            yield _anew_finding(context, made)

    for upto in ordered.found(context):
        if context.once("scan", edits.absolute(context, upto.over)):
            yield _ordered_finding(context, upto)
    for asked in asked_of_each.found(context):
        if context.inside(asked.inner.place) and context.once("scan", asked.inner.place):
            yield _asked_finding(context, asked)
    for search in so_far.found(context):
        if context.once("scan", _header(context, search)):
            yield _so_far_finding(context, search)


def _asked_finding(context: Context, asked: asked_of_each.Asked) -> Finding:
    """A question that each turn asks all of a second collection."""
    outer, inner = asked.outer.turns.formula(), asked.inner.turns.formula()
    test = context.shown(edits.absolute(context, asked.test))
    return context.finding(
        RULE.name,
        asked.inner.place,
        f"All of `{asked.inner.label}` is asked `{test}` on every turn of {the_loop(asked.outer)}. What is asked of each may be "
        f"answered by an index that is made once: by prefix, by interval, by owner.",
        Severity.HINT,
        Confidence.MEDIUM,
        Cost(product(outer, inner), f"O({outer} + {inner})"),
        [loop_related(asked.outer), loop_related(asked.inner)],
    )


def _header(context: Context, search: so_far.SoFar) -> Place:
    """Where other findings of the same search stand."""
    whole = edits.absolute(context, search.search)
    return next((loop.place for loop in context.analysis.loops if loop.whole == whole), whole)


def _so_far_finding(context: Context, search: so_far.SoFar) -> Finding:
    """What each turn looks through of what the turns before have found."""
    turns = search.loop.turns.formula() if search.loop.grows else f"|{search.name}|"
    return context.finding(
        RULE.name,
        _header(context, search),
        f"Each turn of {the_loop(search.loop)} looks through all that the turns before have put into `{search.name}`. A "
        f"dict or an index by what is asked of each, or an order in which the next turn looks at the last alone, finds it without "
        f"searching.",
        Severity.INFORMATION if data.is_data(context, search.loop) else Severity.HINT,
        Confidence.MEDIUM,
        Cost(product(turns, f"|{search.name}|"), f"O({turns})"),
        [loop_related(search.loop), Related(edits.absolute(context, search.put), "it gets longer here")],
    )


def _ordered_finding(context: Context, upto: ordered.UpTo) -> Finding:
    """What is in order, gone through from the first on every turn of another loop."""
    turns, size = upto.outer.turns.formula(), f"|{upto.inner.label}|"
    return context.finding(
        RULE.name,
        edits.absolute(context, upto.over),
        f"`{upto.inner.label}` is gone through from the first on every turn of {the_loop(upto.outer)}, up to one where "
        f"`{context.shown(edits.absolute(context, upto.test))}`. As they are in order, `bisect` finds the place, or the next turn "
        f"goes on from it.",
        Severity.INFORMATION,
        Confidence.MEDIUM,
        Cost(f"O({turns}·{size})", f"O({turns} + {size})"),
        [loop_related(upto.outer), loop_related(upto.inner)],
    )


def _anew_finding(context: Context, made: anew.Anew) -> Finding:
    """What each turn goes through to leave one thing out, or to change it."""
    size, turns = f"|{made.label}|", made.loop.turns.formula()
    script = context.language != "python"
    table = "Map" if script else "dict"
    one = (
        f"Collect what is left out in a {'Set' if script else 'set'}, and make it anew once"
        if made.how == anew.LEFT_OUT
        else f"A {table} from key to element changes one without searching"
    )
    return context.finding(
        RULE.name,
        edits.absolute(made.home, made.value),
        f"Each turn of {the_loop(made.loop)} goes through all of `{made.label}` and makes it anew, for one element of it. "
        f"{one}.",
        Severity.INFORMATION,
        Confidence.MEDIUM,
        Cost(f"O({turns}·{size})", f"O({turns} + {size})"),
        [loop_related(made.loop)],
    )


def _left_over_finding(context: Context, left: left_over.LeftOver) -> Finding:
    """What each turn goes through once more, as it has taken one thing out of it."""
    size = f"|{left.label}|"
    return context.finding(
        RULE.name,
        edits.absolute(context, left.through),
        f"Each turn of {the_loop(left.loop)} takes one thing out of `{left.label}` and goes through all that is left. "
        f"Look only at those that what was taken out concerns, found by an index that is made once.",
        Severity.INFORMATION,
        Confidence.MEDIUM,
        Cost(f"O({size}²)", f"O({size})"),
        [loop_related(left.loop), Related(edits.absolute(context, left.taken), "one is taken out here")],
    )


def _sift_finding(context: Context, sift: sifted.Sift) -> Finding:
    """A recursion that goes through all of a list for the children of each element: as a loop does that nobody wrote."""
    size, table = f"|{sift.label}|", "dict" if context.language == "python" else "Map"
    return context.finding(
        RULE.name,
        sift.place,
        f"`{sift.name}` goes through all of `{sift.label}` for the elements it is asked for, and calls itself for each of them. "
        f"A {table} from key to elements, made once before the first call, finds them without searching.",
        Severity.INFORMATION,
        Confidence.MEDIUM,
        Cost(product(size, size), f"O({size})"),
        [sift.call],
    )


def _frames(context: Context) -> Iterator[Finding]:
    """A data frame that is filtered for each row of another."""
    for lookup in frames.lookups(context) if context.analysis.loops else ():
        whole = edits.absolute(context, lookup.loop)
        loop = next((one for one in context.analysis.loops if one.whole == whole), None)
        place = edits.absolute(context, lookup.node)
        if loop is None or not turns_much(loop) or structure.happens_once(context, loop, place):
            continue
        # A filtered frame is a new one: what is done to it does not change the frame it came from.
        inside = lookup.loop.body if isinstance(lookup.loop, f.For) else lookup.loop
        made = changes.changes_in(context, inside, aliases=False)
        if not frames.is_stored_to(inside, lookup.frame):
            made.touched = {text for text in made.touched if not frames.is_filter(text, lookup.frame)}
        if made.may_change(lookup.frame):
            continue
        if not context.once("scan", place):
            continue
        rows, turns = f"|{lookup.frame}|", loop.turns.formula()
        yield context.finding(
            RULE.name,
            place,
            f"All rows of the data frame `{lookup.frame}` are compared on every turn of {the_loop(loop)}, for "
            f"those where `{edits.source_of(context, lookup.compared)}`. A `merge` of the two frames, or the groups of a "
            f"`groupby`, made once, find them without searching.",
            Severity.WARNING if lookup.of_rows else Severity.INFORMATION,
            Confidence.HIGH,
            Cost(f"O({turns}·{rows})", f"O({turns} + {rows})"),
            [loop_related(loop)],
        )


def _joined_loops(context: Context, compared: Compared) -> tuple[Loop, Loop, bool] | None:
    """The two loops whose elements an equality compares, if the inner one runs over the same things every time, or over
    those that the outer one has not come to yet; and if it is these."""
    loops = compared.loops
    sides = (compared.left, compared.right)
    for position in range(len(loops) - 1, 0, -1):
        inner = loops[position]
        if not _scans(inner):
            continue
        for outer in reversed(loops[:position]):
            if not _scans(outer) or outer.kind == "while" or _is_pairwise_index(compared):
                continue
            rest = outer.number in inner.over.depends or outer.number in inner.derived
            if rest and not _is_rest(context, outer, inner):
                continue
            for one, other in (sides, sides[::-1]):
                of_inner = inner.number in one.depends and (rest or outer.number not in one.depends)
                if of_inner and outer.number in other.depends and inner.number not in other.depends:
                    return outer, inner, rest
    return None


def _is_rest(context: Context, outer: Loop, inner: Loop) -> bool:
    """`for b in xs[i + 1:]`, `for j in range(i + 1, len(xs))` in a loop that counts the places of the same `xs`."""
    home = structure.home_of(context, inner)
    over, around = data.iterated(home, inner), data.iterated(structure.home_of(context, outer), outer)
    node = changes.loop_node(home, outer)
    if around is None or not isinstance(node, (f.For, f.Comprehension)):
        return False
    targets = (node.target,) if isinstance(node, f.For) else tuple(clause.target for clause in node.clauses)
    counted = frozenset(n.id for target in targets for n in shapes.nodes(target) if isinstance(n, f.Name))
    whole: f.Expr | None = None
    if isinstance(over, f.Slice) and over.start is not None and over.stop is None:
        whole, start = over.obj, over.start
    elif isinstance(over, f.Call) and shapes.dotted(over.func) in ("range", "xrange") and len(over.args) == 2:
        start, stop = over.args
        whole = stop.args[0] if isinstance(stop, f.Call) and len(stop.args) == 1 else stop
    elif isinstance(over, f.Range) and isinstance(over.stop, f.Attr) and over.stop.name == "length":
        whole, start = over.stop.obj, over.start
    text = shapes.dotted(whole) if whole is not None else ""
    return (
        bool(text)
        and shapes.mentions(start, counted)
        and text in {shapes.dotted(n) for n in shapes.nodes(around) if isinstance(n, (f.Name, f.Attr))}
    )


def _scans(loop: Loop) -> bool:
    return (
        turns_much(loop)
        and not loop.amortised
        and not loop.chunked
        and not loop.polling
        and loop.kind != "while"
        and not loop.over.frozen
    )


def _is_pairwise_index(compared: Compared) -> bool:
    """Two counters compared with each other (`if i == j`) join nothing."""
    return (
        compared.left.kind == "int"
        and compared.right.kind == "int"
        and not (
            "." in compared.left.label
            or "[" in compared.left.label
            or "." in compared.right.label
            or "[" in compared.right.label
        )
    )


def _finding(context: Context, outer: Loop, inner: Loop, compared: Compared, triangle: bool) -> Finding:
    same = triangle or outer.turns == inner.turns
    left, right = compared.left.label or "…", compared.right.label or "…"
    itself = outer.label if triangle else inner.label
    what = f"`{itself}` is compared with itself" if same else f"`{inner.label}` is searched again"
    table = "dict" if context.language == "python" else "Map"
    wanted = "past those where" if compared.unequal else "for the elements where"
    message = (
        f"{what} on every turn of {the_loop(outer)}, {wanted} "
        f"`{context.shown(compared.place)}`. A {table} from key to element, built once, finds them without searching."
    )
    before = (
        f"O({outer.turns.formula()}·{inner.turns.formula()})" if not same else f"O({outer.turns.formula()}²)"
    )
    after = (
        f"O({outer.turns.formula()} + {inner.turns.formula()})" if not same else f"O({outer.turns.formula()})"
    )
    related = [
        loop_related(outer),
        loop_related(inner),
        Related(compared.place, f"`{left}` is compared with `{right}`"),
    ]
    indices = same and (triangle or inner.kind == "for") and inner.over.kind == "range"
    many = data.is_data(context, outer, of_rows=True) and data.is_data(context, inner, of_rows=True)
    severity = Severity.WARNING if many and not indices else Severity.INFORMATION
    fix = joins.fix(context, outer, inner, compared) if not triangle else None
    return context.finding(
        RULE.name,
        inner.place,
        message,
        severity,
        Confidence.HIGH,
        Cost(before, after),
        related,
        fixes=[fix] if fix is not None else (),
    )


RULE = Rule(
    name="nested-scan",
    summary="A loop inside a loop searches the same collection for an equal key again and again.",
    why="""\
For every element of one collection the whole of another is visited, only to keep the elements whose key is equal:
|a|·|b| comparisons. A dict from key to element (or to a list of elements) is built in |b| steps and finds the match
in one: |a| + |b| in all.

It is silent where the inner collection belongs to the outer element (`for line in order.lines`: that is linear in the
lines), where one side has a constant size, for pairs that are wanted as such (no equality joins the two), and for
pointers that only move one way. It is a warning where both collections grow with data (rows, what is read, what the
function is given to work on), and information elsewhere: a program's own options and columns are few. So is a recursion that
goes through all of a list for the elements it is asked for, and calls itself with the same list for each of them; and a loop
that takes one thing out of a collection on each turn and goes through all that is left of it, or makes it anew without that one;
and one that looks through all that its turns before have found, whatever it asks of each. A question that each turn asks all of a
second collection is a hint.
""",
    severity=Severity.WARNING,
    fix="Groups the rows by their key in a dict before the outer loop, where the two loops are simple enough.",
    bad=(
        Example(
            "a join by hand",
            """\
def attach(users, orders):
    for user in users:
        for order in orders:  # <- here
            if order.user_id == user.id:
                user.orders.append(order)


def owners(users, orders):
    return [next((u for u in users if u.id == order.user_id), None) for order in orders]  # <- here
""",
        ),
        Example(
            "rows of one data frame for each row of another",
            """\
import pandas as pd


def spent(users: pd.DataFrame, orders: pd.DataFrame) -> list[float]:
    found = []
    for _, user in users.iterrows():
        own = orders[orders["user_id"] == user["id"]]  # <- here
        found.append(own["total"].sum())
    return found
""",
        ),
        Example(
            "`find` in `map`",
            """\
interface User { id: number; name: string }
interface Order { userId: number }

export function names(users: User[], orders: Order[]) {
  return orders.map((order) => users.find((user) => user.id === order.userId)?.name); // <- here
}
""",
            "typescript",
        ),
    ),
    good=(
        Example(
            "a dict; the element's own lines; all pairs",
            """\
def attach(users, orders):
    by_id = {user.id: user for user in users}
    for order in orders:
        by_id[order.user_id].orders.append(order)


def total(orders):
    result = 0
    for order in orders:
        for line in order.lines:
            if line.order_id == order.id:
                result += line.amount
    return result


def distances(points):
    return [abs(a - b) for a in points for b in points]


def weekday(dates):
    for date in dates:
        for name in ("mon", "tue", "wed"):
            if date.name == name:
                yield date
""",
        ),
    ),
    check=check,
)
