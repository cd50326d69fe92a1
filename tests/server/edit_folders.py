"""Random stories of a folder: files open in an editor, others on disk, edited as people do it and changed from outside.

Whole functions are pasted, moved and deleted, methods renamed wherever they are named, changes undone and done again, errors held
while typing goes on elsewhere, line ends changed; branches are switched under open documents, files come, go and are renamed,
settings change. A story is a list of deeds, each of which may be left out: then what is still asked for and cannot be done is not.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from connection import Editor, play
from edit_sequences import CAPABILITIES, _fewest, change_between, document_compared, random_steps

from analyzers import extract, languages
from lsp_server.engine import Engine
from lsp_server.features import diagnostics
from lsp_server.session import Session

OPEN = 3
"""Documents that are open when a story begins."""

SETTINGS = ("{}", '{"analysis": {"minSeverity": "hint"}}', '{"rules": {"membership-in-list": "off"}}')

_DEFINED = re.compile(r"^([ \t]*)(?:@|(?:async )?def |class )", re.MULTILINE)
_NAMED = re.compile(r"\bdef (\w+)|^    (\w+) = ", re.MULTILINE)


class Deed(NamedTuple):
    """`type`: an open document has this text now; `disk`: a file has it, or is gone; `open`, `close`: of a document; `settings`: as
    JSON. What is said is looked at before the next one where it `waits`."""

    kind: str
    name: str
    text: str | None = None
    waits: bool = True


class Folder:
    """What is on disk and in the editor, as far as a story has come."""

    def __init__(self, disk: Mapping[str, str]) -> None:
        self.disk = dict(disk)
        self.open: dict[str, str] = {}

    @property
    def texts(self) -> dict[str, str]:
        return {**self.disk, **self.open}

    def may(self, deed: Deed) -> bool:
        """Whether a deed can be done here, and does anything."""
        if deed.kind == "type":
            return deed.name in self.open and self.open[deed.name] != deed.text
        if deed.kind == "disk":
            return self.disk.get(deed.name) != deed.text
        if deed.kind == "open":
            return deed.name in self.disk and deed.name not in self.open
        return deed.kind == "settings" or deed.name in self.open

    def do(self, deed: Deed) -> None:
        if deed.kind == "type":
            self.open[deed.name] = deed.text or ""
        elif deed.kind == "disk" and deed.text is not None:
            self.disk[deed.name] = deed.text
        elif deed.kind == "disk":
            del self.disk[deed.name]
        elif deed.kind == "open":
            self.open[deed.name] = self.disk[deed.name]
        elif deed.kind == "close":
            del self.open[deed.name]


# ------------------------------------------------------------------------------------------------------ making them


def deeds(chance: random.Random, disk: Mapping[str, str]) -> Iterator[Deed]:
    """For ever, of a folder with these files, some of which are opened first."""
    folder = Folder(disk)

    def done(some: Iterator[Deed]) -> Iterator[Deed]:
        for deed in some:
            if folder.may(deed):
                folder.do(deed)
                yield deed

    named = sorted(disk)
    yield from done(Deed("open", name, None) for name in chance.sample(named, min(OPEN, len(named))))
    while True:
        make = chance.choices(_MAKERS, _OFTEN)[0]
        yield from done(make(chance, folder, disk))


def _small(chance: random.Random, folder: Folder, first: Mapping[str, str]) -> Iterator[Deed]:
    name = _an_open_one(chance, folder)
    for _, step in zip(
        range(chance.randrange(1, 6)), random_steps(chance, {name: folder.open[name]}), strict=False
    ):
        yield Deed("type", name, step.text, step.waits)


def _letters(chance: random.Random, folder: Folder, first: Mapping[str, str]) -> Iterator[Deed]:
    """A line that stands somewhere is written once more, a few characters at a time."""
    name = _an_open_one(chance, folder)
    lines = [line for text in folder.texts.values() for line in text.splitlines() if line.strip()]
    text, typed = folder.open[name], chance.choice(lines or ["pass"])
    at = chance.choice([0, *(match.end() for match in re.finditer("\n", text))])
    cuts = sorted({*chance.sample(range(len(typed)), min(len(typed), 4)), len(typed)})
    for cut in cuts:
        yield Deed("type", name, f"{text[:at]}{typed[:cut]}\n{text[at:]}", chance.random() < 0.5)


def _blocks(chance: random.Random, folder: Folder, first: Mapping[str, str]) -> Iterator[Deed]:
    """A function or class is pasted, moved, deleted, or made a comment."""
    name = _an_open_one(chance, folder)
    text, other = folder.open[name], folder.texts[chance.choice(sorted(folder.texts))]
    kind = chance.randrange(4)
    cut = _block(chance, other if kind == 0 else text)
    if cut is None:
        return
    block = (other if kind == 0 else text)[cut[0] : cut[1]]
    rest = text if kind == 0 else text[: cut[0]] + text[cut[1] :]
    if kind == 3:
        yield Deed(
            "type", name, text[: cut[0]] + re.sub("^(?=.)", "# ", block, flags=re.MULTILINE) + text[cut[1] :]
        )
        return
    if kind > 0:
        yield Deed("type", name, rest, chance.random() < 0.5)
    if kind < 2 and (there := _block(chance, rest)) is not None:
        yield Deed("type", name, rest[: there[0]] + block + rest[there[0] :])


def _renamed(chance: random.Random, folder: Folder, first: Mapping[str, str]) -> Iterator[Deed]:
    """A method, function or attribute in all files that name it, or only where it is defined."""
    name = _an_open_one(chance, folder)
    found = [one or other for one, other in _NAMED.findall(folder.open[name])]
    if not found:
        return
    old, new = chance.choice(found), chance.choice(["renamed", "filter", "items", *found])
    everywhere = chance.random() < 0.7
    for one, text in folder.texts.items():
        if everywhere or one == name:
            now = re.sub(rf"\b{old}\b", new, text)
            yield Deed("type" if one in folder.open else "disk", one, now, chance.random() < 0.5)


def _undone(chance: random.Random, folder: Folder, first: Mapping[str, str]) -> Iterator[Deed]:
    """Some edits, undone one by one, and some of them done again."""
    name = _an_open_one(chance, folder)
    edits = (*_small(chance, folder, first), *_blocks(chance, folder, first))
    states = [folder.open[name], *(deed.text or "" for deed in edits if deed.name == name)]
    way = [*states[1:], *reversed(states[:-1]), *states[1 : chance.randrange(1, len(states) + 1)]]
    for text in way:
        yield Deed("type", name, text, chance.random() < 0.6)


def _held(chance: random.Random, folder: Folder, first: Mapping[str, str]) -> Iterator[Deed]:
    """Something is left open while typing goes on, there or elsewhere, and mended at last."""
    name = _an_open_one(chance, folder)
    text = folder.open[name]
    at, what = (
        chance.randrange(len(text) + 1),
        chance.choice(['"', '"""', "(", "[", "{", "def ", "if x", "`", "{% if"]),
    )
    yield Deed("type", name, text[:at] + what + text[at:])
    for _, step in zip(range(chance.randrange(1, 8)), random_steps(chance, {name: text}), strict=False):
        now = step.text
        here = min(at, len(now))
        yield Deed("type", name, now[:here] + what + now[here:], step.waits)
        text = now
    yield Deed("type", name, text)


