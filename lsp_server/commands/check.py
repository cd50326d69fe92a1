"""`bigo check`: the findings of files and folders."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzers.findings import Finding, Severity
from analyzers.text import Text
from lsp_server.commands.console import CannotRun, print_json, progress, say

if TYPE_CHECKING:
    from analyzers.profiles import Linked
    from lsp_server.baseline import Baseline
    from lsp_server.commands.gather import Gathered
    from lsp_server.render.located import Located, Spelling, Stats
    from lsp_server.settings import Settings

FORMATS = ("text", "json", "sarif", "github")
SEVERITIES = tuple(severity.label for severity in Severity)


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="files and folders; the current folder by default"
    )
    parser.add_argument("--format", choices=FORMATS, default="text", help="what goes to standard output")
    parser.add_argument(
        "--min-severity", choices=SEVERITIES, help="leave out what is less; sets the exit status too"
    )
    parser.add_argument("--select", action="append", metavar="RULE", help="run only these (repeat, or a,b)")
    parser.add_argument("--ignore", action="append", metavar="RULE", help="leave these out (repeat, or a,b)")
    parser.add_argument(
        "--profile", metavar="FILE", help="a profile: raises what is hot, lowers what is cold"
    )
    parser.add_argument("--baseline", metavar="FILE", help="leave out the findings this file holds")
    parser.add_argument(
        "--write-baseline", metavar="FILE", help="write the findings to this file, to be left out from now on"
    )
    parser.add_argument("--since", metavar="REV", help="only files changed since this revision of git")
    doing = parser.add_mutually_exclusive_group()
    doing.add_argument(
        "--diff", action="store_true", help="show the certain local fixes as a diff; change nothing"
    )
    doing.add_argument("--fix", action="store_true", help="apply the certain local fixes")
    parser.add_argument(
        "--no-reasons", action="store_true", help="one line per finding, without the evidence"
    )


def run(args: argparse.Namespace) -> int:
    """0 without findings, 1 with findings, 2 where something asked for could not be done."""
    from lsp_server.commands import gather, measured
    from lsp_server.render.located import Spelling

    started = time.monotonic()
    root, settings = gather.settings_for(args.paths)
    settings = _overridden(settings, args)
    gather.check_names(settings)
    changed = _changed_since(root, args.since) if args.since else None
    baseline = _read_baseline(args.baseline) if args.baseline else None
    gathered = gather.gather(args.paths, root, settings)
    if changed is not None:
        gathered.wanted = [path for path in gathered.wanted if os.path.realpath(path) in changed]
    if args.fix or args.diff:
        from lsp_server.commands import fix

        return fix.run(gathered, args)
    spell = Spelling.for_arguments(args.paths)
    checked = check_all(gathered, measured.linked(gathered, args.profile), baseline, spell)
    if args.write_baseline:
        return _write_baseline(args.write_baseline, checked, gathered)
    stats = _stats(checked, gathered, spell, time.monotonic() - started)
    _print(args, checked.located, stats)
    return 2 if gathered.failed else 1 if checked.located else 0


def _overridden(settings: Settings, args: argparse.Namespace) -> Settings:
    """The settings under the command line's own. CannotRun for a rule that does not exist."""
    import msgspec

    from analyzers import rules

    chosen: dict[str, Any] = {}
    known = {rule.name for rule in rules.all_rules()}
    for option in ("select", "ignore"):
        given = getattr(args, option)
        if given:
            names = [name.strip() for part in given for name in part.split(",") if name.strip()]
            for name in names:
                if name not in known:
                    raise CannotRun(f"there is no rule {name}; there are {', '.join(sorted(known))}")
            chosen[option] = tuple(names)
    if args.min_severity:
        chosen["min_severity"] = args.min_severity
    return msgspec.structs.replace(settings, analysis=msgspec.structs.replace(settings.analysis, **chosen))


def _changed_since(root: Path, revision: str) -> frozenset[str]:
    from lsp_server import changes

    try:
        return changes.since(root, revision)
    except changes.NoHistory as error:
        raise CannotRun(str(error)) from error


