"""The facts of files: as they are for those that are open, a few bytes each for all others.

Facts take about eight times the memory of their packed form. What nobody has open is unpacked when a question leads
there, and stays so while it is among the last ones that were looked at. So two looks at one file may give equal facts that are not
the same object.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Iterator

import msgspec

from analyzers.facts import FileFacts
from analyzers.project.edited import edited
from analyzers.project.outline import Outline
from analyzers.project.survey import Survey, survey_of

MAX_UNPACKED = 2_000_000
"""Bytes of packed facts that are held unpacked at a time: about 16 MB then."""

_LEVEL = 1
"""Of compression: to a third, for 1.4 us a line where facts are made and 0.5 where they are unpacked."""

_encoder = msgspec.msgpack.Encoder()
_parts = msgspec.msgpack.Decoder(tuple[msgspec.Raw, int, bytes])
_survey = msgspec.msgpack.Decoder(Survey)
_facts = msgspec.msgpack.Decoder(FileFacts)


def pack(facts: FileFacts) -> bytes:
    """Facts and their survey, for another process or another day."""
    whole = _encoder.encode(facts)
    return _encoder.encode((survey_of(facts), len(whole), zlib.compress(whole, _LEVEL)))


def unpack(packed: bytes) -> FileFacts:
    """The facts of what was packed."""
    return Kept(packed).facts()


class Kept:
    """The packed facts of a file that nobody has open."""

    __slots__ = (
        "_facts",
        "_survey",
        "size",
    )  # `size`: bytes before they are compressed; what memory facts take goes by it

    def __init__(self, packed: bytes) -> None:
        survey, self.size, self._facts = _parts.decode(packed)
        self._survey = bytes(survey)

    @property
    def bytes_held(self) -> int:
        return len(self._facts) + len(self._survey)

    def facts(self) -> FileFacts:
        return _facts.decode(zlib.decompress(self._facts))

    def survey(self) -> Survey:
        return _survey.decode(self._survey)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Kept) and other._facts == self._facts

    __hash__ = None  # type: ignore[assignment]


class Shelf:
    """Facts by path."""

    def __init__(self) -> None:
        self._files: dict[str, FileFacts | Kept] = {}
        self._outlines: dict[str, Outline] = {}  # of files that are held whole
        self._recent: OrderedDict[str, FileFacts | Outline] = OrderedDict()  # of the others
        self._size = 0  # of `_recent`
        self.unpacked = 0  # files, ever

    def held(self, path: str) -> FileFacts | Kept | None:
        """What stands for a file: another object whenever its facts may be others."""
        return self._files.get(path)

    def put(self, path: str, facts: FileFacts | Kept) -> None:
        self._let_go(path)
        self._files[path] = facts

    def remove(self, path: str) -> None:
        self._let_go(path)
        del self._files[path]

    def facts(self, path: str) -> FileFacts | None:
        held = self._files.get(path)
        if not isinstance(held, Kept):
            return held
        found = self._looked_at(path, held)
        return found.facts if isinstance(found, Outline) else found

    def outline(self, path: str) -> Outline | None:
        """One file's names, ready for look-up."""
        found = self._outlines.get(path)
        if found is not None:
            return found
        held = self._files.get(path)
        if held is None:
            return None
        if isinstance(held, Kept):
            known = self._looked_at(path, held)
            if not isinstance(known, Outline):
                known = self._recent[path] = Outline(known)
            return known
        found = self._outlines[path] = Outline(held)
        return found

    def outline_after(self, path: str, before: Outline) -> Outline:
        """The same for a file that is there, from its outline before it was edited."""
        held = self._files[path]
        if path not in self._outlines and not isinstance(held, Kept):
            self._outlines[path] = edited(before, held)
        found = self.outline(path)
        assert found is not None
        return found

    def __contains__(self, path: object) -> bool:
        return path in self._files

    def __len__(self) -> int:
        return len(self._files)

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def _looked_at(self, path: str, held: Kept) -> FileFacts | Outline:
        known = self._recent.get(path)
        if known is not None:
            self._recent.move_to_end(path)
            return known
        self.unpacked += 1
        facts = self._recent[path] = held.facts()
        self._size += held.size
        while self._size > MAX_UNPACKED and len(self._recent) > 1:
            oldest, _ = self._recent.popitem(last=False)
            self._size -= self._size_of(oldest)
        return facts

    def _size_of(self, path: str) -> int:
        held = self._files[path]
        return held.size if isinstance(held, Kept) else 0

    def _let_go(self, path: str) -> None:
        self._outlines.pop(path, None)
        if self._recent.pop(path, None) is not None:
            self._size -= self._size_of(path)
