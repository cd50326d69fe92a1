"""How many commits that fixed an N+1 or a quadratic are told before them, and silent after them.

    python benchmarks/fixes.py CLONES [--only REGEX] [--cache FOLDER] [--verbose]

CLONES holds git directories of the repositories of fixes.csv, bare or not: `CLONES/owner/name`, `CLONES/owner+name`
or `CLONES/name`; what is missing is named with the command that clones it, and left out. No working tree is needed
or touched. A case is a repository, the commit that fixed it, the file and the function or class (`where`, with its
lines before the fix) that held it, its kind, and `about`: the name of the relation, method or callee concerned.

A case is *found* when the check of its file as it stood before the commit, in the index of the whole repository, has
a finding of its kind that touches `where` and names `about`. It is a *false alarm* when the check of the commit itself
still has one. Prints the tables of fixes.md and fixes_cases.md, and exits 0.
"""

from __future__ import annotations

import argparse
import csv
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analyzers import extract, languages
from analyzers.check import Options, check
from analyzers.facts import FileFacts
from analyzers.findings import Finding, Place
from analyzers.project.index import Project
from analyzers.project.kept import pack, unpack
from analyzers.text import Text

CASES = Path(__file__).with_name("fixes.csv")
QUADRATIC = "quadratic"
SKIPPED = re.compile(r"(^|/)(tests?|testing|migrations|node_modules|locale|static)/|(^|/)test_|\.min\.js$")
"""Files that hold no model, loop or queryset of a case."""
LARGEST = 2_000_000
ROOT = "/checkout/"
"""Where the project believes the files are."""


@dataclass(frozen=True)
class Case:
    """One fix; `lines` are those of `where` before it, as `first-last`."""

    repository: str
    commit: str
    path: str
    where: str
    lines: str
    kind: str
    about: str


@dataclass(frozen=True)
class Verdict:
    """What the checks before and after a commit say of its case."""

    case: Case
    before: tuple[str, ...]
    after: tuple[str, ...]


def main(arguments: list[str]) -> int:
    """Judge the cases whose repositories are there, and print the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("clones", type=Path)
    parser.add_argument("--cases", type=Path, default=CASES, help="another list of the same columns")
    parser.add_argument("--only", default="", help="a regular expression for `repository commit path kind`")
    parser.add_argument("--cache", type=Path, help="keep the facts of files here, by their hash")
    parser.add_argument("--verbose", action="store_true", help="print the messages of each case")
    options = parser.parse_args(arguments)
    chosen = [
        c
        for c in read_cases(options.cases)
        if re.search(options.only, f"{c.repository} {c.commit} {c.path} {c.kind}")
    ]
    verdicts: list[Verdict] = []
    for case in sorted(chosen, key=lambda c: c.repository):
        clone = clone_of(options.clones, case.repository)
        if clone is None:
            print(f"missing: git clone https://github.com/{case.repository}", file=sys.stderr)
            continue
        verdict = judged(case, Repository(clone, options.cache))
        verdicts.append(verdict)
        print(_line(verdict), file=sys.stderr, flush=True)
        if options.verbose:
            for name, messages in (("before", verdict.before), ("after", verdict.after)):
                print(*(f"    {name}: {message}" for message in messages), sep="\n", file=sys.stderr)
    print("\n".join(page(verdicts)))
    return 0


def read_cases(path: Path) -> list[Case]:
    """The list, in its order."""
    with path.open(newline="", encoding="utf-8") as file:
        return [Case(**row) for row in csv.DictReader(file)]


def clone_of(clones: Path, repository: str) -> Path | None:
    """The git directory of a repository."""
    owner, _, name = repository.partition("/")
    for folder in (clones / owner / name, clones / f"{owner}+{name}", clones / name):
        for candidate in (folder / ".git", folder / "repo", folder / "repo" / ".git", folder):
            if (candidate / "objects").is_dir():
                return candidate
    return None


# ------------------------------------------------------------------------------------------------ repositories


class Repository:
    """Trees of a git directory, and the facts of their files."""

    def __init__(self, clone: Path, cache: Path | None) -> None:
        self._clone = clone
        self._cache = cache
        self._batch: subprocess.Popen[bytes] | None = None

    def tree(self, commit: str) -> dict[str, str]:
        """The files of a commit in a language that is read: path -> hash of the content."""
        listed = self._git("ls-tree", "-r", "-z", commit).split("\0")
        out = {}
        for entry in filter(None, listed):
            head, path = entry.split("\t", 1)
            if head.split()[1] != "blob" or head.startswith("120000"):
                continue  # A submodule or a link.
            if languages.for_path(ROOT + path) is not None and not SKIPPED.search(path):
                out[path] = head.split()[2]
        return out

    def parent(self, commit: str) -> str:
        return self._git("rev-parse", f"{commit}^").strip()

    def facts(self, path: str, blob: str) -> FileFacts | None:
        """The facts of a file's content."""
        language = languages.for_path(ROOT + path)
        stored = self._cache / blob[:2] / f"{blob}{Path(path).suffix}" if self._cache is not None else None
        if stored is not None and stored.exists():
            return unpack(stored.read_bytes())
        source = self.content(blob)
        if language is None or len(source) > LARGEST:
            return None
        facts = extract.facts_of(source, language)
        if stored is not None:
            stored.parent.mkdir(parents=True, exist_ok=True)
            stored.write_bytes(pack(facts))
        return facts

    def content(self, blob: str) -> bytes:
        if self._batch is None:
            command = ["git", "--git-dir", str(self._clone), "cat-file", "--batch"]
            self._batch = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._batch.stdin is not None
        assert self._batch.stdout is not None
        self._batch.stdin.write(blob.encode() + b"\n")
        self._batch.stdin.flush()
        head = self._batch.stdout.readline().split()
        if head[-1] == b"missing":
            return b""  # A clone may lack its largest files.
        return self._batch.stdout.read(int(head[2]) + 1)[:-1]

    def _git(self, *arguments: str) -> str:
        command = ["git", "--git-dir", str(self._clone), *arguments]
        return subprocess.run(command, capture_output=True, check=True).stdout.decode(errors="replace")


