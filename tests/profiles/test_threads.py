"""Whose time counts: all threads', or the main one's."""

from __future__ import annotations

import json

import pytest

from analyzers.profiles import of_main_thread, show
from analyzers.profiles.read import load, read

from .programs import SAMPLES, Sources


@pytest.mark.parametrize(
    "name",
    [
        "py/pyspy.speedscope",  # the main thread has no name
        "py/austin.austin",
        "py/tachyon/out.gecko.json.gz",
        "py/tachyon/out.collapsed.txt",
        "py/pyspy.chrometrace",
    ],
)
def test_the_main_thread_alone(python_app: Sources, name: str) -> None:
    profile = load(SAMPLES / name)
    alone = of_main_thread(profile)
    names = {row["name"]: row for row in show(profile)["functions"]}
    left = {row["name"]: row for row in show(alone)["functions"]}
    assert "background" in names
    assert "background" not in left
    assert left["find_pairs"]["self_share"] > names["find_pairs"]["self_share"]
    assert alone.total < profile.total


@pytest.mark.parametrize("name", ["js/node.cpuprofile", "py/cprofile.prof", "py/pyinstrument.json"])
def test_one_thread_stays_as_it_is(name: str) -> None:
    profile = load(SAMPLES / name)
    assert of_main_thread(profile) is profile


def test_a_thread_that_gets_its_name_later_is_one() -> None:
    stacks = (
        "thread (7);<module> (a.py:1);f (a.py:3) 4\n"
        "thread (7): MainThread;<module> (a.py:9);f (a.py:3) 6\n"
        "thread (8): worker;run (threading.py:3);g (a.py:5) 10\n"
    )
    profile = read(stacks.encode())
    assert [thread.total for thread in profile.threads] == [10, 10]
    assert of_main_thread(profile).total == 10


def test_the_longest_stretch_is_the_main_threads() -> None:
    def frame(phase: str, name: str, at: int, thread: int) -> dict[str, object]:
        place = {"filename": "a.py", "line": 1}
        return {"name": name, "ph": phase, "cat": "py-spy", "ts": at, "pid": 1, "tid": thread, "args": place}

    def thread(number: int, root: str, name: str, lasts: int) -> list[dict[str, object]]:
        opened = [frame("B", root, 0, number), frame("B", name, 0, number)]
        return [*opened, frame("E", name, lasts, number), frame("E", root, lasts, number)]

    events = [*thread(1, "<module>", "work", 40_000), *thread(2, "_bootstrap", "work", 900_000)]
    profile = read(json.dumps(events).encode())
    longest = {profile.frames[frame].name: seconds for frame, seconds in profile.longest}
    assert longest["work"] == pytest.approx(0.04)
    assert "_bootstrap" not in longest
