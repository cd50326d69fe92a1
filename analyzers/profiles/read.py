"""Read one profile file: `python -m analyzers.profiles.read FILE` writes the `Profile` to stdout as MessagePack.

Profiles come from anywhere, so a child process with limits runs this (`lsp_server/profiling/profile_loader.py`). A refusal is
one sentence on stderr and exit status 2.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import hashlib
import os
import sys
import zlib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import msgspec

from analyzers.profiles.formats import BY_NAME, FORMATS
from analyzers.profiles.profile import Profile
from analyzers.profiles.sniff import HEAD, TAIL, sniff

MAX_BYTES = 512 << 20
MAX_RATIO = 200

READERS: tuple[str, ...] = tuple(form.name for form in FORMATS if form.readable)


def reader_of(name: str) -> Callable[[bytes], Profile]:
    """The reader of a format, its module imported when it is wanted."""
    module = import_module(f"analyzers.profiles.readers.{BY_NAME[name].reader}")
    read_it: Callable[[bytes], Profile] = module.read
    return read_it


def read(data: bytes, name: str = "the file") -> Profile:
    """The profile in the bytes of a file, gzip-compressed or not. ValueError says why it cannot be read."""
    data = _unpacked(data)
    found = sniff(data[:HEAD], data[-TAIL:])
    if found is None:
        known = "cProfile, pyinstrument, py-spy, V8 .cpuprofile, Chrome traces, pprof, speedscope, folded stacks ..."
        raise ValueError(f"{name} is no profile of a known format (readable are {known}).")
    if not found.readable:
        raise ValueError(found.complaint(name))
    try:
        return reader_of(found.name)(data)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{name} holds {found.title} that cannot be read: {error}.") from None


def load(path: str | Path) -> Profile:
    """Read a file in this process. ValueError as `read`; OSError when the file cannot be opened."""
    path = Path(path)
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        if status.st_size > MAX_BYTES:
            found = sniff(file.read(HEAD))
            advice = found.advice if found else "record a shorter profile"
            raise ValueError(f"{path.name} is larger than {MAX_BYTES >> 20} MiB: {advice}.")
        data = file.read(MAX_BYTES + 1)
    identity = hashlib.sha256(f"{len(data)} {status.st_mtime_ns}\n".encode())
    identity.update(data[:HEAD])
    identity.update(data[-TAIL:])
    return msgspec.structs.replace(
        read(data, path.name),
        id=identity.hexdigest()[:32],
        path=path.as_posix(),
        mtime=status.st_mtime,
        size=len(data),
    )


def _unpacked(data: bytes) -> bytes:
    if not data.startswith(b"\x1f\x8b"):
        return data
    limit = min(MAX_BYTES, MAX_RATIO * len(data))
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(data, limit)
    except zlib.error as error:
        raise ValueError(f"The gzip compression is damaged: {error}.") from None
    if unpacker.unconsumed_tail:
        raise ValueError("The decompressed profile is too large; record a shorter one.")
    return plain


def limit(memory: int, cpu: int) -> None:
    """Bound this process, where the platform can: bytes of address space, seconds of processor time."""
    try:
        import resource
    except ImportError:  # Windows: the parent's timeout is the only limit
        return
    for which, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, cpu), (resource.RLIMIT_CORE, 0)):
        _soft, hard = resource.getrlimit(which)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        # macOS refuses a limit on address space; the others still hold.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(which, (bound, hard))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m analyzers.profiles.read", description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--memory", type=int, default=2 << 30, help="bytes")
    parser.add_argument("--cpu", type=int, default=60, help="seconds")
    options = parser.parse_args(arguments)
    return within_limits(options.file, options.memory, options.cpu, lambda: _write(options.file))


def _write(file: str) -> None:
    sys.stdout.buffer.write(msgspec.msgpack.encode(load(file)))


def within_limits(file: str, memory: int, cpu: int, job: Callable[[], None]) -> int:
    """Bound this process and do what reads `file`. The exit status: 2 after one sentence on stderr, if it refuses."""
    limit(memory, cpu)
    gc.disable()  # a profile is millions of values without a cycle
    name = Path(file).name
    try:
        job()
    except OSError as error:
        print(f"{name} cannot be opened: {error.strerror or error}.", file=sys.stderr)
        return 2
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    except (MemoryError, RecursionError):
        print(f"{name} needs too much memory; record a shorter profile.", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
