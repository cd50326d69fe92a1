"""How far containers grow whose growth is told in their own sizes."""

from __future__ import annotations

from analyzers.costs import ONE, UNKNOWN, Cost, Size, Term


def settled(by: Cost, size: Size, born: list[Size], doubles: bool) -> Cost:
    """The size of a container that grew by so much. A growth that feeds on containers themselves has no known bound,
    unless each turn is known to make it longer by a factor."""
    doubled = multiplied(by, size) if doubles else None
    if doubled is not None:
        by = doubled
    if any(other in born for other in by.sizes):
        return UNKNOWN if by.degree > 1 else by.substitute(lambda s: ONE if s in born else None)
    return by


def multiplied(by: Cost, size: Size) -> Cost | None:
    """How far a container gets that grows by so much of itself; None if its growth is no multiple of itself."""
    levels: list[Cost] = []
    rest: list[Term] = []
    for term in by.terms:
        power, logs = term.powers.get(size, (0.0, 0))
        if not power and not logs:
            rest.append(term)
            continue
        others = tuple(item for item in term.factors if item[0] is not size)
        if power != 1 or logs or term.bases or not others:
            return None
        levels.append(Cost((Term(others),)))
    if len(levels) != 1 or levels[0].degree != 1:
        return None
    added = Cost(tuple(rest)) if rest else ONE
    return levels[0].exponential(2.0) * added
