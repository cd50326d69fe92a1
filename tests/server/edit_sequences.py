"""Sequences of random edits: made from a seed, typed into a real session, compared with a fresh analysis, made short.

A sequence is a list of texts, each of one document; what is sent is what tells a text from the one before. So any part of
a sequence is a sequence, too, and one that shows a difference can be tried with less and less of it.
"""

from __future__ import annotations

import asyncio
import random
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from connection import Editor, play

from analyzers import extract, languages, rules
from analyzers.findings import Severity
from lsp_server.engine import Engine
from lsp_server.features import diagnostics
from lsp_server.session import Session
from lsp_server.wire import payload

FOLDER = "/srv/edits/"
CAPABILITIES = {
    "textDocument": {
        "publishDiagnostics": {
            "relatedInformation": True,
            "versionSupport": True,
            "codeDescriptionSupport": True,
            "dataSupport": True,
            "tagSupport": {"valueSet": [1, 2]},
        }
    }
}

PIECES = (
    "x",
    " ",
    "\n",
    "    ",
    "é",
    "😋",
    '"',
    "(",
    ")",
    "[",
    "]",
    ":",
    "\\\n",
    "\r\n",
    "\t",
    "return ",
    "await ",
    "x" * 300,
)
PYTHON = (
    *("#", "'''", "lambda: ", "yield ", "in ", "self.", ".all()", ".append(x)", "        ", "async ", "@property\n"),
    *("for x in xs:\n", "    for y in xs:\n", "    if x in ys:\n", "while xs:\n", "class A:\n", "    total = 1\n"),
    *("def f(xs):\n    return xs\n", "def g(a, b):\n    return a\n", "import x\n", "from a import b\n"),
    *("# bigo: ignore\n", "# bigo: ignore[membership-in-list]\n"),
)  # fmt: skip
SCRIPT = (
    *("{", "}\n", "`", "${", "/*", "*/", "=> ", ";", "async ", "export ", ".push(x)", ".map((x) => x)", "this."),
    *("for (const x of xs) {\n", "  if (ys.includes(x)) {\n", "class A {\n", "  let total = 1\n"),
    *("function g(a, b) { return a }\n", "const y = xs.filter((x) => ys.includes(x))\n"),
    *("import { q } from './q'\n", "// bigo: ignore\n"),
)  # fmt: skip


STATEMENTS = (
    "A = []", "A = B", "A = {}", "A = set(B)", "A = len(B)", "A.append(C)", "A = A + [C]", "A += B", "A = sorted(B)", "n = N",
    "A = [B for B in C]", "A = [B for B in C if B not in A]", "A = C[N:]", "A = B[N]", "A[N] = C", "A.pop(N)", "A = C // n", "n -= 1",
    "A = getattr(B, 'C', None)", "A = B.get(C)", "A = self.found(B)", "print(A, B)", "A = ''", "A = str(B) + A", "del A[0]",
    "for row in A:\n    B.append(row)", "for row in A:\n    if row in B:\n        C.append(row)", "for row in A:\n    for n in B:\n        C = n",
    "for row in A:\n    B = [row]\n    C.extend(B)", "for row in A:\n    if row == C:\n        return row", "for n in range(len(A)):\n    B = A[n]",
    "while n < len(A):\n    B = A[n]\n    n += 1", "while A:\n    B = A.pop()\n    C.append(B)", "while n > 0:\n    n //= 2", "while n != A[n]:\n    n = A[n]",
    "if A:\n    return B", "if A is None:\n    A = C", "if A not in B:\n    B[A] = C", "if A:\n    B = C\nelse:\n    B = A", "if not A:\n    raise ValueError(B)",
    "try:\n    A = B[C]\nexcept KeyError:\n    A = C", "with open(A) as row:\n    B = row.read()", "A.sort(key=B.index)", "global A", "yield A", "A = B = C",
)  # fmt: skip
"""Of a long function: for A, B and C names are put, for N numbers."""


class Step(NamedTuple):
    """A document has a text now; with `waits`, what is said of it then is looked at before anything else is typed."""

    name: str
    text: str
    waits: bool = True


