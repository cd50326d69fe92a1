"""What is kept between runs: it saves work, and it is never wrong."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_project import Bigo

from analyzers.profiles import Linked
from lsp_server.commands import checking
from lsp_server.commands.gather import Gathered
from lsp_server.files import batch, indexing, reading, store
from lsp_server.files.indexing import Indexed

SLOW = "def common(a: list[int], b: list[int]) -> list[int]:\n    return [x for x in a if x in b]\n"
FAST = "def common(a: list[int], b: set[int]) -> list[int]:\n    return [x for x in a if x in b]\n"
SIZE = 1_000_000


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are parsed, as they are."""
    paths: list[str] = []
    real = indexing.index_some

    def index_some(max_size: int, given: list[str]) -> list[Indexed]:
        paths.extend(given)
        return real(max_size, given)

    monkeypatch.setattr(batch, "index_some", index_some)
    return paths


def write(folder: Path, **texts: str) -> list[str]:
    """Files of these texts, written a while ago."""
    paths = []
    for name, text in texts.items():
        path = folder / f"{name}.py"
        path.write_text(text)
        paths.append(str(path))
    return paths


def wait_until_settled() -> None:
    """Times of the file system tell two changes apart only when some time lies between them."""
    time.sleep(2 * store.FRESH / 1e9)


def index(paths: list[str], folder: Path) -> list[Indexed]:
    with store.opened(folder) as kept:
        return list(reading.index_all(paths, SIZE, store=kept))


def facts(paths: list[str]) -> list[bytes | None]:
    return [found.facts for found in batch.index_all(paths, SIZE)]


def test_files_that_did_not_change_are_not_read_again(tmp_path: Path, made: list[str]) -> None:
    paths = write(tmp_path, a=SLOW, b=FAST, c="x = 1\n")
    wait_until_settled()
    first = index(paths, tmp_path / "kept")
    assert made == paths
    made.clear()
    assert [found.facts for found in index(paths, tmp_path / "kept")] == [found.facts for found in first]
    assert made == []


def test_what_another_version_made_is_not_read(
    tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = write(tmp_path, a=SLOW, b=FAST)
    wait_until_settled()
    index(paths, tmp_path / "kept")
    made.clear()
    monkeypatch.setattr(store, "fingerprint", lambda: b"another version")
    index(paths, tmp_path / "kept")
    assert made == paths


def test_only_what_changed_is_parsed_again(tmp_path: Path, made: list[str]) -> None:
    paths = write(tmp_path, a=SLOW, b=FAST)
    wait_until_settled()
    index(paths, tmp_path / "kept")
    made.clear()
    Path(paths[0]).write_text("y = 2\n")
    wait_until_settled()
    found = [one.facts for one in index(paths, tmp_path / "kept")]
    assert made == paths[:1]
    assert found == facts(paths)


def test_a_text_that_was_seen_before_is_not_parsed_again(tmp_path: Path, made: list[str]) -> None:
    [path] = write(tmp_path, a=SLOW)
    wait_until_settled()
    index([path], tmp_path / "kept")
    made.clear()
    os.utime(path, ns=(1, 1))
    index([path], tmp_path / "kept")
    assert made == []


def test_the_same_text_in_another_language_has_its_own_facts(tmp_path: Path) -> None:
    text = "x = [1]\n"
    for name in ("a.py", "a.js"):
        (tmp_path / name).write_text(text)
    paths = [str(tmp_path / name) for name in ("a.py", "a.js")]
    wait_until_settled()
    for _ in range(2):
        assert [one.facts for one in index(paths, tmp_path / "kept")] == facts(paths)


@pytest.mark.parametrize("damage", ["header", "middle", "nothing left", "another layout"])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, damage: str) -> None:
    paths = write(tmp_path, a=SLOW, b=FAST)
    wait_until_settled()
    folder = tmp_path / "kept"
    index(paths, folder)
    file = folder / "index.sqlite3"
    raw = bytearray(file.read_bytes())
    if damage == "header":
        raw[:100] = b"x" * 100
    elif damage == "middle":
        raw[4096:] = bytes(len(raw) - 4096)
    elif damage == "nothing left":
        raw = bytearray()
    else:
        with sqlite3.connect(file) as db:
            db.execute("PRAGMA user_version = 999")
        db.close()
        raw = bytearray(file.read_bytes())
    file.write_bytes(bytes(raw))
    for _ in range(3):
        assert [one.facts for one in index(paths, folder)] == facts(paths)
    with store.opened(folder) as kept:
        assert kept is not None
        assert set(kept.keys()) == set(paths)


