"""`bigo profile run`: which profiler records what, and that what it recorded is shown."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from pathlib import Path

import pytest

from lsp_server.cli import main
from lsp_server.profiling import recording
from lsp_server.profiling.recording import NoRecorder, Recording

SLOW = """import sys


def slow(names):
    out = []
    for name in names:
        if name not in out:
            out.append(name)
    return out


print(len(slow(list(range(int(sys.argv[1]))))))
"""


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "app.py").write_text(SLOW)
    (tmp_path / "setup.py").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def plan(*words: str, wanted: str | None = None) -> Recording:
    return recording.recording(recording.program(words), lambda suffix: Path(f"/out/p{suffix}"), wanted)


def test_a_program_is_recorded_and_its_own_functions_are_shown(
    app: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["profile", "run", "--with", "cProfile", "--", sys.executable, "app.py", "3000"]) == 0
    out, err = capfd.readouterr()
    assert out.startswith("3000\n")
    assert "slow  app.py:4" in out
    [profile] = (app / ".prof").glob("app-*.prof")
    assert f"recorded by cProfile: {profile.relative_to(app)}" in err
    assert (app / ".prof" / ".gitignore").read_text() == "*\n"


def test_the_profile_goes_where_it_is_asked_to(app: Path) -> None:
    run = ["profile", "run", "--with", "cProfile", "--output", "deep/run.prof", "--"]
    assert main([*run, sys.executable, "-X", "dev", "app.py", "10"]) == 0
    assert (app / "deep" / "run.prof").stat().st_size
    assert not (app / ".prof").exists()


def test_the_options_of_the_interpreter_stay_its_own() -> None:
    found = plan(sys.executable, "-X", "dev", "-u", "-m", "shop.report", "-v", wanted="cProfile")
    head = (sys.executable, "-X", "dev", "-u", "-m", "cProfile", "-o", "/out/p.prof")
    assert found.command == (*head, "-m", "shop.report", "-v")


def test_the_best_recorder_there_is_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    there = {"py-spy", "pyinstrument"}
    which = shutil.which
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(
        shutil,
        "which",
        lambda name, **kw: ("/bin/py-spy" if name in there else None) if name == "py-spy" else which(name),
    )
    monkeypatch.setattr(recording, "_has_module", lambda interpreter, module: module in there)
    words = (sys.executable, "app.py")
    assert plan(*words).command[:4] == ("/bin/py-spy", "record", "--format", "speedscope")
    there.remove("py-spy")
    assert plan(*words).command[1:3] == ("-m", "pyinstrument")
    there.remove("pyinstrument")
    assert plan(*words).command[1:3] == ("-m", "cProfile")
    with pytest.raises(NoRecorder, match="pyinstrument is not installed"):
        plan(*words, wanted="pyinstrument")


def test_a_script_of_an_environment_is_run_by_its_interpreter(tmp_path: Path) -> None:
    tool = tmp_path / "tool"
    tool.write_text(f"#!{sys.executable}\nprint(1)\n")
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    found = plan(str(tool), "--all", wanted="cProfile")
    assert found.command[0] == sys.executable
    assert found.command[-2:] == (str(tool), "--all")


def test_node_records_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\n")
    node.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = plan("node", "--enable-source-maps", "app.js", "1")
    own = ("--cpu-prof", "--cpu-prof-dir=/out", "--cpu-prof-name=p.cpuprofile")
    assert found.command == (str(node), *own, "--enable-source-maps", "app.js", "1")
    assert found.out == Path("/out/p.cpuprofile")
    with pytest.raises(NoRecorder, match="does not record Node"):
        plan("node", "app.js", wanted="cProfile")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([], "name the program to run"),
        (["no-such-program-here"], "there is no program"),
        (["sh", "-c", "true"], "neither a Python nor a Node program"),
        ([sys.executable], "nothing to run"),
        ([sys.executable, "missing.py"], "left no profile"),
    ],
)
def test_what_cannot_be_recorded_is_a_sentence(
    app: Path, capfd: pytest.CaptureFixture[str], words: list[str], reason: str
) -> None:
    chosen = ["--with", "cProfile"] if words[-1:] == ["missing.py"] else []
    assert main(["profile", "run", *chosen, "--", *words]) == 2
    assert reason in capfd.readouterr().err
    assert os.listdir(app / ".prof") in ([], [".gitignore"]) if (app / ".prof").exists() else True
