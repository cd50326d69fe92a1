"""`bigo check`: the findings of files and folders."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzers.findings import Finding, Severity
from analyzers.text import Text
from lsp_server.commands.console import CannotRun, print_json, progress, say

if TYPE_CHECKING:
    from analyzers.profiles import Linked
    from lsp_server.baseline import Baseline
    from lsp_server.commands.earlier import Earlier
    from lsp_server.commands.gather import Gathered
    from lsp_server.files.changes import Lines
    from lsp_server.files.store import Store
    from lsp_server.files.texts import Texts
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
    parser.add_argument(
        "--since", metavar="REV", help="only what changed since this revision of git, and who depends on it"
    )
    doing = parser.add_mutually_exclusive_group()
    doing.add_argument(
        "--diff", action="store_true", help="show the certain local fixes as a diff; change nothing"
    )
    doing.add_argument(
        "--fix",
        action="store_true",
        help="apply the certain local fixes; in tests, migrations and the like only where these are named",
    )
    parser.add_argument(
        "--no-cache",
        action="store_true",
        help="read and check everything, whatever is known from earlier runs",
    )
    parser.add_argument(
        "--no-reasons", action="store_true", help="one line per finding, without the evidence"
    )


def run(args: argparse.Namespace) -> int:
    """0 without findings, 1 with findings, 2 where something asked for could not be done."""
    from lsp_server.commands import earlier, gather, measured, scans
    from lsp_server.files.store import opened
    from lsp_server.places import cache_dir
    from lsp_server.render.located import Spelling

    started = time.monotonic()
    root, settings = gather.settings_for(args.paths)
    settings = _overridden(settings, args)
    gather.check_names(settings)
    changed = _changed_since(root, args.since) if args.since else None
    baseline = _read_baseline(args.baseline) if args.baseline else None
    listing = gather.listed(args.paths, settings)
    if changed is not None and (args.fix or args.diff):
        listing = replace(
            listing, wanted=[path for path in listing.wanted if os.path.realpath(path) in changed]
        )
    if args.fix or args.diff:
        from lsp_server.commands import fix

        return fix.run(gather.gather(args.paths, root, settings, listing, cached=not args.no_cache), args)
    spell = Spelling.for_arguments(args.paths)
    with opened(None if args.no_cache else cache_dir()) as store:
        whole = args.profile is None and changed is None
        keys = scans.keys_for(listing, settings) if store is not None and whole else None
        hints = (
            settings.analysis.min_severity == "hint" or args.profile is not None
        )  # a profile may raise them
        answers = () if keys is None else keys[:1] if hints else keys
        checked = _known(store, answers, settings, baseline, spell)
        if checked is None:
            gathered = gather.gather(args.paths, root, settings, listing, cached=not args.no_cache)
            if changed is not None:
                _narrow(gathered, changed)
            if not hints:
                _leave_out_quiet(gathered)
            before = None
            if store is not None and keys is not None:
                before = earlier.Earlier(store, earlier.key_for(listing, settings), gathered)
                gathered.resting = []
            checked = check_all(gathered, measured.linked(gathered, args.profile), baseline, spell, before)
            _keep(store, answers[-1] if answers else None, checked)
    if args.write_baseline:
        return _write_baseline(args.write_baseline, checked)
    stats = _stats(checked, spell, time.monotonic() - started)
    _print(args, checked.located, stats)
    return 2 if checked.failed else 1 if checked.located else 0


def _overridden(settings: Settings, args: argparse.Namespace) -> Settings:
    """The settings under the command line's own. CannotRun for a rule that does not exist."""
    import msgspec

    chosen: dict[str, Any] = {}
    for option in ("select", "ignore"):
        given = getattr(args, option)
        if given:
            from analyzers import rules

            known = {rule.name for rule in rules.all_rules()}
            names = [name.strip() for part in given for name in part.split(",") if name.strip()]
            for name in names:
                if name not in known:
                    raise CannotRun(f"there is no rule {name}; there are {', '.join(sorted(known))}")
            chosen[option] = tuple(names)
    if args.min_severity:
        chosen["min_severity"] = args.min_severity
    return msgspec.structs.replace(settings, analysis=msgspec.structs.replace(settings.analysis, **chosen))


def _narrow(gathered: Gathered, changed: Mapping[str, Lines | None]) -> None:
    """Want only what changed, and who may depend on it."""
    from lsp_server.commands import since

    paths = gathered.project.paths()
    files = {path: changed[real] for path in paths if (real := os.path.realpath(path)) in changed}
    gathered.since = since.changed(gathered.project, gathered.texts, files)
    may_depend = since.may_depend(gathered.project, gathered.since)
    gathered.wanted = [path for path in gathered.wanted if path in files or path in may_depend]