def test_bytes_that_are_not_what_was_kept_are_not_given(tmp_path: Path) -> None:
    with store.opened(tmp_path) as kept:
        assert kept is not None
        kept.put([(b"k", b"data")])
        assert kept.get(b"k") == b"data"
    with sqlite3.connect(tmp_path / "index.sqlite3") as db:
        db.execute("UPDATE kept SET data = ?", (b"dada",))
    db.close()
    with store.opened(tmp_path) as kept:
        assert kept is not None
        assert kept.get(b"k") is None


def test_it_stays_within_its_bound(tmp_path: Path) -> None:
    for round_ in range(20):
        kept = store.Store(tmp_path, max_bytes=10_000)
        kept.put([(b"%d" % round_, bytes(1_000))])
        kept.close()
    with store.opened(tmp_path) as last:
        assert last is not None
        left = [n for n in range(20) if last.get(b"%d" % n) is not None]
    assert 0 < len(left) <= 10


def test_two_may_use_it_at_once(tmp_path: Path) -> None:
    first, second = store.Store(tmp_path), store.Store(tmp_path)
    first.put([(b"a", b"1")])
    second.put([(b"b", b"2")])
    assert first.get(b"b") == b"2"
    assert second.get(b"a") == b"1"
    first.close()
    second.close()


def test_a_folder_that_cannot_be_made_means_no_store(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    paths = write(tmp_path, a=SLOW)
    assert [one.facts for one in index(paths, tmp_path / "file")] == facts(paths)


# ------------------------------------------------------------------------------------------------- whole scans


def test_a_second_scan_says_the_same(project: Path, bigo: Bigo) -> None:
    write(project, slow=SLOW, fast=FAST)
    wait_until_settled()
    first = bigo("check", "--format", "text")
    second = bigo("check", "--format", "text")
    assert first.status == second.status == 1
    assert first.out == second.out != ""
    assert first.err == second.err


def files_checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are checked from now on, in the order of their checks."""
    asked: list[str] = []
    real = checking.check_file

    def check_file(gathered: Gathered, linked: Linked | None, path: str) -> checking.OfFile:
        asked.append(Path(path).name)
        return real(gathered, linked, path)

    monkeypatch.setattr(checking, "check_file", check_file)
    return asked


@pytest.fixture
def here(project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project, as the folder that commands are run in, with a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.chdir(project)
    return project


def test_a_second_scan_checks_nothing(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lsp_server.cli import main

    write(here, slow=SLOW, fast=FAST)
    wait_until_settled()
    asked = files_checked(monkeypatch)
    for status in (main(["check"]), main(["check"]), main(["check", "--min-severity", "error"])):
        assert status in (0, 1)
    assert len(asked) == 2
    main(["check", "--no-cache"])
    assert len(asked) == 4


def test_files_that_can_only_have_hints_are_checked_where_hints_are_shown(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from lsp_server.cli import main

    write(here, slow=SLOW, test_slow=SLOW)
    wait_until_settled()
    asked = files_checked(monkeypatch)
    main(["check", "--min-severity", "information"])
    assert asked == ["slow.py"]
    main(["check", "--min-severity", "warning"])
    assert asked == ["slow.py"]
    capsys.readouterr()
    main(["check"])
    assert asked == ["slow.py", "test_slow.py"]
    assert "test_slow.py" in capsys.readouterr().out


@pytest.mark.parametrize(
    "change",
    [
        lambda project: (project / "slow.py").write_text(FAST),
        lambda project: (project / "slow.py").unlink(),
        lambda project: (project / "more.py").write_text(SLOW),
        lambda project: (project / "pyproject.toml").write_text(
            '[tool.bigo.analysis]\nselect = ["await-in-loop"]\n'
        ),
    ],
)
def test_a_scan_after_a_change_is_a_fresh_one(
    project: Path, bigo: Bigo, change: Callable[[Path], object]
) -> None:
    write(project, slow=SLOW, fast=FAST)
    wait_until_settled()
    before = bigo("check")
    change(project)
    after = bigo("check")
    plain = bigo("check", "--no-cache")
    assert after.out == plain.out, plain.err
    assert after.out != before.out


def test_the_number_of_workers_changes_nothing(project: Path, bigo: Bigo) -> None:
    for number in range(60):
        (project / f"m{number}.py").write_text(
            f"from m{(number + 1) % 60} import f{(number + 1) % 60}\n\n"
            f"def f{number}(rows: list[int], seen: list[int]) -> int:\n"
            f"    return sum(1 for row in rows if row in seen and f{(number + 1) % 60}(rows, seen))\n"
        )
    said = set()
    for workers in (1, 2, 3):
        (project / "pyproject.toml").write_text(f"[tool.bigo.analysis]\nworkers = {workers}\n")
        done = bigo("check", "--no-cache")
        assert done.status == 1, done.err
        said.add(done.out)
    assert len(said) == 1
    assert "m59.py" in said.pop()
