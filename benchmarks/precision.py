"""How many findings on real code are right: verdicts of a reader beside the findings of today.

    python benchmarks/precision.py [--since] NAME=FOLDER=CHECK.json ...

CHECK.json is what `bigo check FOLDER --format json --min-severity information` printed; NAME is a key of BASES. The
verdicts are in precision.csv (code base, path, line, rule, severity, verdict, reason), made by reading the code around
each finding. Prints the totals of precision.md as Markdown, by code base and by rule. Exits 1 when a finding has no
verdict yet, and names it.

`--since` prints what has become of the warnings that were judged: how many of them still are warnings, and of these how many
are right; for all code bases named and for two halves of them, which their names decide. What tells right ones from moot ones
is looked for in the first half, and believed if the second says so, too.
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

VERDICTS = Path(__file__).with_name("precision.csv")
BASES = {
    "ansible_core": ("ansible-core, with ansible-test", "PyPI wheel 2.19.14"),
    "attrs": ("attrs", "PyPI wheel 26.1.0"),
    "black": ("Black, with blib2to3", "PyPI wheel 26.10.1"),
    "celery": ("Celery", "PyPI wheel 5.7.0"),
    "django_oscar": ("django-oscar", "PyPI wheel 4.2.1"),
    "docutils": ("Docutils", "PyPI wheel 0.23"),
    "flask": ("Flask", "PyPI wheel 3.1.3"),
    "httpx": ("HTTPX", "PyPI wheel 0.28.1"),
    "mealie": ("mealie-recipes/mealie, its server (`mealie/`)", "b5643a9399465d8b4ea339e7a6639df2d697741b"),
    "mypy": ("mypy, with mypyc", "PyPI wheel 2.4.1"),
    "networkx": ("NetworkX, with its tests", "PyPI wheel 3.6.1"),
    "pandas": ("pandas, without its tests", "PyPI wheel 3.1.1"),
    "paperless": ("paperless-ngx/paperless-ngx, its server (`src/`)", "b0e0e8a35373a5d9d588a507cb63c79e50a23403"),
    "pip": ("pip, without what it vendors", "PyPI wheel 26.3"),
    "pytest": ("pytest", "PyPI wheel 9.2.0"),
    "requests": ("Requests", "PyPI wheel 2.34.2"),
    "rich": ("Rich", "PyPI wheel 15.0.0"),
    "scrapy": ("Scrapy", "PyPI wheel 2.19.0"),
    "sklearn": ("scikit-learn, its Python (`sklearn/`)", "PyPI wheel 1.9.1"),
    "sphinx": ("Sphinx", "PyPI wheel 9.0.4"),
    "romm": ("rommapp/romm, its server (`backend/`)", "57badfd62664c8db211294761489f61470c74ce6"),
    "dispatch": ("Netflix/dispatch, its server (`src/`)", "dd2837e82a0bf5565b1b4b4b91ea30b7262d4061"),
    "sqlalchemy": ("SQLAlchemy", "PyPI wheel 2.1.9"),
    "wagtail": ("wagtail/wagtail (`wagtail/`)", "c2ae43b9265d085c95142cd1a1f8563ad2eb4de9"),
    "conda": ("conda/conda (`conda/`)", "0f64223fb8da4328457a69fe6483959dbb783152"),
    "pylint": ("pylint-dev/pylint (`pylint/`)", "3a99b2d728d0c8ff5267e0c38ebad4f5ba228dac"),
    "warehouse": ("pypi/warehouse (`warehouse/`)", "6b62157124ab7865029afeeadf282bce27d601d9"),
    "django": ("Django 5.2.8, its own source (`django/`)", "the release on PyPI"),
    "netbox": ("netbox-community/netbox", "43fe81f9e833228c9869f7ddadb67e6c5f145060"),
    "hoppscotch": ("hoppscotch/hoppscotch, its server (`packages/hoppscotch-backend`)", "afc2cf181c16e56647b099e5d18cfe55710c6cdd"),
    "documenso": ("documenso/documenso (`packages`, `apps/remix/server`)", "75330166cc00b29c14399bc2e391e4b4d8080c00"),
    "ckan": ("ckan/ckan", "2dbe2c18f65ec75798c3667dd412c2320ac44ab0"),
    "flaskbb": ("flaskbb/flaskbb", "4b78af85e96b375fdbc4d53723cedea459c99ac4"),
    "kiwi": ("kiwitcms/Kiwi", "dfcf75920db11b4cb67bb66b37b378afda5cef32"),
    "lemur": ("Netflix/lemur", "3a3c2c201d42db0eed06e79297eb8dc252c39288"),
    "pontoon": ("mozilla/pontoon", "eb868358ac2c585a0d22dfec9ae0776e86de2e20"),
    "pretalx": ("pretalx/pretalx", "5a3c2f61ecafc83cfa85aa518cc5af3d564b16ef"),
    "pulpcore": ("pulp/pulpcore", "107800ebf38a18623f0c5e580445db92a5e3dc31"),
    "pythondotorg": ("python/pythondotorg, without `fixtures`", "0a7e8d1fef1796dd6f0dcebb08ed5b0f8d0deed9"),
    "recipes": ("TandoorRecipes/recipes, without `docs`", "d206eddbd32bd3c40feff70ad780b0f91f325eaa"),
    "wger": ("wger-project/wger", "aaba20184527b018e10f1be576202aa7e7cb4c21"),
    "ralph": ("allegro/ralph (`src/ralph`)", "c33ead2c5c99808e6e027af5b411a9c7bb160aad"),
    "helpdesk": ("django-helpdesk/django-helpdesk", "360bace463c78314adb07d6b8bffc4676b73be29"),
    "notifications": ("alphagov/notifications-api", "8ea236603c43fe96df83459e9b37e0a7c45769a2"),
    "fief": ("fief-dev/fief", "a77e7fb65fc54d7994740619684a87e85d1293ed"),
    "borg": ("borgbackup/borg", "fc74d5f643d17d5341e303cd5ed4ddeb425660f0"),
    "formbricks": ("formbricks/formbricks", "b66c1dd978af618a0e402bd3343b456bed68594c"),
    "zou": ("cgwire/zou", "4bf77e6da49b9d06521aaead52927daf6449a99d"),
    "openwisp": ("openwisp/openwisp-controller", "a795388fe0633f23e9cdd23ca72a8a113a33db3d"),
    "linkding": ("sissbruecker/linkding", "65813a75404b1319aca8b09700fadc0b15adabaf"),
    "babybuddy": ("babybuddy/babybuddy", "fa8bf4cd66ed149e23c215763a49a2f76dbcd2b7"),
    "evennia": ("evennia/evennia", "e174e49f5711a6cdc607d262a9464fd9c3673b7b"),
    "djwiki": ("django-wiki/django-wiki", "0861f3d122609f9269c23b39f381d2fcbc86851c"),
    "archivebox": ("ArchiveBox/ArchiveBox", "81d6d36fb3cdd1bfb350c2d4a4fb0272921397a8"),
    "timesketch": ("google/timesketch", "45b339bb87c7334effc1e0327c285b4ec19d96d9"),
    "concrexit": ("svthalia/concrexit", "116602b1470b1d6404b6c5e182a21c44799ec67d"),
    "physionet": ("MIT-LCP/physionet-build", "f9c0f0bf3b7817e3bee65b428cbe426d04ee12c9"),
    "janeway": ("BirkbeckCTP/janeway", "f598a3eca1ba2ba0f2d7bb000f6e11509c339056"),
    "shuup": ("shuup/shuup", "25f78cfe370109b9885b903e503faac295c7b7f2"),
    "onyx": ("onyx-dot-app/onyx, its server (`backend/onyx`)", "a7d66a8b778c3f9026c4f89dae47d14a3f84816f"),
    "quay": ("quay/quay", "ffba0c70e2d8d522290a4fbbaa704dbf2fc37f34"),
    "mitmproxy": ("mitmproxy/mitmproxy (`mitmproxy/`)", "8fc25b3045934777b0796d8ec7958bbc257d7bb5"),
    "evap": ("e-valuation/EvaP", "d9d7393800b4d0f143831e3530d26f8e98a4d614"),
    "ion": ("tjcsl/ion", "557054c2ef3bd898924faec1df2db50b1eb81a53"),
    "modoboa": ("modoboa/modoboa", "9ec749703cde97636ea5a9db95f4accea63b8a87"),
    "allianceauth": ("allianceauth/allianceauth", "6585b07e96571a99a4d6dc03cc03f9b8c8f690ca"),
    "vas3k": ("vas3k/vas3k.club", "bcf60c509fdfa3110463d01ac125c69cdd2f250d"),
    "healthchecks": ("healthchecks/healthchecks (`hc/`)", "29b5ec251059034b79e0120e2ff0c3e35d7bd9f8"),
    "mvj": ("City-of-Helsinki/mvj, in part", "eac49410f01e041b57f831277b2db9a1024af608"),
    "kitsune": ("mozilla/kitsune, its Python and templates", "dcfa333911ed376a14c59eee83bde0345d03ea20"),
    "calibre": ("janeczku/calibre-web, its Python and templates", "7ec475e1fe20893730fd8863f771489049c99d16"),
    "ezdxf": ("mozman/ezdxf (`src`)", "5ffc690746f1a993ff0c10f4dcd408b4ecedde59"),
    "funnel": ("hasgeek/funnel", "eaed75d053027044fd526789ff9721d3b48285bb"),
    "saleor": ("saleor/saleor, without its seed data (`core/utils/random_data.py`)", "723cd4eba87dfc72822ade45dc08a3caa548428d"),
}  # fmt: skip
LEFT_OUT = ("core/utils/random_data.py",)
TYPESCRIPT = ("hoppscotch", "documenso", "formbricks")
SOURCES = {True: (".ts", ".tsx", ".js", ".jsx"), False: (".py",)}
"""What counts as a line of a code base: of its own language."""
FIRST = {"netbox": 50}
"""Where only the first so many findings were read, not all."""
APPLICATIONS = (
    "ckan", "flaskbb", "helpdesk", "kiwi", "lemur", "pontoon", "pretalx", "pulpcore", "pythondotorg", "ralph", "recipes", "wger",
)  # fmt: skip
"""The applications that were opened last."""
WARNINGS = (
    "conda", "pylint", "warehouse", "notifications", "fief", "borg", "formbricks", "zou", "openwisp", "linkding",
    "babybuddy", "evennia", "djwiki", "archivebox", "timesketch", "concrexit", "physionet", "janeway", "shuup", "onyx",
    "quay", "mitmproxy", "evap", "ion", "modoboa", "saleor", "allianceauth", "funnel", "vas3k", "healthchecks", *APPLICATIONS,
)  # fmt: skip
"""Where only the warnings were read."""
SEVERITIES = ("warning", "information")
KINDS = ("right", "moot", "wrong")

Key = tuple[str, str, int, str]


@dataclass(frozen=True)
class Row:
    """One finding with its verdict; `verdict` is empty where nobody has read it yet."""

    key: Key
    severity: str
    verdict: str
    reason: str


@dataclass(frozen=True)
class Base:
    """One code base: everything that is reported there, and the part of it that was read."""

    name: str
    files: int
    lines: int
    rows: list[Row]

    @property
    def first(self) -> list[Row]:
        rows = self.rows[: FIRST.get(self.name)]
        return [row for row in rows if row.severity == "warning"] if self.name in WARNINGS else rows


def main(arguments: list[str]) -> int:
    """Print the page for the checks named; 1 where a finding has no verdict."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    if arguments[0] == "--since":
        print("\n".join(since(arguments[1:])))
        return 0
    verdicts = read_verdicts(VERDICTS)
    bases = []
    for argument in arguments:
        name, folder, check = argument.split("=")
        files, lines = _counted(Path(folder), SOURCES[name in TYPESCRIPT])
        rows = judged(name, Path(folder), json.loads(Path(check).read_text()), verdicts)
        bases.append(Base(name, files, lines, rows))
    print("\n".join(totals(bases)))
    missing = [row for base in bases for row in base.first if not row.verdict]
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


