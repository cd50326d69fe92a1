"""What the server asks of the analyzers: one project, the syntax trees of open documents, linked profiles.

Everything here runs on one thread (`schedule.Lane`) and is used by no other; the session holds the results.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from time import monotonic, thread_time
from typing import TYPE_CHECKING, Any, NamedTuple

from analyzers.facts import FileFacts
from analyzers.findings import Finding, FunctionReport
from analyzers.text import Text
from lsp_server.analyzer import Hot, Looked, Measured, TextOf
from lsp_server.rebase import changed_part, steps
from lsp_server.settings_table import Settings
from lsp_server.slack import Outside, Roomy, gaps_in, report_outside

if TYPE_CHECKING:
    from analyzers.check import Checking
    from analyzers.languages import Language
    from analyzers.profiles import FunctionTime, Linked
    from analyzers.project.kept import Kept
    from analyzers.project.survey import Survey
    from analyzers.syntax import Mark
    from lsp_server.briefing.looking import Desk
    from lsp_server.rewrites import Checked, Target

PARSE_SECONDS = 5.0
"""Of processor time. Hostile text takes a hundred times as long as code; 100,000 lines of code take one second."""

HURRY = 0.015
"""Seconds of processor time to parse an edit in. What takes longer is broken: a quote that is open, for example."""

STEPS = 8
"""Edits by which a text that is opened is made from the one on disk. What takes more is parsed."""

BROKEN = 50_000
"""Bytes of a text that is looked at as a whole for each edit while it has an error; a longer one waits until typing rests."""

TURN = 64
"""Edits after which what was said of code that is gone is let go of."""


@dataclass(slots=True)
class _Open:
    roomy: Roomy  # its text, and the one that the project knows it by
    tree: Any  # None for a template, which no grammar reads, and until `_grow`; told of edits that needed no parse of it
    language: Language
    facts: FileFacts | None = None  # where they are known without looking at the tree
    mark: Mark | None = None  # where it was last edited
    survey: Survey | None = None  # what came with facts that were taken
    only_moved: bool = False  # these are what the project knows of it, in places of this text
    sound: _Open | None = None  # of a text with an error: what it was before, in Python

    def apart(self) -> _Open:
        """The same, to be edited without this one."""
        return replace(
            self, roomy=self.roomy.copy(), tree=self.tree.copy() if self.tree is not None else None
        )


class _Taken(NamedTuple):
    """A text that is not open yet, and the facts of that or of another one."""

    path: str
    text: bytes
    of: bytes
    facts: Kept


@dataclass(frozen=True, slots=True)
class _Looking:
    known: _Open
    settings: Settings
    checking: Checking


class Engine:
    """The `Analyzer` on the real analyzers."""

    def __init__(self) -> None:
        from analyzers.extract import Memo
        from analyzers.project.index import Project

        self.project = Project()
        self._roots: tuple[str, ...] = ()
        self._memo = Memo()
        self._open: dict[str, _Open] = {}
        self._ahead: dict[str, _Open] = {}  # parsed, and not analysed yet
        self._linked: dict[str, Linked] = {}  # profile file -> its link, the latest last
        self._given: dict[str, dict[str, object]] = {}  # the same -> facts it is being linked by
        self._rewritten: set[tuple[str, str]] = set()  # since the newest profile
        self._edits = 0
        self._outside: dict[str, Outside] = {}
        self._steps: dict[str, dict[str, int]] = {}  # of an open document: what its functions took
        self._looking: _Looking | None = None  # what `look` has not finished
        self._taken: _Taken | None = None

    def set_roots(self, roots: tuple[str, ...]) -> None:
        self._roots = roots

    # -- documents

    def analyse(self, path: str, text: Text, language_id: str, settings: Settings) -> tuple[Finding, ...]:
        """All findings of an open document."""
        return self.look(path, text, language_id, settings).findings

    def look(
        self, path: str, text: Text, language_id: str, settings: Settings, seconds: float = inf
    ) -> Looked:
        from analyzers import check
        from lsp_server.briefing.targets import check_options

        began = monotonic()  # a thread's own time is a call of the system, which some machines take long for
        self.project.set_roots(self._roots)
        if not self._update(path, text.source, language_id):
            return Looked(())
        known = self._open[path]
        before, self._looking = self._looking, None
        if before is not None and before.known is known and before.settings is settings:
            checking = before.checking
        else:
            seen = Text(known.roomy.text)
            is_new = path not in self._outside
            checking = check.Checking(
                self.project, path, seen, check_options(settings), smallest_first=is_new and seconds < inf
            )
        with check.summaries_of(self.project).resuming.looking_at(path):
            whole = checking.go_on(lambda: monotonic() - began > seconds)
        self._steps.setdefault(path, {}).update(checking.steps)
        if whole:
            self.project.memo.connect()  # now, rather than at the next keystroke
        else:
            self._looking = _Looking(known, settings, checking)
        outside = self._outside.setdefault(path, Outside())
        findings = outside.of(path, checking.found(), self._texts())
        return Looked(self._with_profile(path, findings), whole)

    def take(self, path: str, text: Text, of: bytes, packed: bytes) -> None:
        from analyzers.project.kept import Kept

        if path not in self._open:
            self._taken = _Taken(path, text.source, of, Kept(packed))

    def ready(self, path: str, text: Text) -> bool:
        from analyzers import splice

        known = self._open.get(path)
        self._ahead.clear()
        if known is None or known.roomy.plain == text.source:
            return True
        try:
            if not self._grow(known):
                return True
            now = self._mended(path, known, text.source)
            now = now or self._edited(path, known.apart(), text.source, HURRY)
        except splice.Broken:
            return known.sound is not None and len(text.source) <= BROKEN
        except TimeoutError:
            return False
        if now is None:
            return True
        if now.facts is None and now.tree.root_node.has_error:
            # What it will be looked at by is another tree: see `_of_broken`.
            return bool(known.tree.root_node.has_error) and len(text.source) <= BROKEN
        self._ahead[path] = now
        return True

    def heaviest(self, path: str) -> int:
        return max(self._steps.get(path, {}).values(), default=0)

    def rehearse(self, path: str) -> None:
        from analyzers import operations
        from analyzers.conventions.tables import frameworks
        from analyzers.orm.tables import tables

        known, outline = self._open.get(path), self.project.outline(path)
        if known is None or outline is None or not self._grow(known):
            return
        # Tables, read for whichever function needs them first.
        operations.operations(known.language.name)
        tables()
        frameworks()
        outline.prepare()
        self.project.prepare_survey(path)
        plain = known.roomy.plain
        middle = plain.find(b"\n", len(plain) // 2) + 1
        self.ready(path, Text(plain[:middle] + b"\n" + plain[middle:]))
        self._ahead.clear()

    def _texts(self) -> dict[str, Roomy]:
        """The open documents in which positions are other ones inside the project than outside."""
        return {path: known.roomy for path, known in self._open.items() if known.roomy.gaps}

    def _settle(self) -> None:
        """Let the project know every open document as it stands in the editor, for those who slice its text."""
        from analyzers import extract

        for path in self._texts():
            known = self._open.pop(path)
            self.project.update(path, extract.facts_of(known.roomy.plain, known.language))
            self._open[path] = _Open(Roomy(known.roomy.plain), None, known.language)

    def _update(self, path: str, source: bytes, language_id: str) -> bool:
        """Bring the project to `source`; False for a language nobody reads."""
        from analyzers import extract, languages
        from analyzers.evaluate import remembered

        language = languages.for_id(language_id) or languages.for_path(path)
        if language is None:
            return False
        known = self._open.get(path)
        if known is not None and known.roomy.plain == source:
            return True
        if language is languages.TEMPLATE:
            self._open[path] = _Open(Roomy(source), None, language)
            self.project.update(path, extract.facts_of(source, language))
            return True
        self._edits += 1
        if self._edits % TURN == 0:
            remembered.turn()
        self._open.pop(path, None)  # should the parse fail, the tree is no longer that of its source
        now, sound = self._ahead.pop(path, None), None
        if (now is None or now.roomy.plain != source) and known is not None and self._grow(known):
            sound = self._sound(path, known)
            now = self._edited(path, known, source)
        elif now is not None and now.roomy.plain != source:
            now = None
        now = now or self._laid_out_before(path, source, language) or self._laid_out(source, language)
        self._open[path] = now
        facts = now.facts or extract.extract(now.tree, now.roomy.text, language, self._memo)
        if facts.has_error:
            now.sound = sound
        text = now.roomy.text
        self.project.update(path, facts, now.survey, text=text, only_moved=now.only_moved)
        return True

    def _sound(self, path: str, known: _Open) -> _Open | None:
        """A document as it last was without an error, to be kept while it has one; None in languages that are parsed as a whole."""
        facts = known.facts or self.project.facts(path)
        if known.sound is not None or known.language.name != "python" or facts is None or facts.has_error:
            return known.sound
        return replace(known.apart(), facts=facts)

    def _mended(self, path: str, known: _Open, source: bytes) -> _Open | None:
        """A document with an error as it is now, made of what it was before: where no more than one function differs from that.
        Raises `Broken` where that function has an error."""
        if known.sound is None:
            return None
        sound = known.sound.apart()
        sound.roomy.stands = 0  # what was found meanwhile was moved out by another text
        return sound if sound.roomy.plain == source else self._edited(path, sound, source, HURRY, alone=True)

    def _edited(
        self, path: str, known: _Open, source: bytes, hurry: float = 0, *, alone: bool = False
    ) -> _Open | None:
        """An open document with a new text; None where the room in it does not suffice. Only the function that is
        edited is parsed, where that is enough; where it is not, None if it is to be parsed `alone`. With `hurry`, seconds of
        processor time, a break is an exception."""
        from analyzers import splice, syntax

        before = known.roomy.text
        changed = known.roomy.edited(source, *changed_part(known.roomy.plain, source))
        if changed is None:
            return None
        gone, come = changed
        edit = (gone.start, gone.end, come.end, before, known.roomy.text, known.mark or syntax.START)
        mark = syntax.edit_tree(known.tree, *edit) if known.tree is not None else None
        held = known.facts or self.project.facts(path)
        if held is not None and gone == come:
            try:
                facts = splice.spliced(
                    held, before, known.roomy.text, gone, known.language, self._memo, HURRY, thread_time
                )
            except splice.Broken:
                if hurry:
                    raise
                facts = None
            if facts is not None:
                return _Open(known.roomy, known.tree, known.language, facts, mark)
        if known.tree is None or alone:
            same = (
                held is not None
                and gone == come
                and splice.says_as_before(held, before, known.roomy.text, gone)
            )
            return _Open(known.roomy, known.tree, known.language, held, mark) if same else None
        tree = _parsed(known.roomy.text, known.language, known.tree, hurry)
        broken = tree.root_node.has_error and not hurry
        return _Open(known.roomy, tree, known.language, self._of_broken(known) if broken else None, mark=mark)

    def _of_broken(self, known: _Open) -> FileFacts:
        """The facts of a text with errors. What a parser makes of these depends on the tree that it had before, and on how
        much room is in what it leaves out: it is given the editor's text, and no tree."""
        from analyzers import extract, syntax

        tree = _parsed(known.roomy.plain, known.language)
        syntax.make_room(tree, known.roomy.rooms)
        return extract.extract(tree, known.roomy.text, known.language, self._memo)

    def _laid_out(self, source: bytes, language: Language) -> _Open:
        """A document that is new, or that has no room left, with room in it."""
        from analyzers import syntax

        roomy = Roomy(source, gaps_in(source, language.name))
        tree = _parsed(roomy.text, language)
        bad = syntax.inside_strings(tree, roomy.gaps)
        if bad:
            roomy = roomy.without(bad)
            tree = _parsed(roomy.text, language)
        return _Open(roomy, tree, language)

    def _laid_out_before(self, path: str, source: bytes, language: Language) -> _Open | None:
        """The same where its facts are known, or those of a text that it was edited from: they are spread over the room, and
        the text is not parsed."""
        from analyzers import spread

        taken, self._taken = self._taken, None
        if taken is None or taken[:2] != (path, source) or language.name != "python":
            return None
        facts = taken.facts.facts()
        if facts.has_error or facts.language != language.name:
            return None
        roomy = Roomy(taken.of, spread.gaps_of(facts, taken.of))
        facts = spread.spread(facts, taken.of, roomy.rooms)
        only_moved = self.project.files.held(path) == taken.facts
        known = _Open(roomy, None, language, facts, survey=taken.facts.survey(), only_moved=only_moved)
        return known if taken.of == source else self._brought_to(path, known, source)

    def _brought_to(self, path: str, known: _Open, source: bytes) -> _Open | None:
        """A text that is not open yet, edited until it is the one to be opened; None where it takes more than edits of a few
        functions."""
        from analyzers.project.survey import survey_after

        texts = steps(known.roomy.plain, source, [at for at, _ in known.roomy.rooms], STEPS)
        text, now = known.roomy.text, known
        for step in texts or ():
            edited = self._edited(path, now, step)
            if edited is None:
                return None
            now = edited
        if now is known or now.facts is None or known.facts is None or known.survey is None:
            return None
        if known.only_moved:
            self.project.update(path, known.facts, known.survey, text=text, only_moved=True)
        survey = survey_after(known.survey, known.facts, now.facts)
        return _Open(now.roomy, None, known.language, now.facts, survey=survey)

    def _grow(self, known: _Open) -> bool:
        """Whether there is a tree to edit: of a text whose facts were taken it is made now."""
        from analyzers import extract

        if known.tree is None and known.facts is not None:
            known.tree = _parsed(known.roomy.text, known.language)
            self._memo.give(known.facts)
            extract.extract(known.tree, known.roomy.text, known.language, self._memo)
            self._memo.given = {}
        return known.tree is not None

    def reports(self, path: str) -> tuple[FunctionReport, ...]:
        from analyzers import check

        if self.project.facts(path) is None:
            return ()
        texts = self._texts()
        return tuple(report_outside(report, texts) for report in check.complexity(self.project, path))

    def page(self, rule: str) -> str:
        from analyzers import rules

        found = rules.get(rule)
        return found.href if found is not None else ""

    def facts(self, path: str) -> FileFacts | None:
        from analyzers import extract

        known = self._texts().get(path)
        if known is not None:
            return extract.facts_of(known.plain, self._open[path].language)
        return self.project.facts(path)

    def target(
        self,
        path: str,
        text: Text,
        qualname: str,
        root: str,
        text_of: TextOf,
        findings: Sequence[Finding],
        settings: Settings,
        version: int | None,
    ) -> Target:
        from lsp_server.briefing import targets

        self._settle()
        facts = self.project.facts(path)
        if facts is None:
            raise targets.NoTarget(f"{path} is not part of the project")
        return targets.target_for(
            self.project,
            path,
            text,
            targets.function_named(facts, qualname),
            root=root,
            text_of=text_of,
            findings=findings,
            linked=next(iter(self._newest()), None),
            guidelines=settings.rewrite.guidelines,
            version=version,
        )

    def check_patched(
        self, settings: Settings, target: Target, patched: str, others: Mapping[str, tuple[str, str]] = {}
    ) -> Checked:
        from lsp_server.briefing import recheck
        from lsp_server.briefing.targets import check_options

        self._settle()
        # Nobody else sees the project meanwhile: this thread is the only one that has it.
        return recheck.checked(self.project, check_options(settings), target, patched, others)

    def desk(self, root: str, text_of: TextOf, settings: Settings) -> Desk:
        from lsp_server.briefing.looking import Desk

        self._settle()
        linked = next(reversed(self._linked.values()), None)
        return Desk(self.project, root, text_of, settings, linked)

    def learn(self, files: Iterable[tuple[str, FileFacts | Kept]]) -> None:
        for path, facts in files:
            if path not in self._open:
                self.project.update(path, facts)
                self._refresh_profiles(path)

    def put_back(self, path: str, source: bytes, facts: Kept) -> bool:
        known, before = self._open.get(path), self.project.version
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
        self._open.pop(path, None)
        self._outside.pop(path, None)
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
            if path in self._open or self.project.files.held(path) is not given.get(path):
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


def _parsed(source: bytes, language: Language, old: Any = None, hurry: float = 0) -> Any:
    """The tree of a text. TimeoutError where that takes too long, by processor time: a busy machine is no reason."""
    from analyzers import syntax

    seconds = hurry or PARSE_SECONDS
    tree = syntax.parse_within(source, language, seconds, old, thread_time)
    if tree is None:
        raise TimeoutError(f"parsing took longer than {seconds:g} s")
    return tree
