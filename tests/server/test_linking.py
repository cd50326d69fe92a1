"""Profiles are linked by a child process that asks the server for what it needs; the server stays free for edits."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from analyzers.profiles import Linked
from analyzers.project import kept
from lsp_server.files import indexing
from lsp_server.profiling import linking
from lsp_server.profiling.profile_loader import Unreadable, link_loaded, load_in_child
from lsp_server.session import Session
from lsp_server.wire.documents import Document

SAMPLES = Path(__file__).parent.parent / "data" / "profiles"


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    """One that knows the sample program, which is older than the profile beside it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "ws"
    shutil.copytree(SAMPLES / "src" / "pyapp", folder, copy_function=shutil.copyfile)
    found = Session(roots=(folder.as_posix(),))
    for path in sorted(folder.rglob("*.py")):
        os.utime(path, (1e9, 1e9))
        [one] = indexing.index_some(1 << 20, [path.as_posix()])
        assert one.facts is not None
        found.engine.learn([(path.as_posix(), kept.unpack(one.facts))])
    for name in ("py/pyspy.speedscope", "py/cprofile.prof"):
        shutil.copyfile(SAMPLES / name, folder / Path(name).name)
    return found


def link(session: Session, name: str) -> Linked:
    path = Path(session.roots[0], name).as_posix()
    linked = asyncio.run(linking.link_in_child(session, path))
    session.engine.attach(path, linked)
    return linked


def open_as(session: Session, path: str, text: str) -> None:
    document = session.open(
        path, Path(path).as_uri(), Document(Path(path).as_uri(), text, language_id="python")
    )
    session.engine.analyse(path, document.text, "python", session.settings)


@pytest.mark.parametrize("name", ["pyspy.speedscope", "cprofile.prof"])
def test_the_child_links_as_this_process_does(session: Session, name: str) -> None:
    linked = link(session, name)
    here = link_loaded(
        load_in_child(Path(session.roots[0], name)),
        session.engine.project,  # type: ignore[attr-defined]
        session.roots,
        session.text_of,
        remember=False,
    ).summed()
    assert linked.functions == here.functions
    assert (linked.keys, linked.own_share, linked.profile) == (here.keys, here.own_share, here.profile)
    assert {time.name for time in linked.functions} >= {"find_pairs", "dedupe_names"}


def test_what_is_not_saved_yet_is_an_edit(session: Session) -> None:
    path = Path(session.roots[0], "shop", "report.py").as_posix()
    text = (
        Path(path).read_text("utf-8").replace("seen = []", "seen = set()").replace("@timed\n", "\n@timed\n")
    )
    open_as(session, path, text)
    link(session, "cprofile.prof")
    said = session.engine.measured(path)
    assert said["dedupe_names"].summary == "was 17 % (edited since the profile)"
    assert said["find_pairs"].summary.startswith("39 % self")


def test_what_is_edited_while_it_is_linked_is_an_edit(session: Session) -> None:
    path = Path(session.roots[0], "shop", "report.py").as_posix()
    packed = session.engine.packed

    def then_edited(source: str, paths: list[str]) -> dict[str, bytes | None]:
        found = packed(source, paths)
        text = Path(path).read_text("utf-8").replace("seen = []", "seen = set()")
        session.engine.learn([(path, indexing.extracted(text.encode(), path))])
        return found

    session.engine.packed = then_edited  # type: ignore[method-assign,assignment]
    link(session, "cprofile.prof")
    assert session.engine.measured(path)["dedupe_names"].summary.startswith("was 17 %")


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"\x80\x04not a profile", "a pickle can run code"), (b"hello", "no profile of a known")],
)
def test_what_cannot_be_read_is_a_sentence(session: Session, content: bytes, words: str) -> None:
    bad = Path(session.roots[0], "bad.prof")
    bad.write_bytes(content)
    with pytest.raises(Unreadable, match=words) as caught:
        link(session, bad.name)
    assert "Traceback" not in str(caught.value)


def test_a_child_that_takes_too_long_is_ended(session: Session) -> None:
    child = linking.Child(str(Path(session.roots[0], "cprofile.prof")), timeout=0.01)
    with pytest.raises(Unreadable, match="took longer"):
        child.tell(linking.Question(session.roots, (), ()))
    child.close()