def since(arguments: list[str]) -> list[str]:
    """What has become of the warnings that were judged in the code bases named, as Markdown."""
    with VERDICTS.open(newline="", encoding="utf-8") as file:
        read: dict[str, list[dict[str, str]]] = {}
        for row in csv.DictReader(file):
            if row["severity"] == "warning":
                read.setdefault(row["code base"], []).append(row)
    counts: dict[str, Counter[tuple[bool, bool]]] = {"first half": Counter(), "second half": Counter()}
    for argument in arguments:
        name, folder, check = argument.split("=")
        rows = judged(name, Path(folder), json.loads(Path(check).read_text()), {})
        warned = {row.key for row in rows if row.severity == "warning"}
        half = ("first half", "second half")[hashlib.sha1(name.encode()).digest()[0] % 2]
        for row in read.get(name, ()):
            key = (name, row["path"], int(row["line"]), row["rule"])
            counts[half][row["verdict"] == "right", key in warned] += 1
    counts["**all**"] = counts["first half"] + counts["second half"]
    lines = [
        _line("code bases", "warnings judged", "right", "still warnings", "right", "of the right ones"),
        _rule(6),
    ]
    for half, of in counts.items():
        right, still = of[True, True] + of[True, False], of[True, True] + of[False, True]
        shares = (
            right / (sum(of.values()) or 1),
            of[True, True] / (still or 1),
            of[True, True] / (right or 1),
        )
        cells = (
            f"{sum(of.values()):,}",
            f"{shares[0]:.0%}",
            f"{still:,}",
            f"{shares[1]:.0%}",
            f"{shares[2]:.0%}",
        )
        lines.append(_line(half, *cells))
    return lines


