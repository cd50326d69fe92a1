"""How sure the cost of a function is: by what it rests on.

Of 3,376 labelled functions whose cost is given (`benchmarks/complexity.md`), the class is right for 95 % at high, 81 % at
medium and 59 % at low. What lowers it are the places where the model only bounds, or had to guess:

- low: a size that is no input (the steps of a loop, the size of a result that is not known), sizes multiplied that are not
  all inputs, or nothing but loops that are said to be constant;
- medium: a size that is no parameter's, a bound by a largest element or by a sum that is not known, different inputs
  multiplied (they may be parts of each other), or a square in a function whose loops may end early or have to be
  followed step by step (`while`), where what repeats may be paid only once.
"""

from __future__ import annotations

import re

from analyzers import facts as f
from analyzers.costs import Cost, Size
from analyzers.evaluate.events import Analysis
from analyzers.findings import Confidence

_ROOT = re.compile(r"[|Σ]*(\w+)")


def of(function: f.Function, analysis: Analysis) -> Confidence:
    """How sure the class of a function's cost is."""
    cost = analysis.summary.cost
    if cost.unknown:
        return Confidence.LOW
    found = _of_cost(function, analysis, cost)
    if not analysis.summary.complete:  # Calls were too deep to follow.
        return Confidence(max(found - 1, Confidence.LOW))
    return found


def _of_cost(function: f.Function, analysis: Analysis, cost: Cost) -> Confidence:
    if cost.is_constant:
        return Confidence.LOW if analysis.loops else Confidence.HIGH
    term = cost.leading
    sizes = [size for size, _ in (*term.factors, *term.bases)]
    params = {param.name for param in function.params}
    given = all(_root(size) in params for size in sizes)
    several = len({_root(size) for size in sizes}) > 1
    if any(not size.key or size.label.endswith(" steps") for size in sizes) or (several and not given):
        return Confidence.LOW
    if several or not given or any(size.label.startswith(("max ", "Σ")) for size in sizes):
        return Confidence.MEDIUM
    hard = any(loop.kind == "while" or loop.exits for loop in analysis.loops)
    return Confidence.MEDIUM if hard and not term.bases and term.degree > 1.5 else Confidence.HIGH


def _root(size: Size) -> str:
    """The name a size hangs on: `order` of `|order.lines|`."""
    found = _ROOT.match(size.key.partition(":")[2])
    return found[1] if found else ""
