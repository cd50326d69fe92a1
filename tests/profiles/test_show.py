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
        "own",
        "state",
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
        "own": True,
        "state": "fresh",
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


def test_inlined_time_goes_home_without_sources() -> None:
    """Ticks before the line at which a function begins are not of it."""
    for name, share in (("js/inl.cpuprofile", 0.93), ("js/inlx.cpuprofile", 0.905)):
        hottest = show(load(SAMPLES / name))["functions"][0]
        assert hottest["name"] == "inner"
        assert hottest["self_share"] == pytest.approx(share, abs=0.02)


def test_what_only_passes_on_does_not_block() -> None:
    blocking = show(load(SAMPLES / "js/node.cpuprofile"))["blocking"]
    assert blocking[0]["name"] == "dedupeNames"
    assert blocking[0]["longest_stretch"] == pytest.approx(0.430, abs=0.005)
    trace = show(load(SAMPLES / "js/chrome_trace.json.gz"))
    assert trace["blocking"][0]["name"] == "thrash"
    assert "longest without a break: thrash, 434 ms" in show_text(trace)


def test_the_project_and_the_rest_stand_side_by_side(python_app: Sources) -> None:
    """Code that was recorded and is not of this project is listed as recorded."""
    part = Sources({path: text for path, text in python_app.texts.items() if not path.endswith("db.py")})
    linked = part.link("py/cprofile.prof")
    shown = show(linked.profile, linked, "/ws/pyapp")
    by_name = {each["name"]: each for each in shown["functions"]}
    assert (by_name["find_pairs"]["file"], by_name["find_pairs"]["own"]) == ("shop/report.py", True)
    other = by_name["orders_for"]
    assert (other["file"], other["own"], other["state"]) == ("/home/dev/shop/pyapp/shop/db.py", False, "")
    assert other["self_share"] == pytest.approx(0.203, abs=0.01)
    text = show_text(shown, root="/ws/pyapp")
    assert "* find_pairs  shop/report.py:27" in text
    assert "* in /ws/pyapp" in text


def test_what_is_gone_is_said_to_be(python_app: Sources) -> None:
    path = "/ws/pyapp/shop/report.py"
    changed = Sources({**python_app.texts, path: python_app.texts[path].replace("find_pairs", "pairs_of")})
    linked = changed.link("py/cprofile.prof")
    hottest = show(linked.profile, linked)["functions"][0]
    assert (hottest["name"], hottest["own"], hottest["state"]) == ("find_pairs", False, "gone")