class Difference(NamedTuple):
    """What the session says after some steps, and what a fresh analysis says."""

    steps: tuple[Step, ...]
    what: str
    said: object
    fresh: object


# ------------------------------------------------------------------------------------------------------ making them


def examples(chance: random.Random, language: str) -> str:
    """Some of the rules' own examples, one behind the other."""
    known = [
        example.code
        for rule in rules.all_rules()
        for example in (*rule.bad, *rule.good)
        if (language == "python") == (example.language == "python")
    ]
    return "\n\n".join(chance.sample(known, min(len(known), chance.randrange(2, 6))))


def long_function(chance: random.Random, statements: int = 40) -> str:
    """A function whose statements use a few names again and again, so that what one does is asked of others."""
    names = ("xs", "ys", "out", "seen", "row", "n", "self.rows", "self.kept")

    def filled(text: str) -> str:
        return re.sub(r"\b[ABCN]\b", lambda match: words[match[0]], text)

    body = []
    for _ in range(statements):
        words = {letter: chance.choice(names) for letter in "ABC"} | {"N": str(chance.randrange(4))}
        body.append(textwrap.indent(filled(chance.choice(STATEMENTS)), "    "))
    return "def whole(self, xs: list[str], ys: list[int], n: int):\n" + "\n".join(body) + "\n    return out\n"


def random_steps(chance: random.Random, texts: Mapping[str, str]) -> Iterator[Step]:
    """For ever edits of one of the documents: characters, pieces of code, words and lines; undone at times, and mended."""
    now = dict(texts)
    before: list[Step] = []
    while True:
        name = chance.choice(sorted(texts))
        kind = chance.randrange(20)
        if kind < 3:
            text = texts[name]
        elif kind < 5 and before:
            name, text, _ = before.pop()
        else:
            pieces = (*PYTHON, *STATEMENTS) if name.endswith(".py") else SCRIPT
            near = _alike(now[name], before[-1].text) if before and before[-1].name == name else None
            text = _edited(chance, now[name], pieces, near)
        if text != now[name]:
            before = [*before[-4:], Step(name, now[name])]
            now[name] = text
            yield Step(name, text, waits=chance.random() < 0.8)


def _edited(chance: random.Random, text: str, pieces: Sequence[str], near: int | None) -> str:
    kind = chance.randrange(10)
    if kind < 6:
        start = chance.randrange(len(text) + 1)
        if near is not None and chance.random() < 0.5:  # as people go on where they were
            start = min(max(0, near + chance.randrange(-20, 40)), len(text))
        end = start + chance.choice((0, 0, 0, 0, 1, 5))
        return text[:start] + chance.choice((*PIECES, *pieces)) + text[end:]
    if kind < 8:
        words = list(re.finditer(r"[A-Za-z_]{2,}", text))
        if not words:
            return text
        there, other = chance.choice(words), chance.choice(words)
        return text[: there.start()] + other.group() + text[there.end() :]
    lines = text.split("\n")
    first = chance.randrange(len(lines))
    last = first + chance.choice((1, 1, 2, 6))
    block = lines[first:last]
    kind = chance.randrange(4)
    if kind == 0:
        lines[first:last] = []
    elif kind == 1:
        lines[first:first] = block
    elif kind == 2:
        lines[first:last] = []
        where = chance.randrange(len(lines) + 1)
        lines[where:where] = block
    else:
        lines[first:last] = ["    " + line for line in block]
    return "\n".join(lines)


# ------------------------------------------------------------------------------------------------------ typing them


def difference(texts: Mapping[str, str], steps: Sequence[Step], every: int = 1) -> Difference | None:
    """The first difference that a session shows in which these documents are open and edited; None where there is none.
    It is looked for after every so many steps that wait, and after the last."""
    found: list[Difference] = []

    async def story(editor: Editor) -> None:
        typing = _Typing(editor, texts)
        await typing.opened()
        for number, step in enumerate(steps, 1):
            typing.type(step)
            if not step.waits and number < len(steps):
                await asyncio.sleep(0)
                continue
            if number % every and number < len(steps):
                continue
            if (told := await typing.compared(step.name)) is not None:
                found.append(Difference(tuple(steps[:number]), *told))
                return

    rest, diagnostics.REST = diagnostics.REST, 0.0
    try:
        play(story, CAPABILITIES, session=Session, seconds=24 * 3600)
    finally:
        diagnostics.REST = rest
    return found[0] if found else None


