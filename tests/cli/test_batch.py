"""Facts of many files, made in worker processes that may die."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from analyzers.project import kept
from lsp_server.files import batch, indexing
from lsp_server.files.indexing import Indexed

COUNT = 5 * batch.CHUNK


@pytest.fixture
def paths(tmp_path: Path) -> list[str]:
    """Enough files to be worth processes."""
    assert COUNT >= batch.WORTH_WORKERS
    for number in range(COUNT):
        (tmp_path / f"m{number:03}.py").write_text(f"def f{number}(xs):\n    return [x for x in xs]\n")
    return [path.as_posix() for path in sorted(tmp_path.iterdir())]


def names(indexed: Sequence[Indexed]) -> list[str]:
    return [kept.unpack(one.facts).functions[1].name for one in indexed if one.facts is not None]


@pytest.mark.parametrize("threaded", [False, True])
def test_the_order_is_kept_and_every_file_is_there(paths: list[str], threaded: bool) -> None:
    indexed = list(batch.index_all(paths, 1_000_000, workers=2, threaded=threaded))
    assert [one.path for one in indexed] == paths
    assert names(indexed) == [f"f{number}" for number in range(COUNT)]


def test_a_file_that_goes_away_has_a_reason(paths: list[str]) -> None:
    os.unlink(paths[7])
    indexed = list(batch.index_all(paths, 1_000_000, workers=2))
    assert [(one.path, one.reason) for one in indexed if one.facts is None] == [
        (paths[7], "cannot be read: No such file or directory")
    ]


def test_without_processes_the_work_is_done_here(paths: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(batch, "ProcessPoolExecutor", refuse)
    assert len(names(list(batch.index_all(paths, 1_000_000, workers=2)))) == COUNT


def dies_at_twelve(max_size: int, paths: Sequence[str]) -> list[Indexed]:
    if any(path.endswith("m012.py") for path in paths):
        os._exit(11)
    return indexing.index_some(max_size, paths)


@pytest.mark.skipif(sys.platform != "linux", reason="the stand-in reaches the workers by fork")
def test_a_file_that_takes_its_worker_down_is_named_and_the_others_go_on(
    paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "index_some", dies_at_twelve)
    indexed = list(batch.index_all(paths, 1_000_000, workers=2))
    assert [one.path for one in indexed] == paths
    assert [(Path(one.path).name, one.reason) for one in indexed if one.facts is None] == [
        ("m012.py", "could not be analysed: the parser crashed")
    ]
