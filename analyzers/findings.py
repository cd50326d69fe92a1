"""What a check concludes, in terms of no protocol: finding, place, fix, and how sure and how bad.

Confidence says how sure the model is; severity says what it costs the person if it is right. They are independent.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from msgspec import Struct

from analyzers.text import Span


class Severity(enum.IntEnum):
    """Ordered: a larger value is worse."""

    HINT = 1
    INFORMATION = 2
    WARNING = 3
    ERROR = 4

    @property
    def label(self) -> str:
        return self.name.lower()

    @classmethod
    def parse(cls, text: str) -> Severity:
        """The severity of that name; ValueError names the choices."""
        try:
            return cls[text.upper()]
        except KeyError:
            raise ValueError(
                f"unknown severity {text!r}; use one of {', '.join(s.label for s in cls)}"
            ) from None


class Confidence(enum.IntEnum):
    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def label(self) -> str:
        return self.name.lower()


class Place(Struct, frozen=True, gc=False):
    """A span of bytes in a file. `path` is the key the project knows the file by (an absolute path, `/`-separated)."""

    path: str
    span: Span


@dataclass(frozen=True, slots=True)
class Related:
    """One step of the evidence."""

    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the bytes of `place` by `text`."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A local, free edit. `certain` means that behaviour is kept; only certain fixes enter "fix all"."""

    title: str
    edits: tuple[Edit, ...]
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Cost:
    """A printed cost: `before` as the code stands, `after` once fixed where that is known. "" is unknown."""

    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing worth saying about one place.

    `function` is the qualname of the function that holds `place`; `related` are the steps of the evidence in reading
    order; `tags` are free words for renderers ("hot", "cold", "query", "unnecessary"). `cause` is what other findings
    may have in common with it: they are told as one (`causes.py`).
    """

    rule: str
    place: Place
    message: str
    severity: Severity
    confidence: Confidence
    cost: Cost
    function: str
    related: tuple[Related, ...] = ()
    tags: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
    cause: Place | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of a derivation: which loop, which call, which size."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class FunctionReport:
    """The cost of one function.

    `time` and `space` are printed costs ("O(|users|·|orders|)"), or "unknown"; `time_class` is one of constant,
    logn, sqrt, linear, nlogn, quadratic, n2logn, cubic, polynomial, exponential, unknown. `sizes` maps each symbol
    in them to what it means. `place` spans the whole function, decorators included; `name` is the span of its name.
    """

    qualname: str
    place: Place
    name: Span
    time: str
    time_class: str
    space: str
    sizes: dict[str, str] = field(default_factory=dict)
    confidence: Confidence = Confidence.MEDIUM
    why: tuple[Reason, ...] = ()
    queries: str = ""  # printed number of database queries, "" for none
