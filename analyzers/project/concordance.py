"""Which words the files of a project say, and where that matters: the answers to what is asked of all of them.

It is kept right file by file, and who asked for a word is told when the first file begins to say it or the last one ends.
An edit costs what it changes of its own file's words, however many files there are.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from analyzers.project.memo import Memo
from analyzers.project.survey import Survey

Key = tuple[str, str]

_KINDS = ("methods", "defined", "kept", "loaded", "custom", "givers", "packages", "optimizers", "unlisted")
"""The fields of a survey that are asked for word by word."""

_PLACED = ("reads", "heirs", "registered", "makes", "owners", "hung", "listed")
"""Those that say by a word which functions or classes of the file it is about."""

_NOBODY: dict[str, tuple[str, ...]] = {}


class Concordance:
    def __init__(self, memo: Memo) -> None:
        self._memo = memo
        self._said: dict[str, dict[str, int]] = {kind: {} for kind in _KINDS}  # by how many files
        self._after: dict[str, dict[str, int]] = {}
        self._places: dict[str, dict[str, dict[str, tuple[str, ...]]]] = {kind: {} for kind in _PLACED}
        self._stay_valid = 0  # files

    # -- questions

    def says(self, kind: str, word: str) -> bool:
        """Whether the field `kind` of some file's survey holds a word."""
        self._memo.read(("said", kind, word))
        return word in self._said[kind]

    def says_any(self, kind: str, words: Iterable[str]) -> bool:
        return any(self.says(kind, word) for word in words)

    def after(self, word: str) -> frozenset[str]:
        """What follows a word in look-ups: `product` after `lines` where some text says `lines__product`."""
        self._memo.read(("said", "after", word))
        return frozenset(self._after.get(word, ()))

    def readers(self, name: str) -> tuple[Key, ...]:
        """The functions with a loop that read an attribute of that name, in the order of files."""
        return self._placed("reads", name)

    def heirs(self, name: str) -> tuple[Key, ...]:
        """The classes that are derived from something of that name, or, in a script, have the methods that it lists."""
        return self._placed("heirs", name)

    def registered(self, name: str) -> tuple[Key, ...]:
        """The modules and classes that register a class of that name with another one, in the order of files."""
        return self._placed("registered", name)

    def makers(self, name: str) -> tuple[Key, ...]:
        """The functions and classes that may make rows of what is called so, or by a relation of that name."""
        return self._placed("makes", name)

    def owners(self, name: str) -> tuple[Key, ...]:
        """The methods of that name, of several words, that Python's classes define, in the order of files."""
        return self._placed("owners", name)

    def hung(self, key: str) -> tuple[Key, ...]:
        """The functions that hang something under a name on the object that a framework keeps for a request."""
        return self._placed("hung", key)

    def listing(self, name: str) -> tuple[Key, ...]:
        """The functions and classes that set an attribute of that name to a list, where nothing sets one to anything else."""
        return () if self.says("unlisted", name) else self._placed("listed", name)

    def _placed(self, kind: str, name: str) -> tuple[Key, ...]:
        self._memo.read(("said", kind, name))
        found = self._places[kind].get(name, _NOBODY)
        return tuple((path, qualname) for path in sorted(found) for qualname in found[path])

    def sessions_stay_valid(self) -> bool:
        """Whether some session is told what becomes of its rows at a commit."""
        self._memo.read(("said", "stays valid"))
        return self._stay_valid > 0

    def everything(self) -> tuple[object, ...]:
        """All that is said, to be compared."""
        after = {word: counts for word, counts in self._after.items() if counts}
        places = {
            kind: {word: found for word, found in by.items() if found} for kind, by in self._places.items()
        }
        return self._said, after, places, self._stay_valid

    # -- changes

    def replace(self, path: str, old: Survey | None, new: Survey | None) -> set[Hashable]:
        """A file says something else now; None is a file that is not there. What that changes of what was asked."""
        changed: set[Hashable] = set()
        if old is new:
            return changed
        for kind in _KINDS:
            before: frozenset[str] = getattr(old, kind) if old is not None else frozenset()
            after: frozenset[str] = getattr(new, kind) if new is not None else frozenset()
            words = _counted(self._said[kind], before - after, after - before)
            changed.update(("said", kind, word) for word in words)
        changed.update(("said", "after", word) for word in self._replace_pairs(old, new))
        for kind in _PLACED:
            changed.update(("said", kind, word) for word in self._replace_places(kind, path, old, new))
        was = self._stay_valid
        self._stay_valid += (new is not None and new.stays_valid) - (old is not None and old.stays_valid)
        if bool(was) != bool(self._stay_valid):
            changed.add(("said", "stays valid"))
        for leaf in changed:
            self._memo.forget(leaf)
        return changed

    def _replace_pairs(self, old: Survey | None, new: Survey | None) -> Iterator[str]:
        before = old.pairs if old is not None else frozenset()
        after = new.pairs if new is not None else frozenset()
        gone, come = _by_first(before - after), _by_first(after - before)
        for first in {**gone, **come}:
            counts = self._after.setdefault(first, {})
            if _counted(counts, gone.get(first, ()), come.get(first, ())):
                yield first

    def _replace_places(self, kind: str, path: str, old: Survey | None, new: Survey | None) -> Iterator[str]:
        before: dict[str, tuple[str, ...]] = getattr(old, kind) if old is not None else _NOBODY
        after: dict[str, tuple[str, ...]] = getattr(new, kind) if new is not None else _NOBODY
        for word in {**before, **after}:
            if before.get(word) == after.get(word):
                continue
            if word in after:
                self._places[kind].setdefault(word, {})[path] = after[word]
            else:
                del self._places[kind][word][path]
            yield word


def _by_first(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for first, second in pairs:
        found.setdefault(first, []).append(second)
    return found


def _counted(counts: dict[str, int], gone: Iterable[str], come: Iterable[str]) -> list[str]:
    """Count words out and in; those that nobody said before, or nobody says any more."""
    changed = []
    for word in gone:
        counts[word] -= 1
        if not counts[word]:
            del counts[word]
            changed.append(word)
    for word in come:
        counts[word] = counts.get(word, 0) + 1
        if counts[word] == 1:
            changed.append(word)
    return changed
