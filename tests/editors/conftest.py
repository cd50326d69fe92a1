"""The fixture of the editor tests; what it makes is in editor_desk.py."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from editor_desk import Desk, make_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """`desk(reply)`: fresh surroundings for an editor; the stand-in answers `reply` to every rewrite request, or by its
    rules."""
    with contextlib.ExitStack() as stack:
        yield lambda reply="<no_change>nothing to do</no_change>": stack.enter_context(
            make_desk(tmp_path, reply)
        )
