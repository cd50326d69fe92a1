"""Functions that say whether two things are equal: what they are handed is compared, as by `===`.

`isEqual(one, other)`, `Utils.equals(one, other)`, `one.equals(other)`, `is_equal(one, other)`. The names are those of libraries and of what programs
write in their place; that a loop does nothing but look for what is equal, the rules ask for besides.
Sources: https://lodash.com/docs/4.17.15#isEqual, https://github.com/epoberezkin/fast-deep-equal,
https://nodejs.org/api/util.html#utilisdeepstrictequalval1-val2
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Compared
from analyzers.evaluate.run import Run
from analyzers.types import Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

NAMES = frozenset(
    (
        "isEqual",
        "equals",
        "equal",
        "isEqualWith",
        "deepEqual",
        "isDeepEqual",
        "isDeepStrictEqual",
        "shallowEqual",
        "areEqual",
        "isSame",
        "is_equal",
        "are_equal",
        "deep_equal",
        "is_same",
    )
)


def noted(run: Run, node: f.Call, target: Value, arguments: Arguments) -> None:
    """Write down which two values a call compares."""
    if not run.loops or shapes.called(node) not in NAMES:
        return
    sides = arguments.values
    if len(sides) == 1 and target.bound is not None:
        sides = [target.bound, *sides]
    if len(sides) == 2:
        run.analysis.comparisons.append(
            Compared(run.place(node), sides[0], sides[1], tuple(run.loops), run.owner)
        )
