"""bigo in real Neovim, newest and lowest supported, configured by editors/nvim. The scenarios are in nvim/*.lua."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest
from editor_desk import HERE, Desk, editor
from editor_sample import ACROSS_RULES, ANSWER, FIXED, MARKED, REWRITTEN, SHOP, SOURCE, TYPESCRIPT

pytestmark = pytest.mark.editor
VERSIONS = ["nvim-new", "nvim-old"]


def play(desk: Desk, version: str, scenario: str) -> str:
    """Run a scenario in a Neovim without any configuration of its own; returns what it printed."""
    (desk.workspace / "sample.py").write_text(SOURCE, encoding="utf-8")
    desk.environment.update(BIGO_MARKED=MARKED, BIGO_FIXED=FIXED, BIGO_REWRITTEN=REWRITTEN.rstrip("\n"))
    command = [*editor(version), "--headless", "-u", "NONE", "-i", "NONE", "-l"]
    printed = desk.run([*command, str(HERE / "nvim" / f"{scenario}.lua")])
    assert "ok  " in printed, printed
    assert "stopped" in printed, printed
    return printed


@pytest.mark.parametrize("version", VERSIONS)
def test_finding_hover_sync_and_local_fix(version: str, desk: Callable[..., Desk]) -> None:
    here = desk()
    play(here, version, "fix")
    assert here.requests() == [], "a local fix asks nobody"


@pytest.mark.parametrize("version", VERSIONS)
def test_rewrite_asks_then_changes_the_buffer(version: str, desk: Callable[..., Desk]) -> None:
    here = desk(ANSWER)
    play(here, version, "rewrite")
    assert here.requests(), "the rewrite reached the stand-in API"


@pytest.mark.parametrize("version", VERSIONS)
def test_rewrite_never_lands_on_newer_text(version: str, desk: Callable[..., Desk]) -> None:
    play(desk(ANSWER), version, "edited")


@pytest.mark.parametrize("version", VERSIONS)
def test_rewrite_of_two_files_is_one_diff(version: str, desk: Callable[..., Desk]) -> None:
    here = desk(ACROSS_RULES)
    for name, text in SHOP.items():
        (here.workspace / name).parent.mkdir(exist_ok=True)
        (here.workspace / name).write_text(text, encoding="utf-8")
    play(here, version, "several")
    assert len(here.requests()) >= 2, "one question, one answer"


@pytest.mark.parametrize("version", VERSIONS)
def test_commands_that_change_no_text(version: str, desk: Callable[..., Desk]) -> None:
    here = desk()
    (here.workspace / "run.collapsed").write_text("main (runner.py:1);known (sample.py:1) 900\n")
    play(here, version, "commands")
    assert len(here.requests()) == 1, "the cache is warmed once"


@pytest.mark.parametrize("version", VERSIONS)
def test_request_is_shown_and_not_sent(version: str, desk: Callable[..., Desk]) -> None:
    here = desk()
    play(here, version, "request")
    assert here.requests() == []


@pytest.mark.parametrize("version", VERSIONS)
def test_the_hottest_functions_of_a_profile_are_listed(version: str, desk: Callable[..., Desk]) -> None:
    here = desk()
    stacks = "main (runner.py:1);known (sample.py:1) 900\nmain (runner.py:1) 100\n"
    profile = here.workspace / "run.collapsed"
    profile.write_text(stacks, encoding="utf-8")
    later = (
        time.time() + 60
    )  # The scenario writes the source, and a profile older than that is one of other code.
    os.utime(profile, (later, later))
    play(here, version, "hot")


@pytest.mark.parametrize("version", VERSIONS)
def test_typescript_across_files(version: str, desk: Callable[..., Desk]) -> None:
    here = desk()
    for name, text in TYPESCRIPT.items():
        (here.workspace / name).write_text(text, encoding="utf-8")
    play(here, version, "typescript")


@pytest.mark.parametrize("version", ["nvim-new"])
def test_runtime_path_configuration(version: str, desk: Callable[..., Desk]) -> None:
    here = desk()
    (here.workspace / "notes.txt").write_text("nothing to see\n")
    play(here, version, "enable")
