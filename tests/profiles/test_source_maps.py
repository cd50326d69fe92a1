"""Generated JavaScript, led back to its sources by position."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analyzers.profiles import Linked, link
from analyzers.profiles.read import load
from analyzers.profiles.sourcemaps import decode
from lsp_server.profiling.profile_loader import _file_below

from .programs import SAMPLES, Sources

WEBAPP = SAMPLES / "src" / "webapp"
TYPESCRIPT = (WEBAPP / "app.ts").read_text("utf-8")


def files(path: str) -> bytes | None:
    found = SAMPLES / "src" / path.removeprefix("/ws/")
    return found.read_bytes() if path.startswith("/ws/") and found.is_file() else None


def linked_trace(source: str = TYPESCRIPT, name: str = "js/chrome_trace.json.gz") -> Linked:
    project = Sources({"/ws/webapp/app.ts": source})
    return link(load(SAMPLES / name), project, ["/ws"], project.text_of, read=files)


@pytest.mark.parametrize("name", ["js/chrome_trace.json.gz", "js/chrome.cpuprofile"])
def test_minified_functions_are_found_in_typescript(name: str) -> None:
    linked = linked_trace(name=name)
    times = {time.qualname: time for time in linked.functions}
    assert {time.path for time in linked.functions} == {"/ws/webapp/app.ts"}
    assert linked.functions[0].qualname == "List.thrash"
    assert set(times) >= {"List.thrash", "onClick", "uniqueTags"}
    assert times["onClick"].total_share > 0.8
    # The callback's time counts for the function around it too.
    assert 0.1 < times["uniqueTags"].self_share < 0.2


def test_lines_are_those_of_the_source() -> None:
    thrash = linked_trace().of("/ws/webapp/app.ts", "List.thrash")
    assert thrash is not None
    lines = TYPESCRIPT.splitlines()
    assert "offsetWidth" in lines[thrash.lines[0].line - 1]
    assert thrash.longest == pytest.approx(0.426, rel=0.03)


def test_an_edited_source_gets_no_number() -> None:
    linked = linked_trace("// one more line\n" + TYPESCRIPT.replace("hits++", "hits += 1"))
    assert all(time.link == "gone" or not time.usable for time in linked.functions)
    assert linked.of("/ws/webapp/app.ts", "List.thrash") is None


def test_without_a_map_minified_code_stays_unlinked() -> None:
    project = Sources({"/ws/webapp/app.ts": TYPESCRIPT})
    linked = link(load(SAMPLES / "js/chrome_trace.json.gz"), project, ["/ws"], project.text_of)
    assert linked.functions == ()


def test_segments() -> None:
    raw = {"version": 3, "sources": ["a.ts"], "mappings": "AAAA,KAAK;;IACF,I"}
    map_ = decode(json.dumps(raw).encode())
    assert map_.original(0, 0) == (0, 0, 0)
    assert map_.original(0, 7) == (0, 0, 5)
    assert map_.original(1, 0) is None
    assert map_.original(2, 5) == (0, 1, 3)
    assert map_.original(2, 9) is None  # generated code without a source
    assert map_.original(9, 0) is None


@pytest.mark.parametrize("mappings", ["A!", "g", "gggggggggggggggggggggggA", "\u00e9"])
def test_damaged_maps_are_refused(mappings: str) -> None:
    with pytest.raises(ValueError, match="damaged"):
        decode(json.dumps({"version": 3, "sources": [], "mappings": mappings}).encode())


def test_only_files_of_the_workspace_are_read(tmp_path: Path) -> None:
    inside, outside = tmp_path / "ws", tmp_path / "secret.js"
    inside.mkdir()
    (inside / "a.js").write_text("x")
    outside.write_text("secret")
    (inside / "link.js").symlink_to(outside)
    read = _file_below([str(inside)])
    assert read(str(inside / "a.js")) == b"x"
    assert read(str(outside)) is None
    assert read(str(inside / ".." / "secret.js")) is None
    assert read(str(inside / "link.js")) is None


def test_time_at_a_call_ran_in_the_function_called() -> None:
    """`joinNaive` was inlined: all its time is booked where `onClick` calls it."""
    linked = linked_trace()
    inner, outer = (linked.of("/ws/webapp/app.ts", name) for name in ("joinNaive", "onClick"))
    assert inner is not None
    assert outer is not None
    assert inner.self_share * linked.profile.total == pytest.approx(0.221, abs=0.01)
    assert outer.self_share < 0.02
    assert [edge.qualname for edge in inner.callers] == ["onClick"]
