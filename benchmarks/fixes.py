"""How many commits that fixed an N+1 or a quadratic are told before them, and silent after them.

    python benchmarks/fixes.py                   the table of fixes.md, of what fixes.csv records
    python benchmarks/fixes.py CLONES [--only REGEX] [--cache FOLDER] [--verbose] [--record]

CLONES holds git directories of the repositories of fixes.csv, bare or not: `CLONES/owner/name`, `CLONES/owner+name`
or `CLONES/name`; what is missing is named with the command that clones it, and left out. No working tree is needed
or touched. A case is a repository, the commit that fixed it, the file and the function or class (`where`, with its
lines before the fix) that held it, its kind, `about`: the name of the relation, method or callee concerned, and what was
told of it when it was last scored (`before`: found or missed, `after`: silent or told).

A case is *found* when the check of its file as it stood before the commit, in the index of the whole repository, has
a finding of its kind that touches `where` and names `about`. It is a *false alarm* when the check of the commit itself
still has one. Prints the table of those scored and which of them are told otherwise than recorded; exits 0.
"""

from __future__ import annotations

import argparse
import csv
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
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
SKIPPED = re.compile(
    r"(^|/)(tests?|testing|migrations|node_modules|locale|static|venv|site-packages)/|(^|/)test_|\.min\.js$"
)
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
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Verdict:
    """The messages of the checks before and after a commit, about its case."""

    case: Case
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def scored(self) -> Case:
        """The case with what is told of it now."""
        return replace(
            self.case, before="found" if self.before else "missed", after="told" if self.after else "silent"
        )


def main(arguments: list[str]) -> int:
    """Judge the cases whose repositories are there, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument(
        "clones", type=Path, nargs="?", help="left out: nothing is scored, the table is of the records"
    )
    parser.add_argument("--cases", type=Path, default=CASES, help="another list of the same columns")
    parser.add_argument("--only", default="", help="a regular expression for `repository commit path kind`")
    parser.add_argument("--cache", type=Path, help="keep the facts of files here, by their hash")
    parser.add_argument("--verbose", action="store_true", help="print the messages of each case")
    parser.add_argument("--record", action="store_true", help="write what is told now into the list")
    options = parser.parse_args(arguments)
    listed = read_cases(options.cases)
    chosen = [c for c in listed if re.search(options.only, f"{c.repository} {c.commit} {c.path} {c.kind}")]
    if options.clones is None:
        print("\n".join(table(chosen)))
        return 0
    scored = {case: judge(case, options) for case in sorted(chosen, key=lambda c: c.repository)}
    now = {case: verdict.scored for case, verdict in scored.items() if verdict is not None}
    print("\n".join([*table(list(now.values())), "", *changes(now)]))
    if options.record:
        write_cases(options.cases, [now.get(case, case) for case in listed])
    return 0


def judge(case: Case, options: argparse.Namespace) -> Verdict | None:
    """The verdict, told on standard error as it comes; None where the repository is missing."""
    clone = clone_of(options.clones, case.repository)
    if clone is None:
        print(f"missing: git clone https://github.com/{case.repository}", file=sys.stderr)
        return None
    verdict = judged(case, Repository(clone, options.cache))
    print(_line(verdict.scored), file=sys.stderr, flush=True)
    if options.verbose:
        for name, messages in (("before", verdict.before), ("after", verdict.after)):
            print(*(f"    {name}: {message}" for message in messages), sep="\n", file=sys.stderr)
    return verdict


def read_cases(path: Path) -> list[Case]:
    """The list, in its order."""
    with path.open(newline="", encoding="utf-8") as file:
        return [Case(**row) for row in csv.DictReader(file)]


def write_cases(path: Path, cases: list[Case]) -> None:
    """The list, with what was told of each."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, [field.name for field in fields(Case)], lineterminator="\n")
        out.writeheader()
        out.writerows(asdict(case) for case in cases)


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
    project.set_roots([ROOT])
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


# --------------------------------------------------------------------------------------------------- the table


def _line(case: Case) -> str:
    before = "MISSED" if case.before == "missed" else case.before
    after = "TOLD" if case.after == "told" else case.after
    return f"{before:7}{after:7}{case.repository} {case.commit[:10]} {case.path} {case.where} ({case.kind}: {case.about})"


def changes(now: dict[Case, Case]) -> list[str]:
    """The cases that are told otherwise than recorded, a line each."""
    return [
        f"recorded as {was.before or 'not scored'}, {was.after or 'not scored'}; now: {_line(case)}"
        for was, case in now.items()
        if (was.before, was.after) != (case.before, case.after)
    ]


def table(cases: list[Case]) -> list[str]:
    """The figures by kind, as Markdown."""
    out = ["| kind | cases | found before | still told after |", "|---|---|---|---|"]
    kinds = Counter(case.kind for case in cases)
    for kind, count in (*sorted(kinds.items()), ("all", len(cases))):
        those = [case for case in cases if kind in ("all", case.kind)]
        found, still = sum(c.before == "found" for c in those), sum(c.after == "told" for c in those)
        out.append(
            f"| {kind} | {count} | {found} ({found / max(count, 1):.0%}) | {still} ({still / max(count, 1):.0%}) |"
        )
    return out


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
