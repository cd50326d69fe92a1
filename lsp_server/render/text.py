"""Findings for a terminal: `path:line:col: severity rule: message`, the evidence below it, a summary at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lsp_server.render.located import Located, LocatedFunction, Stats


def findings(found: Sequence[Located], *, reasons: bool = True) -> Iterator[str]:
    """One line per finding; with `reasons` the steps of the evidence below it, indented, in the same form."""
    for one in found:
        yield f"{one.path}:{one.line}:{one.column}: {one.severity} {one.rule}: {one_line(one.message)}"
        if reasons:
            yield from _evidence(one)


def _evidence(one: Located) -> Iterator[str]:
    if one.cost.before:
        after = f", {one.cost.after} once fixed" if one.cost.after else ""
        yield f"    cost: {one.cost.before}{after}"
    for step in one.related:
        yield f"    {step.path}:{step.line}:{step.column}: {one_line(step.message)}"
    for title in one.fixes:
        yield f"    fix: {title}"


def summary(stats: Stats) -> str:
    """The last line, for stderr: what was found in how much."""
    total = sum(stats.findings.values())
    by_severity = ", ".join(_counted(n, severity) for severity, n in stats.findings.items() if n)
    found = f"{_counted(total, 'finding')} ({by_severity})" if total else "no findings"
    parts = [f"{found} in {_counted(stats.files, 'file')}, {_counted(stats.lines, 'line')}"]
    if 0 < stats.findings.get("hint", 0) < total:
        parts.append("--min-severity information leaves the hints out")
    if stats.baseline:
        parts.append(f"{stats.baseline} more in the baseline")
    if stats.skipped:
        parts.append(f"{len(stats.skipped)} not checked")
    return "; ".join(parts)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 or noun == 'information' else 's'}"


def functions(reports: Sequence[LocatedFunction]) -> Iterator[str]:
    """One line per function with its reasons below, for `bigo complexity`."""
    for one in reports:
        space = f", space {one.space}" if one.space and one.space != "unknown" else ""
        queries = f", queries {one.queries}" if one.queries else ""
        yield f"{one.path}:{one.line}: {one.qualname}: time {one.time}{space}{queries}"
        for symbol, meaning in one.sizes.items():
            if symbol != meaning:
                yield f"    {symbol} is {meaning}"
        for step in one.why:
            yield f"    {step.path}:{step.line}:{step.column}: {one_line(step.message)}"


def one_line(message: str) -> str:
    return " ".join(message.split())