def judged(case: Case, repository: Repository) -> Verdict:
    """The check before the commit, and the same project's check after it."""
    project = Project()
    before = repository.tree(repository.parent(case.commit))
    after = repository.tree(case.commit)
    for path, blob in before.items():
        _add(project, repository, path, blob)
    old = tuple(_told(case, project, repository, before))
    for path in before.keys() - after.keys():
        project.remove(ROOT + path)
    for path, blob in after.items():
        if before.get(path) != blob:
            _add(project, repository, path, blob)
    return Verdict(case, old, tuple(_told(case, project, repository, after)))


def _add(project: Project, repository: Repository, path: str, blob: str) -> None:
    facts = repository.facts(path, blob)
    if facts is not None:
        project.update(ROOT + path, facts)


def _told(case: Case, project: Project, repository: Repository, tree: dict[str, str]) -> Iterator[str]:
    """The messages about the case in the file as it stands in the project."""
    path = ROOT + case.path
    if case.path not in tree:
        return
    text = Text(repository.content(tree[case.path]))
    spans = list(_spans(project, path, case.where))
    for finding in check(project, path, text, Options()):
        touches = any(_within(place, path, spans) for place in _places(finding))
        of_kind = ("query" in finding.tags) == (case.kind != QUADRATIC)
        if touches and of_kind and re.search(rf"\b(?:{case.about})(?:\b|_set\b)", finding.message):
            yield f"{finding.severity.label} {finding.rule}: {finding.message}"


def _spans(project: Project, path: str, where: str) -> Iterator[tuple[int, int]]:
    function, cls = project.function(path, where), project.class_(path, where)
    if function is not None:
        yield function.start, function.end
    elif cls is not None:
        yield cls.start, cls.end
    elif where in ("", "<module>"):
        yield 0, 1 << 40


def _places(finding: Finding) -> Iterator[Place]:
    yield finding.place
    for related in finding.related:
        yield related.place


def _within(place: Place, path: str, spans: list[tuple[int, int]]) -> bool:
    return place.path == path and any(start <= place.span.start < end for start, end in spans)


# ---------------------------------------------------------------------------------------------------- the page


def _line(verdict: Verdict) -> str:
    case = verdict.case
    found = "found" if verdict.before else "MISSED"
    silent = "silent" if not verdict.after else "STILL"
    return f"{found:7}{silent:7}{case.repository} {case.commit[:10]} {case.path} {case.where} ({case.kind}: {case.about})"


def page(verdicts: list[Verdict]) -> list[str]:
    """The figures and the table of cases, as Markdown."""
    out = ["| kind | cases | found before | still told after |", "|---|---|---|---|"]
    kinds = Counter(v.case.kind for v in verdicts)
    for kind, count in (*sorted(kinds.items()), ("all", len(verdicts))):
        those = [v for v in verdicts if kind in ("all", v.case.kind)]
        found, still = sum(bool(v.before) for v in those), sum(bool(v.after) for v in those)
        out.append(
            f"| {kind} | {count} | {found} ({found / max(count, 1):.0%}) | {still} ({still / max(count, 1):.0%}) |"
        )
    out += ["", "| repository | commit | where | kind | before | after |", "|---|---|---|---|---|---|"]
    for v in verdicts:
        c = v.case
        before, after = "found" if v.before else "missed", "silent" if not v.after else "still told"
        out.append(
            f"| {c.repository} | {c.commit[:10]} | `{c.path}`, `{c.where}` | {c.kind} | {before} | {after} |"
        )
    return out


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