def judged(
    name: str, folder: Path, check: dict[str, list[dict[str, object]]], verdicts: dict[Key, tuple[str, str]]
) -> list[Row]:
    """The findings of one check in the order of paths and lines, each with its verdict."""
    rows = []
    for finding in check["findings"]:
        # As the check printed it: from the folder itself, or from where this runs.
        found = folder / str(finding["path"])
        found = found if found.exists() else Path(str(finding["path"]))
        path = found.resolve().relative_to(folder.resolve()).as_posix()
        if path.endswith(LEFT_OUT):
            continue
        key = (name, path, int(str(finding["line"])), str(finding["rule"]))
        rows.append(Row(key, str(finding["severity"]), *verdicts.get(key, ("", ""))))
    return sorted(rows, key=lambda row: row.key)


def totals(bases: list[Base]) -> list[str]:
    """What is reported and what of it was read, by code base; then by rule."""
    lines = [
        "| code base | revision | files | lines | warnings | information | warnings per 5,000 lines |",
        _rule(7),
    ]
    lines += [_line(*BASES[base.name], *_reported(base.files, base.lines, base.rows)) for base in bases]
    every = [row for base in bases for row in base.rows]
    sizes = sum(base.files for base in bases), sum(base.lines for base in bases)
    lines.append(_line("**all**", "", *_reported(*sizes, every)))
    head = ("severity", "read", *KINDS, "not wrong", "right")
    lines += ["", _line("code base", *head), _rule(8)]
    for base in bases:
        lines += [_line(base.name, *cells) for cells in _shares(base.first)]
    read = [row for base in bases for row in base.first]
    lines += [_line("**all**", *cells) for cells in _shares(read)]
    lines += ["", _line("rule", *head), _rule(8)]
    for rule in sorted({row.key[3] for row in read}):
        lines += [_line(rule, *cells) for cells in _shares(row for row in read if row.key[3] == rule)]
    return lines


def _reported(files: int, lines: int, rows: list[Row]) -> tuple[str, ...]:
    by = Counter(row.severity for row in rows)
    counts = (files, lines, *(by[severity] for severity in SEVERITIES))
    return (*(f"{count:,}" for count in counts), f"{by['warning'] * 5000 / lines:.2f}")


def _shares(rows: Iterable[Row]) -> list[tuple[str, ...]]:
    """One line of a table for each severity there is: how many were read, how they were judged, and the shares."""
    counts = Counter((row.severity, row.verdict) for row in rows)
    out = []
    for severity in SEVERITIES:
        of = [counts[severity, kind] for kind in KINDS]
        if read := sum(of):
            shares = (1 - of[2] / read, of[0] / read)
            out.append((severity, *map(str, (read, *of)), *(f"{share:.0%}" for share in shares)))
    return out


def _counted(folder: Path, suffixes: tuple[str, ...]) -> tuple[int, int]:
    """How many source files and lines there are."""
    files = [
        path for path in folder.rglob("*") if path.suffix in suffixes and "node_modules" not in path.parts
    ]
    return len(files), sum(path.read_bytes().count(b"\n") for path in files)


def _line(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _rule(columns: int) -> str:
    return "|" + "---|" * columns


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
