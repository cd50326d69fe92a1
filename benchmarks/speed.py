"""What checking code costs: processor time per line, by the steps of the pipeline.

    python benchmarks/speed.py [--only NAME,...] FOLDER ...

Checks every file of each folder cold, in one process, and prints a row of speed.md: microseconds of processor time per
line for parsing, extracting, evaluating and the rules. Evaluating is the time inside `Summaries`, whoever asked; the
rules are what is left of the check. With `--only` the whole folder is read, and the files of these names are checked.
The garbage collector is off, as it is in the workers. Compare two versions by running them in turn, several times: on a
machine with other work the same run can take half as long again.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from analyzers import extract, languages, syntax
from analyzers.check import check, nothing_is_edited
from analyzers.evaluate.summaries import Summaries
from analyzers.project.index import Project
from analyzers.text import Text
from lsp_server.files import workspace
from lsp_server.settings import Settings

HEAD = """| folder | lines | parse | extract | evaluate | rules | all | times parse and extract | seconds |
|---|---|---|---|---|---|---|---|---|"""

_T = TypeVar("_T")


@dataclass
class Clock:
    """Processor time spent in the calls made through it; a call inside another is counted once."""

    seconds: float = 0.0
    inside: int = 0

    def run(self, job: Callable[[], _T]) -> _T:
        began = time.process_time()
        self.inside += 1
        try:
            return job()
        finally:
            self.inside -= 1
            if not self.inside:
                self.seconds += time.process_time() - began


class Watched:
    """`Summaries` with a clock on what is asked from outside."""

    def __init__(self) -> None:
        self.clock = Clock()
        self._analysis, self._with = Summaries.analysis, Summaries.analysis_with

    def __enter__(self) -> Clock:
        clock, analysis, given = self.clock, self._analysis, self._with
        Summaries.analysis = lambda *args: clock.run(lambda: analysis(*args))  # type: ignore[method-assign]
        Summaries.analysis_with = lambda *args: clock.run(lambda: given(*args))  # type: ignore[method-assign]
        return clock

    def __exit__(self, *_: object) -> None:
        Summaries.analysis, Summaries.analysis_with = self._analysis, self._with  # type: ignore[method-assign]


def measure(folder: Path, only: frozenset[str]) -> str:
    """The row of one folder."""
    parse, lower, checking = Clock(), Clock(), Clock()
    project = Project()
    texts: dict[str, bytes] = {}
    read = 0
    for path in workspace.files(folder, Settings()):
        language = languages.for_path(str(path))
        if language is None:
            continue
        source = texts[str(path)] = path.read_bytes()
        if language is languages.TEMPLATE:  # Read by patterns: there is no tree.
            facts = lower.run(lambda: extract.facts_of(source, language))  # noqa: B023 - run at once
        else:
            tree = parse.run(lambda: syntax.parse(source, language))  # noqa: B023
            facts = lower.run(lambda: extract.extract(tree, source, language))  # noqa: B023
        project.update(str(path), facts)
        read += source.count(b"\n") + 1
    checked = 0
    with Watched() as evaluating:
        for name, source in texts.items():
            if only and Path(name).name not in only:
                continue
            checked += source.count(b"\n") + 1
            checking.run(lambda: check(project, name, Text(source)))  # noqa: B023
    rules = checking.seconds - evaluating.seconds
    each = [
        parse.seconds / read,
        lower.seconds / read,
        evaluating.seconds / checked,
        rules / checked,
    ]
    figures = [f"{seconds * 1e6:.1f}" for seconds in (*each, sum(each))]
    total = parse.seconds + lower.seconds + checking.seconds
    times = sum(each) / (each[0] + each[1])
    return f"| {folder.name} | {checked:,} | {' | '.join(figures)} | {times:.1f} | {total:.1f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--only", default="", metavar="NAME,...", help="check only files of these names")
    args = parser.parse_args()
    gc.disable()
    nothing_is_edited()
    print(HEAD)
    for folder in args.folders:
        print(measure(folder.resolve(), frozenset(filter(None, args.only.split(",")))), flush=True)


if __name__ == "__main__":
    main()
