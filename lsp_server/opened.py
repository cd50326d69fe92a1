"""Open documents as the engine has them: what each was read as, and what an edit makes of it.

A document is a text with room in it (`slack`) and a `Reading`: how the facts of that text came to be known, which says what
the next edit may go by. Nothing here knows the project.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import thread_time
from typing import TYPE_CHECKING, Any, TypeAlias

from analyzers.facts import FileFacts
from analyzers.text import Span, Text
from lsp_server.rebase import changed_since, steps
from lsp_server.slack import Roomy, gaps_in

if TYPE_CHECKING:
    from analyzers.extract import Memo
    from analyzers.languages import Language
    from analyzers.project.kept import Kept
    from analyzers.project.survey import Survey
    from analyzers.syntax import Mark

PARSE_SECONDS = 5.0
"""Of processor time. Hostile text takes a hundred times as long as code; 100,000 lines of code take one second."""

HURRY = 0.015
"""Seconds of processor time to parse an edit in. What takes longer is broken: a quote that is open, for example."""

STEPS = 8
"""Edits by which a text that is opened is made from the one on disk. What takes more is parsed."""


# ------------------------------------------------------------------------------------------ how the facts came to be known


@dataclass(frozen=True, slots=True)
class AsWritten:
    """A template, which no grammar reads, or a text without room for those who slice it: an edit reads it as a new one."""


@dataclass(slots=True)
class Parsed:
    """The whole text was parsed: its facts are in the document's tree until they are asked for."""

    facts: FileFacts | None = None


@dataclass(frozen=True, slots=True)
class Spliced:
    """Of an edit the function that it is in was parsed alone; the document's tree was told of the edit and not parsed."""

    facts: FileFacts


@dataclass(frozen=True, slots=True)
class Unsaid:
    """Of an edit nothing was parsed: it is one of blanks and comments, of which facts say nothing."""

    facts: FileFacts


@dataclass(frozen=True, slots=True)
class Broken:
    """The text has errors: its facts are those of the editor's text, parsed without room and without an earlier tree."""

    facts: FileFacts


@dataclass(frozen=True, slots=True)
class Taken:
    """The facts of this text were on disk. Its tree is made when it is needed."""

    facts: FileFacts
    survey: Survey
    text: bytes  # what they are of, with room
    only_moved: bool  # the project has them, in places of the text on disk


@dataclass(frozen=True, slots=True)
class Brought:
    """The facts of another text were on disk, and this one was made of that by edits. Its tree is made when it is needed."""

    facts: FileFacts
    survey: Survey | None
    of: Taken


Reading: TypeAlias = AsWritten | Parsed | Spliced | Unsaid | Broken | Taken | Brought


# ------------------------------------------------------------------------------------------------------------ a document


@dataclass(slots=True)
class Opened:
    roomy: Roomy  # its text, and the one that the project knows it by
    language: Language
    reading: Reading
    tree: Any = None  # None of what is as written, and of what was taken or brought until it `grows`
    mark: Mark | None = None  # where it was last edited
    sound: Opened | None = None  # of a text with an error: what it was before, in Python

    def facts(self, memo: Memo) -> FileFacts | None:
        """The facts of the text with room in it; None for one that is as written."""
        from analyzers import extract

        reading = self.reading
        if isinstance(reading, AsWritten):
            return None
        if not isinstance(reading, Parsed):
            return reading.facts
        if reading.facts is None:
            reading.facts = extract.extract(self.tree, self.roomy.text, self.language, memo)
        return reading.facts

    @property
    def is_unsound(self) -> bool:
        """Whether the whole text was just parsed, and has errors."""
        reading = self.reading
        return isinstance(reading, Parsed) and reading.facts is None and bool(self.tree.root_node.has_error)

    def apart(self) -> Opened:
        """The same, to be edited without this one."""
        tree = self.tree.copy() if self.tree is not None else None
        return replace(self, roomy=self.roomy.copy(), tree=tree)

    def grows(self, memo: Memo) -> bool:
        """Whether there is a tree to edit: of a text whose facts were on disk it is made now."""
        from analyzers import extract

        if self.tree is None and isinstance(self.reading, Taken | Brought):
            self.tree = parsed(self.roomy.text, self.language)
            memo.give(self.reading.facts)
            extract.extract(self.tree, self.roomy.text, self.language, memo)
            memo.given = {}
        return self.tree is not None

    def as_sound(self, memo: Memo) -> Opened | None:
        """What is to be kept of it while it has an error: it as it is, or as it last was without one; None in languages that
        are parsed as a whole."""
        facts = self.facts(memo)
        if self.sound is not None or self.language.name != "python" or facts is None or facts.has_error:
            return self.sound
        return self.apart()

    def mended(self, text: Text, memo: Memo) -> Opened | None:
        """A document with an error as it is now, made of what it was before: where no more than one function differs from
        that. Raises `splice.Broken` where that function has an error."""
        if self.sound is None:
            return None
        sound = self.sound.apart()
        sound.roomy.unsettle()
        return sound if sound.roomy.plain == text.source else sound.edited_alone(text, memo, hurried=True)

    # -- edits: what is edited becomes what is given back, and is to be used no more

    def edited(self, text: Text, memo: Memo, *, hurried: bool = False) -> Opened | None:
        """It with a new text; None where the room in it does not suffice. Only the function that is edited is parsed where
        that is enough. With `hurried` a break is a `splice.Broken`, and what takes longer than `HURRY` a TimeoutError."""
        edit = self._edit(text, memo)
        if edit is None:
            return None
        reading = edit.spliced(memo, hurried=hurried)
        if reading is None and self.tree is not None:
            return self._parsed_again(edit, memo, hurried=hurried)
        return self._read_as(reading or edit.unsaid(), edit)

    def edited_alone(self, text: Text, memo: Memo, *, hurried: bool = False) -> Opened | None:
        """The same; None, too, where it takes more than parsing one function."""
        edit = self._edit(text, memo)
        if edit is None:
            return None
        return self._read_as(edit.spliced(memo, hurried=hurried) or edit.unsaid(), edit)

    def _edit(self, text: Text, memo: Memo) -> _Edit | None:
        """Change the text and tell the tree; None where there is not room enough."""
        from analyzers import syntax

        before, facts = self.roomy.text, self.facts(memo)
        changed = self.roomy.edited(text.source, *changed_since(text, self.roomy.plain))
        if changed is None:
            return None
        gone, come = changed
        mark = None
        if self.tree is not None:
            edit = (gone.start, gone.end, come.end, before, self.roomy.text, self.mark or syntax.START)
            mark = syntax.edit_tree(self.tree, *edit)
        return _Edit(before, self.roomy.text, gone if gone == come else None, self.language, facts, mark)

    def _read_as(self, reading: Spliced | Unsaid | None, edit: _Edit) -> Opened | None:
        return (
            Opened(self.roomy, self.language, reading, self.tree, edit.mark) if reading is not None else None
        )

    def _parsed_again(self, edit: _Edit, memo: Memo, *, hurried: bool) -> Opened:
        tree = parsed(self.roomy.text, self.language, self.tree, HURRY if hurried else PARSE_SECONDS)
        now = Opened(self.roomy, self.language, Parsed(), tree, edit.mark)
        if now.is_unsound and not hurried:
            now.reading = Broken(_of_broken(self.roomy, self.language, memo))
        return now