def _line_ends(chance: random.Random, folder: Folder, first: Mapping[str, str]) -> Iterator[Deed]:
    name = _an_open_one(chance, folder)
    plain = folder.open[name].replace("\r\n", "\n")
    yield Deed("type", name, plain if plain != folder.open[name] else plain.replace("\n", "\r\n"))


def _switched(chance: random.Random, folder: Folder, first: Mapping[str, str]) -> Iterator[Deed]:
    """Another branch: several files are others at once, also below open documents, which an editor may read again."""
    for name in chance.sample(sorted(first), chance.randrange(1, len(first) + 1)):
        text: str | None = first[name]
        if chance.random() < 0.6:
            cut = _block(chance, first[name])
            text = first[name][: cut[0]] + first[name][cut[1] :] if cut is not None else ""
        elif chance.random() < 0.2:
            text = None
        yield Deed("disk", name, text, waits=False)
        if name in folder.open and text is not None and chance.random() < 0.6:
            yield Deed("type", name, text, waits=False)
    yield Deed("settings", "", "{}")


def _moved(chance: random.Random, folder: Folder, first: Mapping[str, str]) -> Iterator[Deed]:
    """A file gets another name, with or without its document; or a new one comes."""
    name = chance.choice(sorted(folder.disk) or sorted(first))
    text = folder.texts.get(name, first.get(name, ""))
    stem, dot, suffix = name.rpartition(".")
    new = f"{stem}_{chance.randrange(3)}{dot}{suffix}"
    if chance.random() < 0.6:
        yield Deed("disk", name, None, waits=False)
        yield Deed("close", name)
    yield Deed("disk", new, text)
    if chance.random() < 0.5:
        yield Deed("open", new)


