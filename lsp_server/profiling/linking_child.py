"""`python -m lsp_server.profiling.linking_child FILE`: reads a profile under limits and links it to the project of the server that
started it. How the two talk: `linking.py`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from analyzers.facts import FileFacts
from analyzers.profiles.read import load, within_limits
from analyzers.project.kept import unpack
from analyzers.text import Text
from lsp_server.profiling.linking import File, Question, Wanted, receive, send, send_linked
from lsp_server.profiling.profile_loader import link_loaded


class _Project:
    """The server's project, as far as this process has asked for it."""

    def __init__(self, question: Question) -> None:
        self._paths = question.paths
        self._known = frozenset(question.paths)
        self._files: dict[str, File] = {}
        self._facts: dict[str, FileFacts] = {}

    def paths(self) -> Sequence[str]:
        return self._paths

    def facts(self, path: str) -> FileFacts | None:
        packed = self._file(path).facts
        if packed is not None and path not in self._facts:
            self._facts[path] = unpack(packed)
        return self._facts.get(path)

    def text_of(self, path: str) -> Text | None:
        source = self._file(path).source
        return Text(source) if source is not None else None

    def expect(self, paths: Sequence[str]) -> None:
        """Have these files sent together."""
        wanted = tuple(path for path in paths if path in self._known and path not in self._files)
        if wanted:
            send(sys.stdout.buffer, Wanted(wanted))
            found: list[File] = receive(sys.stdin.buffer, list[File])
            self._files.update((file.path, file) for file in found)

    def _file(self, path: str) -> File:
        self.expect([path])
        return self._files.get(path) or File(path, None, None)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m lsp_server.profiling.linking_child", description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--memory", type=int, required=True, help="bytes")
    parser.add_argument("--cpu", type=int, required=True, help="seconds")
    options = parser.parse_args(arguments)
    if hasattr(os, "nice"):
        os.nice(5)  # the server and its person come first
    return within_limits(options.file, options.memory, options.cpu, lambda: _link(options.file))


def _link(file: str) -> None:
    question: Question = receive(sys.stdin.buffer, Question)
    project = _Project(question)
    linked = link_loaded(
        load(file),
        project,
        question.roots,
        project.text_of,
        mappings=question.mappings,
        thread=question.thread,
        expect=project.expect,
    )
    send_linked(sys.stdout.buffer, linked)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
