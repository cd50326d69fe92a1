"""What calls itself deeply has room on the interpreter's stack: the system is not asked for memory again and again."""

from __future__ import annotations

import sys

import pytest

from analyzers.room import with_room

resource = pytest.importorskip("resource")


def up_and_down() -> None:
    """Calls as deep as those of an analysis, from every depth once."""

    def down(depth: int) -> None:
        if depth:
            down(depth - 1)

    for depth in range(400):
        down(depth)


def pages_taken() -> int:
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)


def test_what_a_job_gives_and_raises() -> None:
    assert with_room(lambda: "given") == "given"
    with pytest.raises(ZeroDivisionError):
        with_room(lambda: 1 / 0)


@pytest.mark.skipif(
    sys.version_info < (3, 11) or sys.implementation.name != "cpython" or sys.platform != "linux",
    reason="other interpreters keep their frames elsewhere",
)
def test_the_system_is_not_asked_for_memory_again_and_again() -> None:
    def without() -> int:
        before = pages_taken()
        up_and_down()
        return pages_taken() - before

    assert with_room(without) < 100
