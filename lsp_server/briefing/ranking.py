"""Which functions are worth a rewrite, the most worthwhile first: from what is known on this machine, at no cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analyzers.findings import Finding, FunctionReport
from lsp_server import lookup

if TYPE_CHECKING:
    from analyzers.profiles import Linked
    from analyzers.project.index import Project


@dataclass(frozen=True, slots=True)
class Candidate:
    """A function with findings, the worst first; `share` is its part of the measured time, None if it was not measured."""

    path: str
    qualname: str
    findings: tuple[Finding, ...]
    report: FunctionReport | None = None
    share: float | None = None

    @property
    def order(self) -> tuple[Any, ...]:
        """Smaller is more worthwhile: how bad, how hot, how many queries, how it grows, how sure."""
        from lsp_server.rewrites.checking.validate import TIME_CLASSES

        worst, report = self.findings[0], self.report
        grows = TIME_CLASSES.index(report.time_class) if report and report.time_class in TIME_CLASSES else -1
        queries = bool(report and report.queries)
        return (
            -worst.severity,
            -(self.share or 0.0),
            -queries,
            -grows,
            -worst.confidence,
            self.path,
            self.qualname,
        )

    def line(self) -> str:
        """What is known of it: rules, growth, measured share, and what the worst finding says."""
        worst, report = self.findings[0], self.report
        rules = ", ".join(dict.fromkeys(finding.rule for finding in self.findings))
        said = [f"{worst.severity.label} {rules}"]
        before = worst.cost.before or (report.time if report else "")
        if before:
            said.append(f"{before} → {worst.cost.after}" if worst.cost.after else before)
        if report and report.queries:
            said.append(f"{report.queries} queries")
        if self.share is not None:
            said.append(f"{self.share:.0%} of the measured time")
        return f"{self.qualname}: {'; '.join(said)}; {worst.message}"


def ranked(
    project: Project, findings: Mapping[str, Iterable[Finding]], linked: Linked | None = None
) -> list[Candidate]:
    """The functions with findings, by path of the file; what stands outside of functions is no candidate."""
    from analyzers import check

    found: list[Candidate] = []
    for path, of_file in findings.items():
        by_name: dict[str, list[Finding]] = {}
        for finding in of_file:
            if finding.function != lookup.MODULE:
                by_name.setdefault(finding.function, []).append(finding)
        if not by_name:
            continue
        reports = {report.qualname: report for report in check.complexity(project, path)}
        for name, several in by_name.items():
            worst_first = sorted(several, key=lambda f: (-f.severity, -f.confidence, f.place.span, f.rule))
            time = linked.of(path, name) if linked is not None else None
            share = time.total_share if time is not None else None
            found.append(Candidate(path, name, tuple(worst_first), reports.get(name), share))
    return sorted(found, key=lambda one: one.order)
