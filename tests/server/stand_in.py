"""A server with a stand-in for the analyzers: what the editor's side does can be tested without them.

    python tests/server/stand_in.py          serves at stdin and stdout

Each `SLOW` in a text is a finding, and so is each `HELPER` whose evidence is in `helper.py` beside it. `SLOW` has a
certain fix, `MAYBE` an uncertain one. A text with `CRASH` makes the analysis raise; `WAIT` makes it take 0.2 s, `FOREVER` an hour.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from analyzers.facts import FileFacts
from analyzers.findings import (
    Confidence,
    Cost,
    Edit,
    Finding,
    Fix,
    FunctionReport,
    Place,
    Reason,
    Related,
    Severity,
)
from analyzers.project.kept import Kept
from analyzers.text import Span, Text
from lsp_server.analyzer import Hot, Looked, Measured, Wanted
from lsp_server.rewrites import Checked, Target
from lsp_server.session import Session
from lsp_server.settings_table import Settings

_DEF = re.compile(rb"^def (\w+)\(.*?\):\n(?:[ \t]+.*(?:\n|\Z))*", re.MULTILINE)
_SEVERITY = {b"SLOW": Severity.WARNING, b"MAYBE": Severity.INFORMATION, b"HELPER": Severity.HINT}


class StandIn:
    """An `Analyzer` that knows words instead of code."""

    def __init__(self) -> None:
        self.sources: dict[str, bytes] = {}
        self.learned: dict[str, FileFacts] = {}
        self.profiles: dict[str, str] = {}

    def set_roots(self, roots: tuple[str, ...]) -> None:
        pass

    def analyse(self, path: str, text: Text, language_id: str, settings: Settings) -> tuple[Finding, ...]:
        print("a stray print must not reach the client")
        if b"CRASH" in text.source:
            raise RuntimeError("the analysis failed on purpose")
        if b"FOREVER" in text.source:
            print("FOREVER has begun", flush=True)
            time.sleep(3600)
        if b"WAIT" in text.source:
            time.sleep(0.2)
        self.sources[path] = text.source
        words = re.finditer(rb"SLOW|MAYBE|HELPER", text.source)
        return tuple(self._finding(path, m.group(), Span(*m.span())) for m in words)

    def look(self, path: str, text: Text, language_id: str, settings: Settings, seconds: float = 0) -> Looked:
        return Looked(self.analyse(path, text, language_id, settings))

    def heaviest(self, path: str) -> int:
        return sys.maxsize  # words may mean waiting: that is for the engine's thread

    def _finding(self, path: str, word: bytes, span: Span) -> Finding:
        certain = word == b"SLOW"
        place = Place(path, span)
        other = Place(str(Path(path).parent / "helper.py"), Span(0, 1)) if word == b"HELPER" else place
        fix = Fix(f"Replace {word.decode()}", (Edit(place, "FAST"),), certain)
        return Finding(
            rule="membership-in-list" if certain else "nested-scan",
            place=place,
            message=f"{word.decode()} costs O(n·m)",
            severity=_SEVERITY[word],
            confidence=Confidence.HIGH,
            cost=Cost("O(n·m)", "O(n + m)"),
            function=self._function_at(path, span.start),
            related=(Related(other, "because of this"),),
            tags=("unnecessary",) if certain else (),
            fixes=(fix,) if word != b"HELPER" else (),
        )

    def _function_at(self, path: str, offset: int) -> str:
        for m in _DEF.finditer(self.sources[path]):
            if m.start() <= offset < m.end():
                return m.group(1).decode()
        return "<module>"

    def rehearse(self, path: str) -> None:
        pass

    def take(self, path: str, text: Text, packed: bytes) -> None:
        pass

    def ready(self, path: str, text: Text) -> bool:
        return True

    def reports(self, path: str) -> tuple[FunctionReport, ...]:
        return tuple(
            FunctionReport(
                qualname=m.group(1).decode(),
                place=Place(path, Span(*m.span())),
                name=Span(*m.span(1)),
                time="O(n·m)",
                time_class="quadratic",
                space="O(n)",
                sizes={"n": "|users|"},
                why=(Reason(Place(path, Span(m.end(1), m.end(1) + 1)), "the loop runs n times"),),
            )
            for m in _DEF.finditer(self.sources.get(path, b""))
        )

    def measured(self, path: str) -> dict[str, Measured]:
        return (
            {"slow": Measured("38 % self", "38 % of 2 s, called 900 times", hot=True)}
            if self.profiles
            else {}
        )

    def hottest(self, most: int) -> tuple[Hot, ...]:
        hot = [
            Hot(path, 0, report.qualname, 0.38, 0.5, "38 % self", report.time)
            for path in self.sources
            for report in self.reports(path)
        ]
        return tuple(hot[:most]) if self.profiles else ()

    def page(self, rule: str) -> str:
        return f"https://example.org/{rule}"

    def facts(self, path: str) -> FileFacts | None:
        return self.learned.get(path)

    def learn(self, files: Iterable[tuple[str, FileFacts]]) -> None:
        self.learned.update(files)

    def put_back(self, path: str, source: bytes, facts: Kept) -> bool:
        self.sources.pop(path, None)
        self.learned[path] = facts.facts()
        return True

    def forget(self, path: str) -> None:
        self.sources.pop(path, None)
        self.learned.pop(path, None)

    def paths(self) -> tuple[str, ...]:
        return tuple(self.learned)

    def target(self, wanted: Wanted) -> Target:
        report = next(report for report in self.reports(wanted.path) if report.qualname == wanted.qualname)
        return Target(
            path=wanted.path,
            relative=Path(wanted.path).name,
            language="python",
            text=wanted.text.source.decode(),
            version=wanted.version,
            span=report.place.span,
            qualname=wanted.qualname,
            findings=tuple(finding for finding in wanted.findings if finding.function == wanted.qualname),
            report=report,
        )

    def check_patched(self, settings: Settings, target: Target, patched: str) -> Checked:
        return Checked(target.report, target.report, target.findings, ())

    def packed(self, source: str, paths: Sequence[str]) -> dict[str, bytes | None]:
        return dict.fromkeys(paths)

    def attach(self, source: str, linked: Any) -> str:
        self.profiles[source] = str(linked)
        return "1 function linked"

    def rewritten(self, path: str, qualname: str) -> None:
        pass

    def unlink(self) -> int:
        count = len(self.profiles)
        self.profiles.clear()
        return count


def session() -> Session:
    return Session(engine=StandIn())


if __name__ == "__main__":
    from lsp_server.serving import serve_stdio

    sys.exit(serve_stdio(session))
