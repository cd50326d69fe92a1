"""`# bigo: ignore[rule]`: on the line of a finding, on the line of the `def` that holds it, or on the line above."""

from __future__ import annotations

from collections.abc import Iterable

from analyzers.facts import FileFacts, Suppression
from analyzers.findings import Confidence, Cost, Finding, Place, Severity
from analyzers.text import Span, Text

UNUSED = "unused-ignore"
"""The rule name under which a suppression that suppresses nothing is reported."""


def apply(
    facts: FileFacts,
    path: str,
    text: Text,
    findings: Iterable[Finding],
    checked: frozenset[str],
    cuts: frozenset[int] = frozenset(),
) -> list[Finding]:
    """The findings that no comment suppresses, and a hint for every comment that suppresses none.

    `checked` are the rules that ran: a comment for a rule that did not run is not called unused. `cuts` are the
    offsets of comments that keep a function's queries and searches from its callers: those are used, too.
    """
    if not facts.suppressions:
        return list(findings)
    lines = {_line(text, s): s for s in facts.suppressions}
    used: set[int] = set()
    kept: list[Finding] = []
    for finding in findings:
        hit = next(
            (
                n
                for n in _candidate_lines(facts, text, finding)
                if n in lines and _covers(lines[n], finding.rule)
            ),
            None,
        )
        if hit is None:
            kept.append(finding)
        else:
            used.add(hit)
    for line, suppression in lines.items():
        relevant = not suppression.rules or any(rule in checked for rule in suppression.rules)
        if line not in used and relevant and suppression.at not in cuts:
            kept.append(_unused(path, suppression))
    return kept


def _line(text: Text, suppression: Suppression) -> int:
    """The line a comment speaks of: its own, or the next if it stands alone."""
    line = text.line_of(suppression.at)
    return line + 1 if suppression.own_line else line


def _candidate_lines(facts: FileFacts, text: Text, finding: Finding) -> list[int]:
    lines = [text.line_of(finding.place.span.start)]
    for function in facts.functions:
        if function.qualname == finding.function and function.kind != "module":
            lines.append(text.line_of(function.start + function.def_at))
            lines.append(text.line_of(function.start + function.name_at))
    return lines


def _covers(suppression: Suppression, rule: str) -> bool:
    return not suppression.rules or rule in suppression.rules


def _unused(path: str, suppression: Suppression) -> Finding:
    named = ", ".join(suppression.rules)
    message = f"This comment ignores {named or 'every rule'}, but nothing is found here. Remove it."
    place = Place(path, Span(suppression.at, suppression.to))
    return Finding(UNUSED, place, message, Severity.HINT, Confidence.HIGH, Cost(), "", tags=("unnecessary",))