def _leave_out_quiet(gathered: Gathered) -> None:
    """Do not check files of which every finding is a hint, where none is shown. Others still rest on them."""
    from analyzers.project.quiet import is_quiet

    project, quiet = gathered.project, gathered.settings.analysis.quiet_paths
    gathered.wanted = [path for path in gathered.wanted if not is_quiet(project, path, quiet)]


def _changed_since(root: Path, revision: str) -> dict[str, Lines | None]:
    from lsp_server.files import changes

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
    indexed: int = 0
    skipped: dict[str, str] = field(default_factory=dict)
    failed: bool = False
    found: list[tuple[str, tuple[Finding, ...]]] = field(default_factory=list)  # whatever is shown of it

    def add(
        self,
        path: str,
        findings: tuple[Finding, ...],
        least: Severity,
        baseline: Baseline | None,
        texts: Texts,
        spell: Spelling,
    ) -> None:
        """The findings of a file; those at or above the threshold that the baseline does not hold are shown."""
        from lsp_server.render.located import locate

        if findings:
            self.found.append((path, findings))
        for finding in findings:
            text = texts(finding.place.path) if finding.severity >= least else None
            if text is None:
                continue
            if baseline is not None and baseline.holds(finding, text):
                self.in_baseline += 1
            else:
                self.kept.append((finding, text))
                self.located.append(locate(finding, texts, spell))


def check_all(
    gathered: Gathered,
    linked: Linked | None,
    baseline: Baseline | None,
    spell: Spelling,
    before: Earlier | None = None,
) -> Checked:
    """Check every wanted file of which an earlier scan says nothing that still holds. A file that fails is named on stderr
    and the others go on."""
    from lsp_server.commands import checking, gather

    checked = Checked()
    least = Severity.parse(gathered.settings.analysis.min_severity)
    known = before.files if before is not None else {}
    left = [path for path in gathered.wanted if path not in known]
    now: list[checking.OfFile] = []
    with progress("checking") as advance, gather.without_collecting():
        for found in checking.check_files(gathered, linked, left):
            now.append(found)
            advance(len(now), len(left))
    if before is not None:
        fresh = ((one.path, one.lines, one.findings) for one in now if not one.reason)
        before.keep(fresh, gathered.resting or ())
    by_path = {one.path: one for one in now}
    for path in gathered.wanted:
        file = known.get(path)
        found = checking.OfFile(path, file.findings, file.lines) if file is not None else by_path[path]
        if found.reason:
            gathered.skip(path, found.reason)
            continue
        checked.files += 1
        checked.lines += found.lines
        checked.add(path, found.findings, least, baseline, gathered.texts, spell)
    checked.indexed = len(gathered.project)
    checked.skipped, checked.failed = gathered.skipped, gathered.failed
    return checked


def _known(
    store: Store | None,
    keys: Sequence[bytes],
    settings: Settings,
    baseline: Baseline | None,
    spell: Spelling,
) -> Checked | None:
    """What an earlier run found in the same files, by the first of the keys that is known; None where there was none."""
    from lsp_server.commands import scans
    from lsp_server.files.texts import Texts

    known = (scans.find(store, key) for key in keys) if store is not None else ()
    scan = next((scan for scan in known if scan is not None), None)
    if scan is None:
        return None
    checked = Checked(lines=scan.lines, files=scan.files, indexed=scan.indexed, skipped=scan.skipped)
    for path, reason in scan.skipped.items():
        say(f"{os.path.relpath(path)} {reason}")
    least = Severity.parse(settings.analysis.min_severity)
    texts = Texts(settings.analysis.max_file_size)
    for path, findings in scan.found:
        checked.add(path, findings, least, baseline, texts, spell)
    return checked


def _keep(store: Store | None, key: bytes | None, checked: Checked) -> None:
    """Keep what was found for the next run, unless something went wrong."""
    from lsp_server.commands import scans

    if store is not None and key is not None and not checked.failed:
        found = tuple(checked.found)
        scans.keep(
            store, key, scans.Scan(checked.files, checked.lines, checked.indexed, found, checked.skipped)
        )


# -------------------------------------------------------------------------------------------------------- output


def _stats(checked: Checked, spell: Spelling, seconds: float) -> Stats:
    from lsp_server.render.located import Skipped, Stats

    counts = {severity.label: 0 for severity in reversed(Severity)}
    for one in checked.located:
        counts[one.severity] += 1
    skipped = tuple(Skipped(spell(path), reason) for path, reason in checked.skipped.items())
    return Stats(
        checked.files, checked.lines, checked.indexed, counts, checked.in_baseline, skipped, round(seconds, 3)
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


def _write_baseline(path: str, checked: Checked) -> int:
    from lsp_server import baseline

    try:
        baseline.write(Path(path), checked.kept)
    except OSError as error:
        raise CannotRun(f"{path} cannot be written: {error.strerror}") from error
    say(f"{len(checked.kept)} findings written to {path}; pass --baseline {path} to leave them out")
    return 2 if checked.failed else 0