def _opened(chance: random.Random, folder: Folder, first: Mapping[str, str]) -> Iterator[Deed]:
    if len(folder.open) > OPEN or (len(folder.open) > 1 and chance.random() < 0.5):
        name = _an_open_one(chance, folder)
        if chance.random() < 0.5:
            yield Deed("disk", name, folder.open[name], waits=False)
        yield Deed("close", name)
    elif folder.disk:
        yield Deed("open", chance.choice(sorted(folder.disk)))


def _set(chance: random.Random, folder: Folder, first: Mapping[str, str]) -> Iterator[Deed]:
    yield Deed("settings", "", chance.choice(SETTINGS))


_MAKERS = (_small, _letters, _blocks, _renamed, _undone, _held, _line_ends, _switched, _moved, _opened, _set)
_OFTEN = (8, 4, 8, 5, 4, 4, 1, 1, 2, 4, 1)


def _an_open_one(chance: random.Random, folder: Folder) -> str:
    if not folder.open:
        folder.open["empty.py"] = ""  # never sent: what is typed into it is not done
    return chance.choice(sorted(folder.open))


def _block(chance: random.Random, text: str) -> tuple[int, int] | None:
    """Where a function or class stands, up to the next of its depth or less."""
    found = list(_DEFINED.finditer(text))
    if not found:
        return None
    at = chance.randrange(len(found))
    depth = len(found[at][1])
    end = next((one.start() for one in found[at + 1 :] if len(one[1]) <= depth), len(text))
    return found[at].start(), end


# ------------------------------------------------------------------------------------------------------ doing them


class Told(NamedTuple):
    """A story up to where something is said that a fresh analysis does not say."""

    deeds: tuple[Deed, ...]
    what: str
    said: object
    fresh: object


def difference(disk: Mapping[str, str], story: Sequence[Deed], every: int = 1) -> Told | None:
    """The first one, looked for after every so many deeds that wait, and after the last."""
    found: list[Told] = []

    async def told(editor: Editor) -> None:
        player = _Player(editor, Path(folder).resolve(), disk)
        for number, deed in enumerate(story, 1):
            await player.do(deed)
            last = number == len(story)
            if not last and (not deed.waits or number % every):
                continue
            if (what := await player.compared()) is not None:
                found.append(Told(tuple(story[:number]), *what))
                return

    rest, diagnostics.REST = diagnostics.REST, 0.0
    try:
        with tempfile.TemporaryDirectory() as folder:
            play(told, CAPABILITIES, session=Session, seconds=24 * 3600)
    finally:
        diagnostics.REST = rest
    return found[0] if found else None


