"""One finding for one cause: a loop that stands elsewhere, and that several functions of a file hand rows to, or show; a
method or helper that asks the database, and that several loops of a file call.

Each of these functions has rows of its own, and what loads them is said there. Yet a reader who has mended the partial, the
helper or the serializer once, or has seen it and does not mind, need not be told at every page: the first place is
told in full and names the others, which are information.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analyzers.findings import Finding, Place, Related, Severity


class Told:
    """The findings of one file, those with the cause of an earlier one made mild. What was made of the same findings before is
    the object that it was, so that who holds it need not look at it again."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, ...], tuple[list[Finding], dict[int, Finding]]] = {}
        self._hints: dict[int, tuple[Finding, Finding]] = {}

    def once(self, findings: Sequence[Finding]) -> list[Finding]:
        groups = _groups(findings)
        if not groups:
            return [*findings]
        known, self._made = self._made, {}
        told: dict[int, Finding] = {}
        for group in groups:
            key = tuple(map(id, group))
            made = self._made[key] = known.get(key) or (group, _told(group))
            told.update(made[1])
        return [told.get(id(finding), finding) for finding in findings]

    def as_hints(self, findings: Sequence[Finding]) -> list[Finding]:
        """All of them as hints: those of a test, for example."""
        known, self._hints = self._hints, {}
        for finding in findings:
            held = known.get(id(finding)) or (finding, replace(finding, severity=Severity.HINT))
            self._hints[id(finding)] = held
        return [self._hints[id(finding)][1] for finding in findings]


def _groups(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Those that have a cause in common."""
    groups: dict[tuple[str, Place], list[Finding]] = {}
    for finding in findings:
        if finding.cause is not None and finding.severity > Severity.INFORMATION:
            groups.setdefault((finding.rule, finding.cause), []).append(finding)
    return [group for group in groups.values() if len(group) > 1]


def _told(group: Sequence[Finding]) -> dict[int, Finding]:
    """What stands for each of them."""
    first, *more = sorted(group, key=lambda finding: (-finding.severity, finding.place.span))
    return {id(first): _leading(first, more), **{id(finding): _following(finding, first) for finding in more}}


def _leading(first: Finding, more: Sequence[Finding]) -> Finding:
    places = dict.fromkeys(finding.place for finding in more if finding.place != first.place)
    what = "the same loop, with other rows" if _is_loop(first) else "another loop that calls it"
    also = tuple(Related(place, what) for place in places)
    return replace(first, related=(*first.related, *also))


def _following(finding: Finding, first: Finding) -> Finding:
    same = "the same loop" if _is_loop(finding) else "what it calls"
    there = Related(first.place, f"{same} is told here")
    where = "elsewhere in this file" if first.function == "<module>" else f"in `{first.function}`"
    return replace(
        finding,
        message=f"{finding.message} {same.capitalize()} is told {where}.",
        severity=Severity.INFORMATION,
        related=(*finding.related, there),
    )


def _is_loop(finding: Finding) -> bool:
    """True where the cause is the loop, which a finding names first, and not what is sent in it."""
    return bool(finding.related) and finding.related[0].place == finding.cause
