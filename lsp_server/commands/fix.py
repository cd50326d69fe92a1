"""`bigo check --diff` and `--fix`: the certain local fixes, shown or applied."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analyzers.findings import Finding, Severity
from analyzers.project.quiet import is_quiet
from lsp_server.commands import checking, since
from lsp_server.commands.console import progress, say
from lsp_server.files import workspace
from lsp_server.files.workspace import Unreadable
from lsp_server.fixes import (
    Edits,
    apply_edits,
    certain_edits,
    certain_fix,
    unified_diff,
    write_unless_changed,
)

if TYPE_CHECKING:
    from lsp_server.commands.gather import Gathered
    from lsp_server.files.changes import Lines

# A fix may make room for the next one in the same place; a circle of fixes must end all the same.
ROUNDS = 10


def run(gathered: Gathered, args: argparse.Namespace) -> int:
    """Fix until nothing certain is left, in memory; then print the difference or write it. `--diff` gives 1 where
    there is something to fix, `--fix` where findings remain."""
    before: dict[str, bytes] = {}
    tried: dict[tuple[str, str, str, str], int] = {}
    found: dict[str, tuple[Finding, ...]] = {}
    gathered.wanted = _asked_for(gathered, args.paths)
    stale, fixed = gathered.wanted, 0
    for _ in range(ROUNDS):
        found |= _found(gathered, stale)
        told = [one for path in gathered.wanted for one in found.get(path, ())]
        number = Counter(map(_identity, told))
        # A finding that outlives its own fix must not be fixed again and again. Of several alike each is fixed.
        new = [one for one in told if number[_identity(one)] < tried.get(_identity(one), sys.maxsize)]
        edits, count = certain_edits(new)
        if not count:
            break
        fixed += count
        taken = [finding for finding in new if _taken(finding, edits)]
        tried |= {_identity(one): number[_identity(one)] for one in taken}
        stale = _stale(gathered, edits, {finding.place.path for finding in taken})
        for path, wanted in edits.items():
            text = gathered.texts.read(path)
            if not isinstance(text, Unreadable):
                before.setdefault(path, text.source)
                _replace(gathered, path, apply_edits(text.source, wanted))
    else:
        found |= _found(gathered, stale)
    left = sum(map(len, found.values()))
    after = {path: latest.source for path in before if (latest := gathered.texts(path)) is not None}
    return _show(before, after, fixed, gathered) if args.diff else _save(before, after, fixed, left, gathered)


def _asked_for(gathered: Gathered, paths: Sequence[str]) -> list[str]:
    """The files to fix: tests, migrations and other quiet ones only where they, or a folder of such, are named. A
    migration that has run is history."""
    project, quiet = gathered.project, gathered.settings.analysis.quiet_paths
    folders = [os.path.join(workspace.key(Path(path)), "") for path in paths]
    named = tuple(folder for folder in folders if is_quiet(project, folder + "any.py", quiet))
    return [
        path
        for path in gathered.wanted
        if path in gathered.named or path.startswith(named) or not is_quiet(project, path, quiet)
    ]


def _found(gathered: Gathered, paths: Sequence[str]) -> dict[str, tuple[Finding, ...]]:
    """The findings at or above the threshold, by file, in the texts as they are now."""
    from lsp_server.commands import gather

    least = Severity.parse(gathered.settings.analysis.min_severity)
    found: dict[str, tuple[Finding, ...]] = {}
    with progress("checking") as advance, gather.without_collecting():
        for done, of_file in enumerate(checking.check_files(gathered, None, paths), 1):
            advance(done, len(paths))
            if of_file.reason:
                gathered.skip(of_file.path, of_file.reason)
            found[of_file.path] = tuple(one for one in of_file.findings if one.severity >= least)
    return found


def _stale(gathered: Gathered, edits: Edits, fixed: set[str]) -> list[str]:
    """The files to look at again: those that are edited, those whose findings that mends, and who may depend on them.
    Asked before the texts are replaced."""
    files: dict[str, Lines | None] = {}
    for path, wanted in edits.items():
        text = gathered.texts(path)
        if text is not None:
            spans = (edit.place.span for edit in wanted)
            files[path] = tuple((text.line_of(at.start) + 1, text.line_of(at.end) + 1) for at in spans)
    changed = since.changed(gathered.project, gathered.texts, files)
    again = {*files, *fixed, *since.may_depend(gathered.project, changed)}
    return [path for path in gathered.wanted if path in again]


def _show(before: dict[str, bytes], after: dict[str, bytes], fixed: int, gathered: Gathered) -> int:
    for path, source in after.items():
        sys.stdout.writelines(unified_diff(Path(os.path.relpath(path)).as_posix(), before[path], source))
    sys.stdout.flush()
    say(
        f"{_count(fixed, 'certain fix', 'certain fixes')} in {_count(len(after), 'file')}; nothing was changed"
    )
    return 2 if gathered.failed else 1 if fixed else 0


def _save(
    before: dict[str, bytes], after: dict[str, bytes], fixed: int, left: int, gathered: Gathered
) -> int:
    written = _write(after, before)
    say(f"{_count(fixed, 'finding')} fixed in {_count(len(after), 'file')}, {left} left")
    return 2 if gathered.failed or not written else 1 if left else 0


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _identity(finding: Finding) -> tuple[str, str, str, str]:
    return finding.place.path, finding.function, finding.rule, finding.message


def _taken(finding: Finding, edits: Edits) -> bool:
    fix = certain_fix(finding)
    return fix is not None and all(edit in edits.get(edit.place.path, ()) for edit in fix.edits)


def _replace(gathered: Gathered, path: str, source: bytes) -> None:
    """The file is `source` from now on, for the project and the texts."""
    from analyzers.extract import facts_of
    from analyzers.languages import for_path

    language = for_path(path)
    assert language is not None  # findings are in files of a language
    gathered.texts.put(path, source)
    gathered.project.update(path, facts_of(source, language))


def _write(after: dict[str, bytes], before: dict[str, bytes]) -> bool:
    """Write each file that is still as it was when it was read; False if one was not written."""
    problems = {
        path: write_unless_changed(Path(path), before[path], source) for path, source in after.items()
    }
    for path, problem in problems.items():
        if problem is not None:
            say(f"{os.path.relpath(path)} {problem.reason}")
    return not any(problems.values())
