"""How many findings on real code are right: verdicts of a reader beside the findings of today.

    python benchmarks/precision.py NAME=FOLDER=CHECK.json ...

CHECK.json is what `bigo check FOLDER --format json --min-severity information` printed; NAME is a key of BASES. The
verdicts are in precision.csv (code base, path, line, rule, verdict, reason), made by reading the code around each
finding. Prints the Markdown of precision.md: the first fifty findings of each code base in the order of paths, totals
by rule and severity, and the wrong findings that are gone. Exits 1 when a finding has no verdict yet, and names it.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

VERDICTS = Path(__file__).with_name("precision.csv")
BASES = {
    "django": ("Django 5.2.8, its own source (`django/`)", "the release on PyPI"),
    "netbox": ("netbox-community/netbox", "43fe81f9e833228c9869f7ddadb67e6c5f145060"),
    "hoppscotch": ("hoppscotch/hoppscotch, its server (`packages/hoppscotch-backend`)", "afc2cf181c16e56647b099e5d18cfe55710c6cdd"),
    "documenso": ("documenso/documenso (`packages`, `apps/remix/server`)", "75330166cc00b29c14399bc2e391e4b4d8080c00"),
    "saleor": ("saleor/saleor, without its seed data (`core/utils/random_data.py`)", "723cd4eba87dfc72822ade45dc08a3caa548428d"),
}  # fmt: skip
LEFT_OUT = ("core/utils/random_data.py",)
FIRST = 50
KINDS = ("right", "moot", "wrong")

Key = tuple[str, str, int, str]


@dataclass(frozen=True)
class Row:
    """One finding with its verdict; `verdict` is empty where nobody has read it yet."""

    key: Key
    severity: str
    verdict: str
    reason: str


def main(arguments: list[str]) -> int:
    """Print the page for the checks named; 1 where a finding has no verdict."""
    verdicts = read_verdicts(VERDICTS)
    missing: list[Row] = []
    for argument in arguments:
        name, folder, check = argument.split("=")
        rows = judged(name, Path(folder), json.loads(Path(check).read_text()), verdicts)
        first = rows[:FIRST]
        missing += [row for row in first if not row.verdict]
        print("\n".join(page(name, first, gone(name, rows, verdicts), len(rows))))
    for row in missing:
        print("no verdict:", *row.key, file=sys.stderr)
    return 1 if missing else 0


def read_verdicts(path: Path) -> dict[Key, tuple[str, str]]:
    """(code base, path, line, rule) -> (verdict, reason)."""
    with path.open(newline="", encoding="utf-8") as file:
        return {
            (row["code base"], row["path"], int(row["line"]), row["rule"]): (row["verdict"], row["reason"])
            for row in csv.DictReader(file)
        }


def judged(
    name: str, folder: Path, check: dict[str, list[dict[str, object]]], verdicts: dict[Key, tuple[str, str]]
) -> list[Row]:
    """The findings of one check in the order of paths and lines, each with its verdict."""
    rows = []
    for finding in check["findings"]:
        path = Path(str(finding["path"])).resolve().relative_to(folder.resolve()).as_posix()
        if path.endswith(LEFT_OUT):
            continue
        key = (name, path, int(str(finding["line"])), str(finding["rule"]))
        rows.append(Row(key, str(finding["severity"]), *verdicts.get(key, ("", ""))))
    return sorted(rows, key=lambda row: row.key)


def gone(name: str, rows: list[Row], verdicts: dict[Key, tuple[str, str]]) -> list[tuple[Key, str]]:
    """What was judged wrong once and is not reported any more."""
    present = {row.key for row in rows}
    return [
        (key, reason)
        for key, (verdict, reason) in sorted(verdicts.items())
        if verdict == "wrong" and key[0] == name and key not in present
    ]


def page(name: str, rows: list[Row], mended: list[tuple[Key, str]], reported: int) -> list[str]:
    """The section of one code base."""
    title, revision = BASES[name]
    lines = [f"## {title}", "", f"Revision: {revision}. {reported} findings; the first {len(rows)} read.", ""]
    lines += ["| rule | severity | right | moot | wrong |", "|---|---|---|---|---|"]
    counts = Counter((row.key[3], row.severity, row.verdict) for row in rows)
    for rule, severity in sorted({(row.key[3], row.severity) for row in rows}):
        lines.append(_line(rule, severity, *(str(counts[rule, severity, kind]) for kind in KINDS)))
    for severity in ("warning", "information"):
        of = Counter(row.verdict for row in rows if row.severity == severity)
        lines.append(_line("**all**", f"**{severity}**", *(f"**{of[kind]}**" for kind in KINDS)))
    lines += ["", "| place | rule | severity | verdict | why |", "|---|---|---|---|---|"]
    for row in rows:
        _, path, line, rule = row.key
        lines.append(_line(f"{path}:{line}", rule, row.severity, row.verdict, row.reason))
    if mended:
        lines += ["", "Wrong once, not reported any more:", ""]
        lines += [f"- {path}:{line} {rule}: {reason}" for (_, path, line, rule), reason in mended]
    return [*lines, ""]


def _line(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
