"""Read and link a profile in a child process, while the server goes on answering.

Adding up the stacks of a large profile takes a second or more of processor time, and what comes of it is small. So the
child that reads the profile links it as well (`linking_child.py`): it asks for the files whose functions it needs, a few
at a time, and only the sums come back.

    server: Question ->            child: reads the profile
            <- Wanted(paths)              finds which files it may be about
            Files ->                      asks on until it has what it needs
            <- Done, functions            sums per function
"""

from __future__ import annotations

import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

import analyzers
from analyzers.profiles import FunctionTime, Linked, Profile
from analyzers.project import kept
from lsp_server.files import indexing
from lsp_server.files.workspace import read_source
from lsp_server.profiling.profile_loader import MEMORY, TIMEOUT, Unreadable, complaint, environment

if TYPE_CHECKING:
    from lsp_server.session import Session

AT_ONCE = 8
"""Files whose facts are packed in one step of the analysis thread: a few milliseconds."""

WAIT = 5 * TIMEOUT
"""Seconds the child may take for one step: it stands back for others. Its processor time has a limit of its own."""

LARGEST_MESSAGE = 1 << 30
_LENGTH = struct.Struct(">Q")


class Question(Struct, frozen=True):
    """Where the project is; the child asks for the rest."""

    roots: tuple[str, ...]
    mappings: tuple[tuple[str, str], ...]
    paths: tuple[str, ...]
    thread: str = "all"


class Wanted(Struct, frozen=True, tag=True):
    """Files that the child needs."""

    paths: tuple[str, ...]


class File(Struct, frozen=True):
    """One of them: its packed facts and its text, None where there are none."""

    path: str
    facts: bytes | None
    source: bytes | None


class Done(Struct, frozen=True, tag=True):
    """The link but for its functions, which come in that many `parts`; see `analyzers.profiles.Linked`."""

    profile: Profile
    keys: dict[str, dict[str, str]]
    own_share: float
    unlinked_share: float
    parts: int


PART = 250
"""Functions per message: unpacking holds the interpreter, and a person may be typing."""


def send_linked(pipe: IO[bytes], linked: Linked) -> None:
    summed = linked.summed()
    parts = [summed.functions[at : at + PART] for at in range(0, len(summed.functions), PART)]
    keys = {path: dict(hashes) for path, hashes in summed.keys.items()}
    send(pipe, Done(summed.profile, keys, summed.own_share, summed.unlinked_share, len(parts)))
    for part in parts:
        send(pipe, part)


def _receive_linked(pipe: IO[bytes], done: Done) -> Linked:
    times: list[FunctionTime] = []
    for _ in range(done.parts):
        times += receive(pipe, list[FunctionTime])
    functions = tuple(times)
    return Linked(
        done.profile, done.keys, functions, functions, done.own_share, unlinked_share=done.unlinked_share
    )


def send(pipe: IO[bytes], message: Any) -> None:
    data = msgspec.msgpack.encode(message)
    pipe.write(_LENGTH.pack(len(data)) + data)
    pipe.flush()


def receive(pipe: IO[bytes], kind: Any) -> Any:
    """The next message. EOFError when the other side is gone, ValueError for what is no message."""
    head = pipe.read(_LENGTH.size)
    length = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else 0
    data = pipe.read(length) if length <= LARGEST_MESSAGE else b""
    if not length or len(data) != length:
        raise EOFError
    return msgspec.msgpack.decode(data, type=kind)


class Child:
    """The child process, seen from the server. Its methods block, for `timeout` seconds at most."""

    def __init__(self, path: str, *, timeout: float = WAIT, memory: int = MEMORY) -> None:
        self.path = Path(path)
        self.timeout = timeout
        self.late = False
        command = [sys.executable, "-m", "lsp_server.profiling.linking_child", str(self.path)]
        try:
            self._process = subprocess.Popen(
                [*command, f"--memory={memory}", f"--cpu={TIMEOUT:.0f}"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment(),
                # `-m` looks for modules in the working directory first: never in one of the workspace's.
                cwd=Path(analyzers.__file__).parent.parent,
            )
        except OSError as error:
            raise Unreadable(f"{self.path.name} could not be read: {error}.") from None

    def tell(self, message: Question | Sequence[File]) -> Wanted | Linked:
        """Answer the child and wait for what it says next. `Unreadable`, whatever goes wrong."""
        watch = threading.Timer(self.timeout, self._end_late)
        watch.daemon = True
        watch.start()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            send(self._process.stdin, message)
            said: Wanted | Done = receive(self._process.stdout, Wanted | Done)
            return _receive_linked(self._process.stdout, said) if isinstance(said, Done) else said
        except (OSError, EOFError):
            raise Unreadable(self._why()) from None
        except msgspec.MsgspecError as error:
            raise Unreadable(
                f"{self.path.name} could not be read: its data came back damaged ({error})."
            ) from None
        finally:
            watch.cancel()

    def close(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # what was not written yet, to one who is gone
                    continue
        self._process.wait()

    def _end_late(self) -> None:
        self.late = True
        self._process.kill()

    def _why(self) -> str:
        assert self._process.stderr is not None
        said = self._process.stderr.read()
        status = self._process.wait()
        if self.late:
            return f"{self.path.name} took longer than {self.timeout:.0f} s to read and link; record a shorter profile."
        return complaint(self.path, status, said)


async def link_in_child(session: Session, path: str) -> Linked:
    """Read the profile at `path` and link it to the session's project. `Unreadable` says why it cannot be.

    The thread that analyses only packs the facts of files, a few at a time: edits go in between.
    """
    mappings = tuple(session.settings.profiles.path_mappings.items())
    known = await session.ask(session.engine.paths)
    child = await session.files.run(Child, path)
    try:
        said = await session.files.run(
            child.tell, Question(session.roots, mappings, known, session.settings.profiles.thread)
        )
        while isinstance(said, Wanted):
            files: list[File] = []
            for some in _few(said.paths):
                facts = await session.ask(session.engine.packed, path, some)
                files += await session.files.run(_as_saved, session, facts)
            said = await session.files.run(child.tell, files)
    finally:
        child.close()
    return said


def _few(paths: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(paths), AT_ONCE):
        yield paths[at : at + AT_ONCE]


def _as_saved(session: Session, packed: Mapping[str, bytes | None]) -> list[File]:
    """The files as they are on disk, which is what was measured: what is typed but not saved came later."""
    return [_file(session, path, facts) for path, facts in packed.items()]


def _file(session: Session, path: str, facts: bytes | None) -> File:
    text = session.text_of(path)
    if path in session.documents:
        saved = read_source(Path(path), session.settings.analysis.max_file_size)
        if isinstance(saved, bytes) and (text is None or saved != text.source):
            found = indexing.extracted(saved, path)
            return File(path, kept.pack(found) if found is not None else None, saved)
    return File(path, facts, text.source if text is not None else None)
