"""Pages that are made from tables are as the tables say; pages that are written name what there is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from analyzers import rules

REPO = Path(__file__).resolve().parents[2]
WRITTEN = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")


def test_generated_pages_are_fresh() -> None:
    command = [sys.executable, REPO / "scripts" / "generate-docs", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert done.returncode == 0, done.stderr


def test_a_stale_page_would_be_named(tmp_path: Path) -> None:
    """The check is run on a copy in which a page is old, one is missing and one is left over."""
    for part in ("analyzers", "lsp_server", "scripts"):
        (tmp_path / part).symlink_to(REPO / part)
    (tmp_path / "scripts").unlink()
    (tmp_path / "scripts").mkdir()
    script = tmp_path / "scripts" / "generate-docs"
    script.write_text((REPO / "scripts" / "generate-docs").read_text("utf-8"))
    (tmp_path / "docs" / "rules").mkdir(parents=True)
    (tmp_path / "docs" / "rules" / "left-over.md").touch()
    (tmp_path / "docs" / "settings.md").write_text("old")
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    stale = {line.split()[0] for line in done.stdout.splitlines()}
    assert {"docs/settings.md", "docs/rules/left-over.md", "docs/rules/nested-scan.md"} <= stale


def test_the_readme_lists_the_rules_there_are() -> None:
    listed = re.findall(
        r"^\| \[([a-z-]+)\]\(docs/rules/\1\.md\) \|", (REPO / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert sorted(listed) == sorted(rule.name for rule in rules.all_rules())


@pytest.mark.parametrize("name", WRITTEN)
def test_links_lead_somewhere(name: str) -> None:
    for link in re.findall(r"\]\(([^)#:]+)\)", (REPO / name).read_text("utf-8")):
        assert (REPO / link).exists(), link


def test_the_table_of_fixes_is_what_the_list_records() -> None:
    command = [sys.executable, REPO / "benchmarks" / "fixes.py"]
    done = subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=True)
    assert done.stdout.count("\n") > 3
    assert done.stdout in (REPO / "benchmarks" / "fixes.md").read_text("utf-8")