class _Typing:
    """Documents that are open in an editor."""

    def __init__(self, editor: Editor, texts: Mapping[str, str]) -> None:
        self._editor = editor
        self._session = editor.session
        self._texts = dict(texts)
        self._versions = dict.fromkeys(texts, 1)

    async def opened(self) -> None:
        for name, text in self._texts.items():
            self._editor.open(_uri(name), text, _language(name))
        for name in self._texts:
            await self._session.analysed(FOLDER + name)

    def type(self, step: Step) -> None:
        change = change_between(self._texts[step.name], step.text)
        self._texts[step.name] = step.text
        self._versions[step.name] += 1
        self._editor.change(_uri(step.name), self._versions[step.name], change)

    async def compared(self, name: str) -> tuple[str, object, object] | None:
        """What differs between what is said of all documents and what a fresh engine says: its name, and both."""
        engine = fresh_engine(self._texts)
        if len(self._texts) > 1:
            self._session.world_changed()
        for other in sorted(self._texts, key=lambda one: one != name):
            if (told := await self._compared(other, engine)) is not None:
                return told
        return None

    async def _compared(self, name: str, engine: Engine) -> tuple[str, object, object] | None:
        path = FOLDER + name
        told = await document_compared(self._editor, engine, path, name, self._texts[name])
        if told is not None or len(self._texts) > 1:
            return told
        session, document = self._session, self._session.documents[path]
        assert document.analysis is not None
        items = payload.Encoder().items(
            path,
            document.analysis.findings,
            document.text,
            session.client,
            session.text_of,
            session.uri_of(),
            engine.page,
        )
        news = payload.publication(document.uri, self._versions[name], items)
        for _ in range(200):  # what was found is on its way
            if document.published == news:
                return None
            await asyncio.sleep(0.005)
        return f"what is shown of {name}", document.published.decode(), news.decode()


async def document_compared(
    editor: Editor, engine: Engine, path: str, name: str, text: str
) -> tuple[str, object, object] | None:
    """What differs between what a session says of an open document, which should have this text, and what a fresh engine says:
    what it is, and both."""
    session = editor.session
    await session.analysed(path)
    document = session.documents[path]
    if document.analysis is None or document.analysis.state != session.state_of(document):
        return f"the analysis of {name} failed", editor.log(), ""
    if document.text.source != text.encode():
        return f"the text of {name}", document.text.source.decode(), text
    found = engine.analyse(path, document.text, document.language_id, session.settings)
    least = Severity.parse(session.settings.analysis.min_severity)
    findings = tuple(finding for finding in found if finding.severity >= least)
    if document.analysis.findings != findings:
        return f"findings of {name}", document.analysis.findings, findings
    said, reports = await session.reports(path), engine.reports(path)
    return (f"costs of {name}", said, reports) if said != reports else None


def fresh_engine(texts: Mapping[str, str]) -> Engine:
    """An engine that has never seen these documents otherwise."""
    engine = Engine()
    for name, text in texts.items():
        language = languages.for_path(name)
        assert language is not None, name
        engine.learn([(FOLDER + name, extract.facts_of(text.encode(), language))])
    return engine


def _uri(name: str) -> str:
    return f"file://{FOLDER}{name}"


def _language(name: str) -> str:
    return "python" if name.endswith(".py") else "typescript" if name.endswith(".ts") else "javascript"


def change_between(before: str, after: str) -> dict[str, Any]:
    """What an editor sends where the first text has become the second. No position is between the halves of a line's end."""
    start = _alike(before, after)
    while start and "\r" in (before[start - 1], after[start - 1]):
        start -= 1
    room = min(len(before), len(after)) - start
    same = _alike(before[::-1][:room], after[::-1][:room])
    end, last = len(before) - same, len(after) - same
    if before[end : end + 1] == "\n" and "\r" in (before[:end][-1:], after[:last][-1:]):
        end, last = end + 1, last + 1
    return {
        "range": {"start": position(before, start), "end": position(before, end)},
        "text": after[start:last],
    }


