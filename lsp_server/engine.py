"""What the server asks of the analyzers: one project, the syntax trees of open documents, linked profiles.

Everything here runs on one thread (`schedule.Lane`) and is used by no other; the session holds the results.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from analyzers.facts import FileFacts
from analyzers.findings import Finding, FunctionReport
from analyzers.text import Text
from lsp_server.analyzer import Hot, Looked, Measured, TextOf, Wanted
from lsp_server.open_documents import Documents
from lsp_server.opened import Opened
from lsp_server.settings_table import Settings
from lsp_server.slack import Outside, report_outside

if TYPE_CHECKING:
    from analyzers.causes import Told
    from analyzers.check import Checking
    from analyzers.profiles import FunctionTime, Linked
    from analyzers.project.kept import Kept
    from lsp_server.briefing.looking import Desk
    from lsp_server.rewrites import Checked, Target


@dataclass(frozen=True, slots=True)
class _Looking:
    known: Opened
    settings: Settings
    checking: Checking


class Engine:
    """The `Analyzer` on the real analyzers."""

    def __init__(self) -> None:
        from analyzers.project.index import Project

        self.project = Project()
        self._roots: tuple[str, ...] = ()
        self.documents = Documents(self.project)
        self._linked: dict[str, Linked] = {}  # profile file -> its link, the latest last
        self._given: dict[str, dict[str, object]] = {}  # the same -> facts it is being linked by
        self._rewritten: set[tuple[str, str]] = set()  # since the newest profile
        self._outside: dict[str, Outside] = {}
        self._told: dict[str, Told] = {}  # the same
        self._steps: dict[str, dict[str, int]] = {}  # of an open document: what its functions took
        self._looking: _Looking | None = None  # what `look` has not finished

    def set_roots(self, roots: tuple[str, ...]) -> None:
        self._roots = roots

    # -- documents

    def analyse(self, path: str, text: Text, language_id: str, settings: Settings) -> tuple[Finding, ...]:
        """All findings of an open document."""
        return self.look(path, text, language_id, settings).findings

    def look(
        self, path: str, text: Text, language_id: str, settings: Settings, seconds: float = inf
    ) -> Looked:
        from analyzers import causes, check
        from lsp_server.briefing.targets import check_options

        began = monotonic()  # a thread's own time is a call of the system, which some machines take long for
        self.project.set_roots(self._roots)
        known = self.documents.update(path, text, language_id)
        if known is None:
            return Looked(())
        before, self._looking = self._looking, None
        if before is not None and before.known is known and before.settings is settings:
            checking = before.checking
        else:
            is_new = path not in self._outside
            checking = check.Checking(
                self.project,
                path,
                known.roomy.seen,
                check_options(settings),
                told=self._told.setdefault(path, causes.Told()),
                smallest_first=is_new and seconds < inf,
            )
        with check.summaries_of(self.project).resuming.looking_at(path):
            whole = checking.go_on(lambda: monotonic() - began > seconds)
        self._steps.setdefault(path, {}).update(checking.steps)
        if whole:
            self.project.memo.connect()  # now, rather than at the next keystroke
        else:
            self._looking = _Looking(known, settings, checking)
        outside = self._outside.setdefault(path, Outside())
        findings = outside.of(path, checking.found(), self.documents.roomy_texts)
        return Looked(self._with_profile(path, findings), whole)

    def take(self, path: str, text: Text, of: bytes, packed: bytes) -> None:
        from analyzers.project.kept import Kept

        self.documents.give(path, text.source, of, Kept(packed))

    def ready(self, path: str, text: Text) -> bool:
        return self.documents.ready(path, text)

    def heaviest(self, path: str) -> int:
        return max(self._steps.get(path, {}).values(), default=0)

    def rehearse(self, path: str) -> None:
        from analyzers import operations
        from analyzers.conventions.tables import frameworks
        from analyzers.orm.tables import tables

        known, outline = self.documents.grows(path), self.project.outline(path)
        if known is None or outline is None:
            return
        # Tables, read for whichever function needs them first.
        operations.operations(known.language.name)
        tables()
        frameworks()
        outline.prepare()
        self.project.prepare_survey(path)
        plain = known.roomy.plain
        middle = plain.find(b"\n", len(plain) // 2) + 1
        self.documents.ready(path, Text(plain[:middle] + b"\n" + plain[middle:]))
        self.documents.forget_ahead()

    def reports(self, path: str) -> tuple[FunctionReport, ...]:
        from analyzers import check

        if self.project.facts(path) is None:
            return ()
        texts = self.documents.roomy_texts
        return tuple(report_outside(report, texts) for report in check.complexity(self.project, path))

    def page(self, rule: str) -> str:
        from analyzers import rules

        found = rules.get(rule)
        return found.href if found is not None else ""

    def facts(self, path: str) -> FileFacts | None:
        return self.documents.facts_outside(path) or self.project.facts(path)

    def target(self, wanted: Wanted) -> Target:
        from lsp_server.briefing import targets

        self.documents.settle()
        facts = self.project.facts(wanted.path)
        if facts is None:
            raise targets.NoTarget(f"{wanted.path} is not part of the project")
        return targets.target_for(
            self.project,
            wanted.path,
            wanted.text,
            targets.function_named(facts, wanted.qualname),
            root=wanted.root,
            text_of=wanted.text_of,
            findings=wanted.findings,
            linked=next(iter(self._newest()), None),
            guidelines=wanted.settings.rewrite.guidelines,
            version=wanted.version,
        )

    def check_patched(
        self, settings: Settings, target: Target, patched: str, others: Mapping[str, tuple[str, str]] = {}
    ) -> Checked:
        from lsp_server.briefing import recheck
        from lsp_server.briefing.targets import check_options

        self.documents.settle()
        # Nobody else sees the project meanwhile: this thread is the only one that has it.
        return recheck.checked(self.project, check_options(settings), target, patched, others)

    def desk(self, root: str, text_of: TextOf, settings: Settings) -> Desk:
        from lsp_server.briefing.looking import Desk

        self.documents.settle()
        linked = next(reversed(self._linked.values()), None)
        return Desk(self.project, root, text_of, settings, linked)

    def learn(self, files: Iterable[tuple[str, FileFacts | Kept]]) -> None:
        for path, facts in files:
            if path not in self.documents:
                self.project.update(path, facts)
                self._refresh_profiles(path)

    def put_back(self, path: str, source: bytes, facts: Kept) -> bool:
        known, before = self.documents.get(path), self.project.version
        is_same = known is not None and known.roomy.plain == source
        held = self.project.facts(path)
        only_moved = is_same and held is not None and held.language == "python" and not held.has_error
        self._close(path)
        self.project.update(path, facts, only_moved=only_moved)
        self._refresh_profiles(path)
        return self.project.version != before and not is_same

    def forget(self, path: str) -> None:
        self._close(path)
        self.project.remove(path)
        self._refresh_profiles(path)

    def _close(self, path: str) -> None:
        self.documents.close(path)
        self._outside.pop(path, None)
        self._told.pop(path, None)
        self._steps.pop(path, None)

    def paths(self) -> tuple[str, ...]:
        return tuple(self.project.paths())

    # -- profiles

    def packed(self, source: str, paths: Sequence[str]) -> dict[str, bytes | None]:
        from analyzers.project import kept

        given = self._given.setdefault(source, {})
        found: dict[str, bytes | None] = {}
        for path in paths:
            given[path] = self.project.files.held(path)
            facts = self.facts(path)  # by the lines of the text as it is
            found[path] = kept.pack(facts) if facts is not None else None
        return found

    def attach(self, source: str, linked: Linked) -> str:
        given = self._given.pop(source, {})
        self._linked.pop(source, None)
        self._linked[source] = linked
        self._rewritten.clear()
        for path in linked.keys:
            # Not saved yet, or edited while it was linked.
            if path in self.documents or self.project.files.held(path) is not given.get(path):
                self._refresh_profiles(path)
        own = sum(1 for function in linked.functions if function.path and function.link != "gone")
        return f"{Path(source).name} ({linked.profile.producer}): {own} {'function' if own == 1 else 'functions'} of this workspace linked"

    def unlink(self) -> int:
        count = len(self._linked)
        self._linked.clear()
        return count

    def measured(self, path: str) -> dict[str, Measured]:
        from analyzers import profiles
        from analyzers.profiles.apply import HOT_SELF, HOT_TOTAL

        found: dict[str, Measured] = {}
        for linked in self._newest():
            for time in linked.in_file(path):
                hot = time.total_share >= HOT_TOTAL or time.self_share >= HOT_SELF
                said = Measured(profiles.summary(time), profiles.hover(time), hot)
                if (path, time.qualname) in self._rewritten and time.link != "gone":
                    again = f"{profiles.percent(time.total_share)} before the rewrite: profile again"
                    said = Measured(again, again, False)
                before = found.get(time.qualname)
                if before is not None:  # the time of one profile, the queries of another
                    both = (f"{before.summary} · {said.summary}", f"{before.hover} {said.hover}")
                    said = Measured(*both, before.hot or said.hot)
                found[time.qualname] = said
        return found

    def hottest(self, most: int) -> tuple[Hot, ...]:
        from analyzers import profiles

        if not self._linked:
            return ()
        linked = self._newest()[0]
        hot = [time for time in linked.functions if time.link != "gone" and time.qualname != "<module>"]
        hot.sort(key=lambda time: (-time.self_share, -time.total_share, time.path, time.line))
        paths = dict.fromkeys(time.path for time in hot[:most])
        reports = {path: {report.qualname: report for report in self.reports(path)} for path in paths}

        def hottest(time: FunctionTime) -> Hot:
            report = reports[time.path].get(time.qualname)
            return Hot(
                time.path,
                max(0, time.line - 1),
                time.qualname,
                time.self_share,
                time.total_share,
                profiles.summary(time),
                report.time if report is not None else "",
                report.place.span.start if report is not None else None,
            )

        return tuple(map(hottest, hot[:most]))

    def _newest(self) -> list[Linked]:
        """The newest profile of times and the newest record of queries; several of one kind are never mixed."""
        newest: dict[bool, Linked] = {}
        for linked in self._linked.values():
            newest[linked.profile.kind == "queries"] = linked
        return [newest[kind] for kind in sorted(newest)]

    def rewritten(self, path: str, qualname: str) -> None:
        if self._linked:
            self._rewritten.add((path, qualname))

    def _with_profile(self, path: str, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        if not self._linked:
            return findings
        from analyzers import profiles

        self._refresh_profiles(path)
        for linked in self._newest():
            findings = tuple(profiles.apply(findings, linked))
        return findings

    def _refresh_profiles(self, path: str) -> None:
        """Tell the profiles what the functions of a file are now."""
        if self._linked:
            from analyzers import profiles

            for source, linked in self._linked.items():
                self._linked[source] = profiles.refresh(linked, path, self.project.facts(path))