class _Player:
    def __init__(self, editor: Editor, root: Path, disk: Mapping[str, str]) -> None:
        self._editor, self._session, self._root = editor, editor.session, root
        self._folder = Folder({})
        self._version = 1
        for name, text in disk.items():
            self._put(Deed("disk", name, text))
        self._session.engine.set_roots((str(root),))
        self._session.engine.learn(
            [
                (self._path(name), extract.facts_of(text.encode(), _language(name)))
                for name, text in disk.items()
            ]
        )

    def _path(self, name: str) -> str:
        return str(self._root / name)

    def _put(self, deed: Deed) -> None:
        path = self._root / deed.name
        if deed.text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(deed.text.encode())
        self._folder.do(deed)

    async def do(self, deed: Deed) -> None:
        if not self._folder.may(deed):
            return
        uri = (self._root / deed.name).as_uri()
        self._version += 1
        if deed.kind == "type":
            change = change_between(self._folder.open[deed.name], deed.text or "")
            self._editor.change(uri, self._version, change)
        elif deed.kind == "disk":
            self._put(deed)
            await self._session.reread([self._path(deed.name)])
            return
        elif deed.kind == "open":
            self._editor.open(uri, self._folder.disk[deed.name], _id(deed.name), self._version)
        elif deed.kind == "close":
            self._editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        else:
            self._session.client_settings = json.loads(deed.text or "{}")
            self._session.load_settings()
        self._folder.do(deed)
        await asyncio.sleep(0)

    async def compared(self) -> tuple[str, object, object] | None:
        session, folder = self._session, self._folder
        while session.timers.busy:
            await asyncio.sleep(0.001)
        session.world_changed()
        fresh = Engine()
        fresh.set_roots((str(self._root),))
        for name, text in folder.texts.items():
            fresh.learn([(self._path(name), extract.facts_of(text.encode(), _language(name)))])
        for name in sorted(folder.open):
            told = await document_compared(self._editor, fresh, self._path(name), name, folder.open[name])
            if told is not None:
                return told
        return None


def _language(name: str) -> languages.Language:
    language = languages.for_path(name)
    assert language is not None, name
    return language


def _id(name: str) -> str:
    known = {"python": "python", "typescript": "typescript", "template": "django-html"}
    return known.get(_language(name).name, "javascript")


def shortest(disk: Mapping[str, str], story: Sequence[Deed]) -> tuple[dict[str, str], list[Deed]]:
    """A story, and a folder, that still differ though nothing can be left out of them."""
    files, left = dict(disk), _fewest(list(story), lambda some: difference(disk, some) is not None)
    for name in list(files):
        less = {one: text for one, text in files.items() if one != name}
        if less and difference(less, left) is not None:
            files = less
    return files, _fewest(left, lambda some: difference(files, some) is not None)


def told(disk: Mapping[str, str], found: Told) -> str:
    """A difference for people."""
    lines = [f"--- {name}\n{text}" for name, text in disk.items()]
    folder = Folder(disk)
    for number, deed in enumerate(found.deeds, 1):
        what = str(deed.text)
        if folder.may(deed):
            if deed.kind == "type":
                what = str(change_between(folder.open[deed.name], deed.text or ""))
            folder.do(deed)
        lines.append(
            f"--- {number}: {deed.kind} {deed.name} {what}{'' if deed.waits else ', and nobody waits'}"
        )
    return "\n".join(
        (
            *lines,
            f"--- {found.what}: the session says",
            str(found.said),
            "--- a fresh analysis",
            str(found.fresh),
        )
    )


def first_difference(
    disk: Mapping[str, str],
    story: Sequence[Deed],
    every: int = 1,
    shorten: Callable[..., tuple[dict[str, str], list[Deed]]] = shortest,
) -> tuple[str, Mapping[str, str], Sequence[Deed]] | None:
    """The shortest story that differs: what it has to say, its files, its deeds; None where nothing differs."""
    found = difference(disk, story, every)
    if found is None:
        return None
    files, few = shorten(disk, found.deeds)
    last = difference(files, few)
    if last is None:
        return told(disk, found), disk, found.deeds
    return told(files, last), files, few