def _read_baseline(path: str) -> Baseline:
    from lsp_server.baseline import Baseline, BaselineError

    try:
        return Baseline.read(Path(path))
    except BaselineError as error:
        raise CannotRun(str(error)) from error


# ------------------------------------------------------------------------------------------------------ checking


@dataclass
class Checked:
    """What a run found, in the order of the files."""

    located: list[Located] = field(default_factory=list)
    kept: list[tuple[Finding, Text]] = field(default_factory=list)
    in_baseline: int = 0
    lines: int = 0
    files: int = 0


def check_all(
    gathered: Gathered, linked: Linked | None, baseline: Baseline | None, spell: Spelling
) -> Checked:
    """Check every wanted file, one at a time. A file that fails is named on stderr and the others go on."""
    from lsp_server.render.located import locate

    checked = Checked()
    with progress("checking") as advance:
        for done, path in enumerate(gathered.wanted, 1):
            found = check_file(gathered, path, linked, checked)
            advance(done, len(gathered.wanted))
            for finding, text in found:
                if baseline is not None and baseline.holds(finding, text):
                    checked.in_baseline += 1
                else:
                    checked.kept.append((finding, text))
                    checked.located.append(locate(finding, gathered.texts, spell))
    return checked


def check_file(
    gathered: Gathered, path: str, linked: Linked | None, checked: Checked
) -> list[tuple[Finding, Text]]:
    """The findings of one file at or above the threshold, with the text they are in."""
    from lsp_server.commands import measured
    from lsp_server.workspace import Unreadable

    text = gathered.texts.read(path)
    if isinstance(text, Unreadable):  # it was there a moment ago
        gathered.skip(path, text.reason)
        return []
    try:
        found = measured.findings(gathered, path, text, linked)
    except Exception as error:  # our defect; the other files are not to blame
        if os.environ.get("BIGO_DEBUG"):
            raise
        gathered.skip(path, f"could not be checked: {type(error).__name__}: {error} (please report this)")
        return []
    checked.files += 1
    checked.lines += text.line_count
    least = Severity.parse(gathered.settings.analysis.min_severity)
    return [(finding, text) for finding in found if finding.severity >= least]


# -------------------------------------------------------------------------------------------------------- output


def _stats(checked: Checked, gathered: Gathered, spell: Spelling, seconds: float) -> Stats:
    from lsp_server.render.located import Skipped, Stats

    counts = {severity.label: 0 for severity in reversed(Severity)}
    for one in checked.located:
        counts[one.severity] += 1
    skipped = tuple(Skipped(spell(path), reason) for path, reason in gathered.skipped.items())
    indexed = len(tuple(gathered.project.paths()))
    return Stats(
        checked.files, checked.lines, indexed, counts, checked.in_baseline, skipped, round(seconds, 3)
    )


def _print(args: argparse.Namespace, located: Sequence[Located], stats: Stats) -> None:
    if args.format == "json":
        print_json({"findings": located, "stats": stats})
    elif args.format == "sarif":
        from analyzers import rules
        from lsp_server.render import sarif
        from lsp_server.version import version

        print_json(sarif.log(located, stats.skipped, rules.all_rules(), version()))
    elif args.format == "github":
        from lsp_server.render import github

        sys.stdout.writelines(line + "\n" for line in github.findings(located))
    else:
        from lsp_server.render import text

        lines = text.findings(located, reasons=not args.no_reasons)
        sys.stdout.writelines(line + "\n" for line in lines)
        sys.stdout.flush()
        say(text.summary(stats))


def _write_baseline(path: str, checked: Checked, gathered: Gathered) -> int:
    from lsp_server import baseline

    try:
        baseline.write(Path(path), checked.kept)
    except OSError as error:
        raise CannotRun(f"{path} cannot be written: {error.strerror}") from error
    say(f"{len(checked.kept)} findings written to {path}; pass --baseline {path} to leave them out")
    return 2 if gathered.failed else 0
