"""Programs recorded here by the real profilers: nearly all time of their own code is linked."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analyzers.profiles import Linked, Profile
from analyzers.profiles.places import normal
from lsp_server.profiling import recording
from lsp_server.profiling.profile_loader import link_loaded, load_in_child

from .programs import SAMPLES, Sources

NODE = shutil.which("node")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The sample programs, in a folder that may be written."""
    for name in ("pyapp", "nodeapp"):
        for source in (SAMPLES / "src" / name).rglob("*"):
            if source.is_file():
                target = tmp_path / source.relative_to(SAMPLES / "src")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(source.read_bytes())
    return tmp_path


def linked(profile: Profile, folder: Path) -> Linked:
    texts = {
        path.as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".py", ".js")
    }
    project = Sources(texts)
    return link_loaded(profile, project, [folder.as_posix()], project.text_of, remember=False)


def unlinked_part(found: Linked, folder: Path) -> float:
    """Of the time that frames of the folder's files took themselves, the part that no function got."""
    own = {
        index
        for index, frame in enumerate(found.profile.frames)
        if normal(frame.file).startswith(folder.as_posix()) or frame.file in ("app.py", "./app.py")
    }
    profile = found.profile
    time = sum(entry.own for entry in profile.entries if entry.frame in own)
    time += sum(node.own for node in profile.nodes if node.frame in own)
    gone = sum(each.self_time for each in found.functions if each.link == "gone")
    assert time > 0
    return max(gone, time - found.own_share * profile.total) / time


def record(folder: Path, command: list[str], profiler: str) -> Linked:
    planned = recording.recording(
        recording.program(command), lambda suffix: folder / f"out{suffix}", profiler
    )
    done = subprocess.run(
        planned.command, cwd=folder / Path(command[1]).parent, capture_output=True, check=False
    )
    if done.returncode and b"ermission" in done.stderr:
        pytest.skip("this machine lets no process look into another")
    assert done.returncode == 0, done.stderr.decode()
    return linked(load_in_child(planned.out), folder)


@pytest.mark.parametrize("profiler", ["cProfile", "pyinstrument", "py-spy"])
def test_python(program: Path, profiler: str) -> None:
    app = program / "pyapp" / "app.py"
    if profiler == "py-spy" and sys.platform != "linux":
        pytest.skip("py-spy needs more rights here")
    # A sampler that looks in from outside may on a busy machine sleep through a tenth of a second, and through all but
    # the longest functions: it gets work that takes the longest ten times as long.
    sampled = profiler == "py-spy"
    found = record(program, [sys.executable, str(app), "1" if sampled else "0.3"], profiler)
    assert unlinked_part(found, program) <= 0.01
    assert {time.link for time in found.functions} == {"exact"}
    expected = {"find_pairs"} if sampled else {"find_pairs", "dedupe_names", "orders_for"}
    assert {time.name for time in found.functions} >= expected


@pytest.mark.skipif(NODE is None, reason="no node")
def test_node(program: Path) -> None:
    # Long enough that one odd sample, which on a busy machine stands for several milliseconds, is far below a hundredth.
    found = record(program, ["node", str(program / "nodeapp" / "app.js"), "1.5"], "node")
    assert unlinked_part(found, program) <= 0.01
    assert {time.name for time in found.functions} >= {"findPairs", "dedupeNames"}


PAGE = """<!doctype html><title>page</title><script src="app.js"></script>
"""
SCRIPT = """function findPairs(items) {
  const pairs = [];
  for (const one of items) for (const other of items) if (one + other === items.length) pairs.push(one);
  return pairs;
}

function dedupeNames(names) {
  const out = [];
  for (const name of names) if (!out.includes(name)) out.push(name);
  return out;
}

function main() {
  const items = Array.from({ length: 12000 }, (_, index) => index);
  document.title = String(findPairs(items).length + dedupeNames(items).length);
}

main();
"""


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
def test_a_trace_of_a_browser(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "app.js").write_text(SCRIPT, encoding="utf-8")
    out = tmp_path / "trace.json"
    categories = "devtools.timeline,v8.execute,disabled-by-default-v8.cpu_profiler,__metadata"
    tracing = [f"--trace-startup={categories}", f"--trace-startup-file={out}", "--trace-startup-format=json"]
    browser = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    page = ["--trace-startup-duration=0", "--dump-dom", (tmp_path / "page.html").as_uri()]
    subprocess.run(
        [str(CHROMIUM), *browser, *tracing, *page], cwd=tmp_path, capture_output=True, check=True, timeout=120
    )
    found = linked(load_in_child(out), tmp_path)
    assert unlinked_part(found, tmp_path) <= 0.01
    hottest = max(found.functions, key=lambda time: time.self_share)
    assert hottest.name == "findPairs"
    assert hottest.longest is not None
    assert {"findPairs", "main"} <= {time.name for time in found.functions}
