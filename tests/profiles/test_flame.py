"""A profile as a flame graph, and as a page whose data nobody's function names can leave."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from analyzers.profiles import Flame, Profile, flame
from analyzers.profiles.profile import Edge, Entry, Frame, Node
from lsp_server.cli import main
from lsp_server.render.flame import page


def frames(*names: str) -> tuple[Frame, ...]:
    return tuple(Frame(name, "/srv/app.py", line) for line, name in enumerate(names, 1))


def sampled(names: tuple[Frame, ...], nodes: list[Node]) -> Profile:
    total = sum(node.own for node in nodes)
    return Profile("speedscope", "py-spy", "sampling", "seconds", names, total, nodes=tuple(nodes))


def traced(names: tuple[Frame, ...], entries: list[Entry], edges: list[Edge]) -> Profile:
    total = sum(entry.own for entry in entries)
    return Profile(
        "pstats", "cProfile", "tracing", "seconds", names, total, entries=tuple(entries), edges=tuple(edges)
    )


def drawn(graph: Flame) -> list[tuple[int, str, float, float]]:
    return sorted(
        (depth, cell.name, round(start, 3), round(cell.share, 3)) for depth, start, cell in graph.rows()
    )


def test_stacks_become_cells_below_their_callers_widest_first() -> None:
    # Two nodes of one function, as a sampler makes for two executing lines, are one cell.
    lines = (*frames("main", "quick", "slow"), Frame("slow", "/srv/app.py", 30))
    nodes = [Node(-1, 0, 1.0), Node(0, 1, 2.0), Node(0, 2, 4.0), Node(0, 3, 3.0)]
    assert drawn(flame(sampled(lines, nodes))) == [
        (0, "main", 0.0, 1.0),
        (1, "quick", 0.7, 0.2),
        (1, "slow", 0.0, 0.7),
    ]


def test_what_is_thinner_than_a_pixel_is_left_out_with_all_it_calls() -> None:
    nodes = [Node(-1, 0, 9999.0), Node(0, 1, 0.0), Node(1, 2, 1.0)]
    assert drawn(flame(sampled(frames("main", "thin", "thinner"), nodes))) == [(0, "main", 0.0, 1.0)]


def test_a_callee_without_stacks_is_shared_out_among_its_callers() -> None:
    # `work` took 6 s when called by `a` and 2 s when called by `b`; it called `part` for 4 s of its 8 s.
    entries = [Entry(0, 0, 10), Entry(1, 1, 7), Entry(2, 1, 3), Entry(3, 4, 8), Entry(4, 4, 4)]
    edges = [Edge(0, 1, 1, 7), Edge(0, 2, 1, 3), Edge(1, 3, 3, 6), Edge(2, 3, 1, 2), Edge(3, 4, 4, 4)]
    graph = flame(traced(frames("main", "a", "b", "work", "part"), entries, edges))
    assert graph.estimated
    assert drawn(graph) == [
        (0, "main", 0.0, 1.0),
        (1, "a", 0.0, 0.7),
        (1, "b", 0.7, 0.3),
        (2, "work", 0.0, 0.6),
        (2, "work", 0.7, 0.2),
        (3, "part", 0.0, 0.3),
        (3, "part", 0.7, 0.1),
    ]


def test_functions_that_call_each_other_end() -> None:
    entries = [Entry(0, 1, 10), Entry(1, 5, 9), Entry(2, 4, 9)]
    edges = [Edge(0, 1, 5, 9), Edge(1, 2, 4, 9), Edge(2, 1, 4, 8)]
    cells = drawn(flame(traced(frames("main", "even", "odd"), entries, edges)))
    assert [name for _, name, _, _ in cells] == ["main", "even", "odd"]
    assert all(start + share <= 1.0 for _, _, start, share in cells)


def test_an_empty_profile_has_no_cells() -> None:
    assert flame(sampled((), [])) == Flame([], estimated=False)


def test_names_reach_the_page_as_data_only() -> None:
    hostile = "</script><script>alert(1)</script><!--\u2028"
    profile = sampled((Frame(hostile, "/srv/<img src=x>.py", 1),), [Node(-1, 0, 1.0)])
    html = page(profile, flame(profile), hostile)
    assert "alert(1)</script>" not in html
    assert "<img" not in html
    [data] = re.findall(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    told = json.loads(data)
    assert told["names"] == [hostile]
    assert told["title"] == hostile


def test_the_command_writes_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profile, out = tmp_path / "run.collapsed", tmp_path / "out.html"
    profile.write_text("main (app.py:1);find (app.py:9) 30\nmain (app.py:1);dedupe (app.py:20) 10\n")
    assert main(["profile", "show", str(profile), "--flame", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    assert "find" in text
    assert "dedupe" in text
    assert main(["profile", "show", str(profile), "--flame", str(tmp_path / "no" / "out.html")]) == 2
    assert "cannot be written" in capsys.readouterr().err
