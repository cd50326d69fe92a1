"""Folded stacks, one per line: `root;...;leaf count`.

Written by py-spy (`-f raw`: `name (file:line)`), austin (`file:name:line`, microseconds), Python 3.15's sampler
(`--collapsed`: `tid:N` first, base names only), async-profiler and Brendan Gregg's stackcollapse scripts (names only).
"""

from __future__ import annotations

import math
import re

from analyzers.profiles.frames import Frames, Tree
from analyzers.profiles.profile import Profile, Thread

_LINE = re.compile(rb"(.*\S) +(\d{1,18})((?:,-?\d+)*)\s*")
_PYSPY = re.compile(r"(.*) \(([^()]+?)(?::(\d{1,9}))?\)")
_COLON = re.compile(r"(.+):([^:]*):(-?\d{1,9})")
_PROCESS = re.compile(r"P\d+|process \d+.*")
_THREAD = re.compile(r"T(?:\d+:)?\d+|tid:\d+|thread \(\w+\).*|Thread .*")
_MAX_STACKS = 5_000_000


def read(data: bytes) -> Profile:
    """The profile in a file of folded stacks; ValueError when too many lines are something else."""
    folded = _Folded(austin=data.startswith(b"# austin:"))
    for line in data.splitlines():
        folded.add(line)
    return folded.profile()


class _Folded:
    def __init__(self, *, austin: bool) -> None:
        self.austin = austin
        self.frames = Frames()
        self.tree = Tree()
        self.threads: dict[str, int] = {}
        self.totals: list[int] = []
        self.stacks = 0
        self.samples = 0
        self.bad = 0
        self.parsed: dict[str, int] = {}
        self.style = "plain"

    def add(self, line: bytes) -> None:
        if line.startswith(b"#") or not line.strip():
            if self.austin and line.startswith(b"# mode:") and b"mem" in line:
                raise ValueError("this profile counts memory, not time: record it without --memory")
            return
        match = _LINE.fullmatch(line)
        if match is None:
            self.no_stack(line.strip())
            return
        self.stacks += 1
        if self.stacks > _MAX_STACKS:
            raise ValueError(f"more than {_MAX_STACKS} stacks; record a shorter profile")
        weight = int(match.group(2))
        names = match.group(1).decode("utf-8", "replace").split(";")
        thread = self.thread(names)
        self.totals[thread] += weight
        samples = 1 if self.austin else weight
        self.samples += samples
        self.tree.add((self.frame(name) for name in names), self.scaled(weight), samples, thread)

    def no_stack(self, line: bytes) -> None:
        """py-spy writes the count of an empty stack alone: time that nobody spent."""
        if line.isdigit() and len(line) <= 18:
            self.samples += int(line)
            self.tree.add([self.frames.of("(no stack)", "", 0)], float(line), int(line))
        else:
            self.bad += 1

    def scaled(self, weight: int) -> float:
        return weight / 1e6 if self.austin else float(weight)

    def thread(self, names: list[str]) -> int:
        """Takes the process and thread off the front of the stack."""
        label = ""
        while names and (_PROCESS.fullmatch(names[0]) or _THREAD.fullmatch(names[0])):
            label = names.pop(0)
            self.style = "tachyon" if label.startswith("tid:") else self.style
        if label.startswith("thread ("):  # py-spy learns its name only when `threading` is imported
            label = label.partition(":")[0]
        if label not in self.threads:
            self.threads[label] = len(self.totals)
            self.totals.append(0)
        return self.threads[label]

    def frame(self, text: str) -> int:
        found = self.parsed.get(text)
        if found is None:
            found = self.parsed[text] = self._parse(text)
        return found

    def _parse(self, text: str) -> int:
        match = _PYSPY.fullmatch(text)
        if match is not None:
            self.style = "py-spy"
            return self.frames.of(match.group(1), match.group(2), int(match.group(3) or 0))
        match = _COLON.fullmatch(text)
        if match is not None:
            return self.frames.of(match.group(2), match.group(1), int(match.group(3)))
        return self.frames.of(text, "", 0, native=text.startswith(("[", "<", "(")))

    def profile(self) -> Profile:
        if not self.stacks:
            raise ValueError("no folded stack is in this file")
        if self.bad > self.stacks // 10 + 1:
            raise ValueError("too many lines of this file are no folded stacks")
        nodes = self.tree.nodes()
        total = math.fsum(node.own for node in nodes)
        if total <= 0:
            raise ValueError("the profile is empty: every stack has the weight 0")
        named = {"py-spy": "py-spy", "tachyon": "Tachyon", "plain": "folded stacks"}
        return Profile(
            format="collapsed",
            producer="austin" if self.austin else named[self.style],
            kind="sampling",
            unit="seconds" if self.austin else "samples",
            frames=self.frames.all(),
            total=total,
            nodes=nodes,
            threads=tuple(Thread(name, self.scaled(self.totals[i])) for name, i in self.threads.items()),
            samples=self.samples,
        )
