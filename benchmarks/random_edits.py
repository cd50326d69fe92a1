"""Random edits in a session, each state compared with a fresh analysis of the same text.

    python benchmarks/random_edits.py [FILE...] [--language python | --long] [--seed 1] [--edits 1000] [--every 1]
    python benchmarks/random_edits.py --folder FOLDER [--seed 1] [--edits 1000] [--every 1]

Files are opened together, as one project; without any, documents are put together from the rules' own examples, or with
`--long` a long function from statements. What is typed is
characters, pieces of code, words and lines moved, doubled and left out, in broken text, too, and undone at times. It goes through
the session as an editor's `didChange` does, and findings, costs and the diagnostics that are sent have to be those of an engine that
has seen nothing else. The first difference ends it with exit code 1 and the shortest sequence that shows it; `--keep` writes
that to a file, and `--replay` types it again. With `--folder` some of its files are open and the others on disk, and all are
changed as people and their tools do it: see `tests/server/edit_folders.py`.
"""

from __future__ import annotations

import argparse
import itertools
import json
import logging
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "server"))

EACH = 150
"""Edits of one document made of examples; then another one is made."""


def rounds(args: argparse.Namespace) -> Iterator[tuple[dict[str, str], list]]:
    """Documents, and steps to be typed into them."""
    from edit_sequences import Step, examples, long_function, random_steps

    if args.replay:
        kept = json.loads(args.replay.read_text("utf-8"))
        yield kept["texts"], [Step(*step) for step in kept["steps"]]
        return
    chance = random.Random(args.seed)
    name = {"python": "examples.py", "typescript": "examples.ts"}[args.language]
    left = args.edits
    while left > 0:
        count = left if args.files else min(EACH, left)
        texts = {path.name: path.read_text("utf-8") for path in args.files}
        if not texts:
            texts = {name: long_function(chance) if args.long else examples(chance, args.language)}
        yield texts, list(itertools.islice(random_steps(chance, texts), count))
        left -= count


def stories(args: argparse.Namespace) -> int:
    """The same of folders, some of whose files are open."""
    from edit_folders import Deed, deeds, first_difference

    from analyzers import languages

    typed, began, chance = 0, time.process_time(), random.Random(args.seed)
    disk = {
        path.relative_to(args.folder).as_posix(): path.read_bytes().decode()
        for path in sorted(args.folder.rglob("*"))
        if path.is_file() and "node_modules" not in path.parts and languages.for_path(path.as_posix())
    }
    while typed < args.edits:
        told = list(itertools.islice(deeds(chance, disk), min(EACH, args.edits - typed)))
        if args.replay:
            kept = json.loads(args.replay.read_text("utf-8"))
            disk, told = kept["disk"], [Deed(*deed) for deed in kept["deeds"]]
        found = first_difference(disk, told, args.every)
        if found is not None:
            text, files, few = found
            print(text)
            if args.keep:
                args.keep.write_text(json.dumps({"disk": dict(files), "deeds": few}), "utf-8")
            return 1
        typed += len(told)
        print(f"{typed} deeds, no difference, {time.process_time() - began:.0f} s", file=sys.stderr)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--language", choices=["python", "typescript"], default="python")
    parser.add_argument("--long", action="store_true", help="one long function of Python")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--edits", type=int, default=1000)
    parser.add_argument("--every", type=int, default=1, help="compare after every so many edits")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="write the sequence that differs")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="type a sequence that was kept")
    parser.add_argument("--folder", type=Path, help="tell stories of a folder, some of whose files are open")
    args = parser.parse_args()
    from edit_sequences import first_difference

    logging.getLogger("analyzers").addHandler(Raised())
    if args.folder is not None:
        return stories(args)
    typed, began = 0, time.process_time()
    for texts, steps in rounds(args):
        found = first_difference(texts, steps, args.every)
        if found is not None:
            text, texts, few = found
            print(text)
            if args.keep:
                args.keep.write_text(json.dumps({"texts": texts, "steps": few}), "utf-8")
            return 1
        typed += len(steps)
        print(f"{typed} edits, no difference, {time.process_time() - began:.0f} s", file=sys.stderr)
    return 0


class Raised(logging.Handler):
    """What the engine logs as failed is no answer: `check` goes on without it."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            raise AssertionError(record.getMessage()) from sys.exc_info()[1]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = os.environ["XDG_STATE_HOME"] = folder
        sys.exit(main())
