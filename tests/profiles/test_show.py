"""`bigo profile show`: with and without a project."""

from __future__ import annotations

import json

import pytest

from analyzers.profiles import show, show_text
from analyzers.profiles.read import load

from .programs import SAMPLES, Sources

HOTTEST = {
    "py/cprofile.prof": ("find_pairs", 0.391),
    "py/cprofile_cumtime.txt": ("find_pairs", 0.389),
    "py/pyspy.speedscope": ("find_pairs", 0.403),
    "py/pyspy.raw": ("find_pairs", 0.400),
    "py/austin.austin": ("find_pairs", 0.360),
    "py/tachyon/out.pstats": ("find_pairs", 0.347),
    "py/tachyon/out.collapsed.txt": ("find_pairs", 0.311),
    "js/node.cpuprofile": ("dedupeNames", 0.363),
}


@pytest.mark.parametrize("name", HOTTEST)
def test_the_hottest_function_without_a_project(name: str) -> None:
    shown = show(load(SAMPLES / name))
    hottest = shown["functions"][0]
    expected, share = HOTTEST[name]
    assert hottest["name"] == expected
    assert hottest["self_share"] == pytest.approx(share, abs=0.02)
    assert set(shown) == {"producer", "kind", "total_seconds", "samples", "functions", "queries", "blocking"}
    assert set(hottest) == {
        "name",
        "qualname",
        "file",
        "line",
        "self_share",
        "total_share",
        "calls",
        "longest_stretch",
    }
    assert all(0 <= each["self_share"] <= each["total_share"] <= 1 for each in shown["functions"])
    assert shown["functions"] == sorted(shown["functions"], key=lambda each: -each["self_share"])
    json.dumps(shown)


def test_linked_functions_have_their_places_here(python_app: Sources) -> None:
    linked = python_app.link("py/cprofile.prof")
    shown = show(linked.profile, linked)
    assert shown["functions"][0] == {
        "name": "find_pairs",
        "qualname": "find_pairs",
        "file": "/ws/pyapp/shop/report.py",
        "line": 27,
        "self_share": pytest.approx(0.391, abs=0.005),
        "total_share": pytest.approx(0.391, abs=0.005),
        "calls": 1,
        "longest_stretch": pytest.approx(1.3, abs=0.1),
    }


def test_library_code_is_left_out() -> None:
    files = {each["file"] for each in show(load(SAMPLES / "py/cprofile.prof"))["functions"]}
    assert files == {
        "app.py",
        *(f"/home/dev/shop/pyapp/shop/{name}.py" for name in ("db", "report", "aio", "__init__")),
    }


def test_the_table() -> None:
    shown = show(load(SAMPLES / "py/cprofile.prof"))
    table = show_text(shown, limit=3).splitlines()
    assert table[0] == "cProfile (tracing), 3.32 s"
    assert table[2].split()[:3] == ["39.1%", "39.1%", "1"]
    assert table[-1].startswith("... and ")
