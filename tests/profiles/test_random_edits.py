"""Functions moved, reordered, renamed, edited and deleted at random: no number on code it was not measured on."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzers.profiles import Linked, link, refresh
from analyzers.profiles.profile import Entry, Frame, Node, Profile

from .programs import Sources

PATH = "/ws/app/work.py"
MARK = re.compile(r"total = (\d+)")


@dataclass(frozen=True)
class Piece:
    """A function; `mark` is the constant that makes its body its own."""

    name: str
    mark: int
    decorated: bool = False
    edited: int = 0

    def text(self) -> str:
        head = "@cached\n" if self.decorated else ""
        change = f"    total -= {self.edited}\n" if self.edited else ""
        return f"{head}def {self.name}(rows):\n    total = {self.mark}\n{change}    for row in rows:\n        total += row\n    return total\n"


def module(pieces: list[Piece], blank: int = 0) -> str:
    return "# nothing\n" * blank + "\n\n".join(piece.text() for piece in pieces)


def first_lines(text: str) -> dict[int, int]:
    """Mark -> the first line of its function, a decorator's where there is one."""
    lines = text.splitlines()
    found = {}
    for number, line in enumerate(lines, 1):
        mark = MARK.search(line)
        if mark:
            found[int(mark.group(1))] = number - 1 - (number > 2 and lines[number - 3] == "@cached")
    return found


def recorded(pieces: list[Piece], *, sampled: bool) -> Profile:
    """What a profiler writes: first lines and calls, or the lines that ran. A function's time is its mark."""
    at = first_lines(module(pieces))
    frames = tuple(
        Frame(piece.name, PATH, at[piece.mark] + (piece.decorated + 3 if sampled else 0)) for piece in pieces
    )
    total = float(sum(piece.mark for piece in pieces))
    if sampled:
        nodes = tuple(Node(-1, index, float(piece.mark), piece.mark) for index, piece in enumerate(pieces))
        return Profile(
            "speedscope", "py-spy", "sampling", "seconds", frames, total, nodes=nodes, samples=int(total)
        )
    entries = tuple(
        Entry(index, float(piece.mark), float(piece.mark), 1, 1) for index, piece in enumerate(pieces)
    )
    return Profile("pstats", "cProfile", "tracing", "seconds", frames, total, entries=entries)


def check(linked: Linked, pieces: list[Piece], text: str, before: list[Piece]) -> None:
    """Every number that is shown as good stands on the unchanged code it was measured on."""
    now = {piece.name: piece for piece in pieces}
    unchanged = {(piece.mark, piece.edited) for piece in before}
    for time in linked.functions:
        if time.link == "gone" or not time.usable or time.name == "<module>":
            continue
        piece = now[time.name]
        assert round(time.self_time) == piece.mark, (
            f"{time.qualname} shows the time of another function\n{text}"
        )
        assert (piece.mark, piece.edited) in unchanged, f"{time.qualname} was edited\n{text}"
    total = sum(time.self_time for time in linked.functions)
    assert total <= linked.profile.total * 1.0001


names = st.lists(
    st.sampled_from(["load", "save", "parse", "total", "clean", "find"]), min_size=2, max_size=6, unique=True
)
steps = st.lists(
    st.tuples(st.sampled_from(["move", "swap", "rename", "exchange", "edit", "delete", "add", "comment"]), st.integers(0, 5), st.integers(0, 5)),
    min_size=1, max_size=6,
)  # fmt: skip


def changed(pieces: list[Piece], operations: list[tuple[str, int, int]]) -> tuple[list[Piece], int]:
    pieces, blank = list(pieces), 0
    for count, (what, one, other) in enumerate(operations):
        if not pieces:
            break
        one, other = one % len(pieces), other % len(pieces)
        if what == "move":
            pieces.insert(other, pieces.pop(one))
        elif what == "swap":
            pieces[one], pieces[other] = pieces[other], pieces[one]
        elif what == "rename":
            pieces[one] = replace(pieces[one], name=f"renamed_{count}")
        elif what == "exchange":  # two functions take each other's name
            first, second = pieces[one], pieces[other]
            pieces[one], pieces[other] = replace(first, name=second.name), replace(second, name=first.name)
        elif what == "edit":
            pieces[one] = replace(pieces[one], edited=count + 1)
        elif what == "delete":
            pieces.pop(one)
        elif what == "add":
            pieces.insert(other, Piece(f"added_{count}", 1000 + count))
        else:
            blank += 3
    return pieces, blank


@given(names, steps, st.booleans(), st.booleans())
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_numbers_stay_with_their_code(
    called: list[str], operations: list[tuple[str, int, int]], sampled: bool, restarted: bool
) -> None:
    before = [Piece(name, 10 + 7 * index, decorated=index % 3 == 1) for index, name in enumerate(called)]
    project = Sources({PATH: module(before)})
    profile = recorded(before, sampled=sampled)
    linked = link(profile, project, ["/ws"], project.text_of)
    assert {time.link for time in linked.functions} == {"exact"}
    after, blank = changed(before, operations)
    text = module(after, blank)
    edited = Sources({PATH: text})
    if restarted:  # the keys of the first link were kept, and the file is newer than the profile
        again = link(profile, edited, ["/ws"], edited.text_of, keys=linked.keys, mtime_of=lambda path: 4e9)
    else:
        again = refresh(linked, PATH, edited.facts(PATH))
    check(again, after, text, before)


@given(names, steps)
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_without_a_memory_a_newer_file_is_not_believed(
    called: list[str], operations: list[tuple[str, int, int]]
) -> None:
    before = [Piece(name, 10 + 7 * index, decorated=index % 3 == 1) for index, name in enumerate(called)]
    after, blank = changed(before, operations)
    text = module(after, blank)
    project = Sources({PATH: text})
    linked = link(
        recorded(before, sampled=False), project, ["/ws"], project.text_of, mtime_of=lambda path: 4e9
    )
    at = first_lines(module(before))
    stood = {piece.name: at[piece.mark] for piece in before}
    for time in linked.functions:
        # Only what stands where it stood, in a file whose functions all do, passes as unchanged.
        if time.usable and time.name != "<module>":
            # The `def` of one may stand where the decorator of another stood.
            assert stood.get(time.name) in (time.line, time.line + 1)
