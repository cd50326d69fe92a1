"""Circles of calls: functions that all lead back to each other, as visitors, parsers and dispatchers do.

What is computed inside a circle is true only for where it was entered. A small one is run anew for each question, with all
that its functions do to each other (`provisional.py`, `recursion/`). In a large one, of hundreds, that would be to run all of
it for every one of its functions, so what a member does there is told as far as some calls deep: what it does with calls that are
not followed, then what its callers do with that, and so on. Each of these is remembered like any other answer.

Whether a function leads into a large circle is a question of that function alone (`Summaries._alone`), so what is said of it does not
depend on what else was asked.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from analyzers import facts as f
from analyzers.evaluate.events import Analysis
from analyzers.evaluate.formal import signatures
from analyzers.project.memo import Unanswered
from analyzers.types import Value

Identity = tuple[str, str]  # path and qualname of a function

MAX_MEMBERS = 16
"""Functions in a circle that is still run as a whole."""

MAX_RUNS = 200
"""Runs that a circle of so few may take for one question."""

LEVELS = 3
"""Calls that are followed from one member of a large circle to the next."""

MAX_DEPTH = 24
"""Calls followed into calls at once. Each takes some thirty frames of Python's stack, which has a thousand."""

TANGLED: tuple[Analysis | None, bool] = (None, True)
"""What is said of a function by itself that leads into a large circle: nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A function that is to be run, and what its parameters hold."""

    path: str
    function: f.Function
    formals: dict[str, Value]
    key: tuple[str, str, Hashable] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", (self.path, self.function.qualname, signatures(self.formals)))

    @property
    def identity(self) -> Identity:
        return self.path, self.function.qualname


class Tangled(Unanswered):
    """A question met too large a circle of functions."""


class TooDeep(Unanswered):
    """A call is too deep to be followed from here: it is to be asked by itself first. `chain` is what led to it."""

    def __init__(self, asked: Asked, chain: tuple[Asked, ...]) -> None:
        self.asked = asked
        self.chain = chain


def closes_large(chain: Sequence[Asked], identity: Identity) -> bool:
    """Whether a call of that function, which is being run, closes a large circle: all that were begun since then lie in it."""
    since = next((at for at, one in enumerate(chain) if one.identity == identity), len(chain))
    return len(chain) - since > MAX_MEMBERS