@dataclass(frozen=True, slots=True)
class _Edit:
    """A text with room in it, before and after."""

    before: bytes
    after: bytes
    part: (
        Span | None
    )  # of both, where they differ; None where no room made up for it, so that all behind it moved
    language: Language
    facts: FileFacts | None  # of the text before
    mark: Mark | None

    def spliced(self, memo: Memo, *, hurried: bool) -> Spliced | None:
        """Where it is an edit of one function, which has no error now."""
        from analyzers import splice

        if self.facts is None or self.part is None:
            return None
        texts = (self.before, self.after, self.part)
        try:
            facts = splice.spliced(self.facts, *texts, self.language, memo, HURRY, thread_time)
        except splice.Broken:
            if hurried:
                raise
            return None
        return Spliced(facts) if facts is not None else None

    def unsaid(self) -> Unsaid | None:
        """Where it is an edit of blanks and comments of the top level."""
        from analyzers import splice

        if self.facts is None or self.part is None:
            return None
        same = splice.says_as_before(self.facts, self.before, self.after, self.part)
        return Unsaid(self.facts) if same else None


# --------------------------------------------------------------------------------------------------- what makes one


def laid_out(source: bytes, language: Language) -> Opened:
    """A document that is new, or that has no room left, with room in it."""
    from analyzers import syntax

    roomy = Roomy(source, gaps_in(source, language.name))
    tree = parsed(roomy.text, language)
    bad = syntax.inside_strings(tree, roomy.gaps)
    if bad:
        roomy = roomy.without(bad)
        tree = parsed(roomy.text, language)
    return Opened(roomy, language, Parsed(), tree)


def taken(text: bytes, kept: Kept, language: Language, *, only_moved: bool) -> Opened | None:
    """A document with the text of these facts, which are spread over the room in it. None where they had an error, or are of
    another language than Python."""
    from analyzers import spread

    facts = kept.facts() if language.name == "python" else None
    if facts is None or facts.has_error or facts.language != language.name:
        return None
    roomy = Roomy(text, spread.gaps_of(facts, text))
    facts = spread.spread(facts, text, roomy.rooms)
    return Opened(roomy, language, Taken(facts, kept.survey(), roomy.text, only_moved))


def brought(known: Opened, of: Taken, source: bytes, memo: Memo) -> Opened | None:
    """A document that was just taken, edited until it has another text; None where it takes more than edits of a few
    functions."""
    from analyzers.project.survey import survey_after

    now = known
    for step in steps(known.roomy.plain, source, [at for at, _ in known.roomy.rooms], STEPS) or ():
        edited = now.edited_alone(Text(step), memo)
        if edited is None:
            return None
        now = edited
    facts = now.facts(memo)
    if now is known or facts is None:
        return None
    return Opened(now.roomy, now.language, Brought(facts, survey_after(of.survey, of.facts, facts), of))


def parsed(source: bytes, language: Language, old: Any = None, seconds: float = PARSE_SECONDS) -> Any:
    """The tree of a text. TimeoutError where that takes too long, by processor time: a busy machine is no reason."""
    from analyzers import syntax

    tree = syntax.parse_within(source, language, seconds, old, thread_time)
    if tree is None:
        raise TimeoutError(f"parsing took longer than {seconds:g} s")
    return tree


def _of_broken(roomy: Roomy, language: Language, memo: Memo) -> FileFacts:
    """The facts of a text with errors. What a parser makes of these depends on the tree that it had before, and on how
    much room is in what it leaves out: it is given the editor's text, and no tree."""
    from analyzers import extract, syntax

    tree = parsed(roomy.plain, language)
    syntax.make_room(tree, roomy.rooms)
    return extract.extract(tree, roomy.text, language, memo)