def _alike(one: str, other: str) -> int:
    """With how many characters both begin."""
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def position(text: str, at: int) -> dict[str, int]:
    """A line and what an editor counts as its columns."""
    ends = [match.end() for match in re.finditer(r"\r\n|\n|\r", text[:at])]
    line = text[ends[-1] if ends else 0 : at]
    return {"line": len(ends), "character": len(line.encode("utf-16-le")) // 2}


# ------------------------------------------------------------------------------------------------- making them short


def shortest(
    texts: Mapping[str, str],
    steps: Sequence[Step],
    differs: Callable[[Mapping[str, str], Sequence[Step]], bool],
) -> tuple[dict[str, str], list[Step]]:
    """A sequence that still differs though no step, no paragraph and no line can be left out of it."""
    left = dict(texts)
    kept = _fewest(list(steps), lambda some: differs(left, some))
    kept = (
        [step._replace(waits=True) for step in kept]
        if differs(left, [s._replace(waits=True) for s in kept])
        else kept
    )
    for separator in ("\n\n", "\n"):
        for name in sorted(left):
            left, kept = _smaller(name, separator, left, kept, differs)
    return left, _fewest(kept, lambda some: differs(left, some))


def _fewest(steps: list[Step], differs: Callable[[list[Step]], bool]) -> list[Step]:
    """With as many steps left out as possible: halves first, then smaller parts."""
    size = max(1, len(steps) // 2)
    while True:
        at, less = 0, False
        while at < len(steps) and len(steps) > 1:
            some = steps[:at] + steps[at + size :]
            if some and differs(some):
                steps, less = some, True
            else:
                at += size
        if size == 1 and not less:
            return steps
        size = max(1, size // 2)


def _smaller(
    name: str,
    separator: str,
    texts: dict[str, str],
    steps: list[Step],
    differs: Callable[[Mapping[str, str], Sequence[Step]], bool],
) -> tuple[dict[str, str], list[Step]]:
    """Without the parts of one document that are in all of its states and are not needed."""
    for part in dict.fromkeys(texts[name].split(separator)):
        states = [texts[name], *(step.text for step in steps if step.name == name)]
        cut = part + separator
        if not all(state.count(cut) == 1 for state in states):
            continue
        less = {**texts, name: texts[name].replace(cut, "")}
        some = [s._replace(text=s.text.replace(cut, "")) if s.name == name else s for s in steps]
        if differs(less, some):
            texts, steps = less, some
    return texts, steps


def told(texts: Mapping[str, str], found: Difference) -> str:
    """A difference for people: the documents as they were opened, what was typed then, and what is said of it."""
    lines = [f"--- {name}, as it is opened\n{text}" for name, text in texts.items()]
    now = dict(texts)
    for number, step in enumerate(found.steps, 1):
        change = change_between(now[step.name], step.text)
        now[step.name] = step.text
        start, end = change["range"]["start"], change["range"]["end"]
        where = f"{start['line']}:{start['character']} to {end['line']}:{end['character']}"
        beside = "" if step.waits else ", and nobody waits"
        lines.append(f"--- edit {number}: {step.name} {where} becomes {change['text']!r}{beside}")
    lines += (
        f"--- {found.what}: the session says",
        str(found.said),
        "--- a fresh analysis",
        str(found.fresh),
    )
    return "\n".join(lines)


def first_difference(
    texts: Mapping[str, str], steps: Sequence[Step], every: int = 1
) -> tuple[str, Mapping[str, str], Sequence[Step]] | None:
    """The shortest sequence that differs: what it has to say, the documents, and its steps; None where nothing differs."""
    found = difference(texts, steps, every)
    if found is None:
        return None
    small, few = shortest(texts, found.steps, lambda some, left: difference(some, left) is not None)
    last = difference(small, few)
    if last is None:  # what comes and goes is told as it was first seen
        return told(texts, found), texts, found.steps
    return told(small, last), small, few
