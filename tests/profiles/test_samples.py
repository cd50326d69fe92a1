"""Real profiles of programs whose hot functions are known, against the shares worked out by hand for each file."""

from __future__ import annotations

import pytest

from analyzers.profiles import FunctionTime, Linked

from .programs import Sources

REPORT = "/ws/pyapp/shop/report.py"
DB = "/ws/pyapp/shop/db.py"

# Per file: (self %, total %) of dedupe_names, find_pairs, orders_for, and fib's self %.
PYTHON = {
    "py/cprofile.prof": [(17.0, 17.0), (39.1, 39.1), (20.3, 20.3), 3.1],
    "py/yappi.pstat": [(13.0, 13.1), (34.8, 35.0), (0.6, 44.3), 21.5],
    "py/pyinstrument.pstats": [(16.3, 16.3), (40.7, 40.7), (18.0, 18.0), 2.5],
    "py/pyinstrument.speedscope.json": [(21.4, 21.4), (34.1, 34.1), (18.3, 18.3), 2.6],
    "py/pyspy.speedscope": [(17.2, 17.2), (40.3, 40.3), (21.7, 21.7), 0.9],
    "py/pyspy_function.speedscope": [(10.1, 10.1), (41.2, 41.2), (26.1, 26.1), 0.8],
    "py/pyspy_native.speedscope": [(14.2, 14.2), (36.4, 36.4), (27.2, 27.2), 0.3],
    "py/pyspy.raw": [(18.8, 18.8), (40.0, 40.0), (15.4, 15.4), 0.7],
    "py/pyspy_function_idle.raw": [(13.6, 13.6), (32.6, 32.6), (22.9, 22.9), 0.4],
    "py/austin.austin": [(15.1, 15.1), (36.0, 36.0), (20.5, 20.5), 0.3],
    "py/tachyon/out.pstats": [(11.8, 11.8), (34.7, 34.7), (20.6, 20.6), 0.8],
    "py/tachyon/out.collapsed.txt": [(6.9, 6.9), (31.1, 31.1), (23.6, 23.6), 0.7],
    "py/tachyon/tracing.prof": [(15.2, 15.2), (26.5, 26.5), (18.0, 18.0), 2.5],
    "py/tachyon/out.jsonl": [(13.4, 13.4), (23.3, 23.3), (22.6, 22.7), 1.0],
    "py/tachyon/out.gecko.json.gz": [(12.3, 12.3), (18.8, 18.8), (26.3, 26.3), 0.9],
    "py/pyinstrument.json": [(23.2, 23.2), (42.4, 42.4), (15.6, 15.6), 1.8],
    "py/pyspy.chrometrace": [(23.2, 23.2), (28.8, 28.8), (16.2, 16.2), 0.3],
    "py/scalene_cpu.json.gz": [(14.7, 14.7), (40.9, 40.9), (25.7, 25.7), 1.0],
}
HOTTEST = {"py/tachyon/out.gecko.json.gz": "orders_for"}  # a noisy run
# A printed table names no callers, so that built-ins keep their time: only what Python code spent itself.
TEXT = {
    "py/cprofile_cumtime.txt": (38.9, 14.2),
    "py/cprofile_m_module.txt": (33.6, 18.1),
    "py/pstats_stripdirs.txt": (39.1, 17.0),
}


def time_of(linked: Linked, path: str, qualname: str) -> FunctionTime:
    found = linked.of(path, qualname)
    assert found is not None, f"{qualname} is not linked"
    return found


@pytest.mark.parametrize("name", PYTHON)
def test_shares_of_the_python_program(python_app: Sources, name: str) -> None:
    linked = python_app.link(name)
    dedupe, pairs, orders, fib = PYTHON[name]
    assert linked.functions[0].name == HOTTEST.get(name, "find_pairs")
    for path, qualname, expected in [
        (REPORT, "dedupe_names", dedupe),
        (REPORT, "find_pairs", pairs),
        (DB, "OrderRepo.orders_for", orders),
    ]:
        time = time_of(linked, path, qualname)
        measured = (100 * time.self_share, 100 * time.total_share)
        assert measured == pytest.approx(expected, abs=1.0), qualname
    assert 100 * time_of(linked, REPORT, "fib").self_share == pytest.approx(fib, abs=1.0)


@pytest.mark.parametrize("name", [*PYTHON, *TEXT])
def test_every_frame_of_the_program_is_linked_where_it_stands(python_app: Sources, name: str) -> None:
    linked = python_app.link(name)
    assert {time.link for time in linked.functions} == {"exact"}
    assert linked.functions
    # The standard library has an `__init__.py` in every package; the program's is empty.
    package = [time.self_share for time in linked.in_file("/ws/pyapp/shop/__init__.py")]
    assert sum(package) < 0.001


@pytest.mark.parametrize("name", TEXT)
def test_printed_tables(python_app: Sources, name: str) -> None:
    linked = python_app.link(name)
    pairs, dedupe = TEXT[name]
    assert linked.functions[0].name == "find_pairs"
    assert 100 * linked.functions[0].total_share == pytest.approx(pairs, abs=1.0)
    assert 100 * time_of(linked, REPORT, "dedupe_names").total_share == pytest.approx(dedupe, abs=1.0)
    assert linked.profile.warnings


def test_hot_lines_of_samplers(python_app: Sources) -> None:
    linked = python_app.link("py/pyspy.speedscope")
    lines = time_of(linked, REPORT, "find_pairs").lines
    assert [(each.line, round(100 * each.share)) for each in lines] == [(33, 24), (32, 16)]
    assert time_of(linked, REPORT, "dedupe_names").lines[0].line == 22


@pytest.mark.parametrize(
    "name", ["py/cprofile.prof", "py/pyspy_function.speedscope", "py/pyinstrument.pstats"]
)
def test_no_lines_where_the_producer_knows_none(python_app: Sources, name: str) -> None:
    assert not any(time.lines for time in python_app.link(name).functions)


def test_call_counts_and_callers(python_app: Sources) -> None:
    linked = python_app.link("py/cprofile.prof")
    orders = time_of(linked, DB, "OrderRepo.orders_for")
    assert orders.calls == 900
    assert [(edge.qualname, edge.calls) for edge in orders.callers] == [("totals_per_customer", 900)]
    assert time_of(linked, REPORT, "totals_per_customer").calls == 1
    fib = time_of(linked, REPORT, "fib")
    assert (fib.calls, fib.primitive_calls) == (150049, 1)


def test_resumed_coroutines_have_no_call_count(python_app: Sources) -> None:
    linked = python_app.link("py/cprofile.prof")
    assert time_of(linked, "/ws/pyapp/shop/aio.py", "fetch_sequentially").calls is None
    assert time_of(linked, "/ws/pyapp/shop/aio.py", "burn").calls == 60


def test_a_lambda_counts_for_the_function_around_it(python_app: Sources) -> None:
    linked = python_app.link("py/cprofile.prof")
    rank = time_of(linked, REPORT, "rank")
    inner = [
        time for time in linked.in_file(REPORT) if time.qualname.startswith("rank.") and time.name != "rank"
    ]
    assert len(inner) == 1
    assert rank.self_share > inner[0].self_share > 0.03
    assert rank.calls == 25


# ------------------------------------------------------------------------------------------------- JavaScript


def share(linked: Linked, name: str) -> tuple[float, float]:
    found = [time for time in linked.functions if time.name == name]
    assert len(found) == 1, f"{name}: {[time.qualname for time in linked.functions]}"
    return 100 * found[0].self_share, 100 * found[0].total_share


@pytest.mark.parametrize(
    ("name", "dedupe", "pairs", "query"),
    [("js/node.cpuprofile", 36.3, 28.8, (5.2, 10.8)), ("js/node_200us.cpuprofile", 31.0, 22.8, (5.3, 10.3))],
)
def test_shares_of_the_node_program(
    node_app: Sources, name: str, dedupe: float, pairs: float, query: tuple[float, float]
) -> None:
    linked = node_app.link(name)
    assert linked.functions[0].name == "dedupeNames"
    assert share(linked, "dedupeNames")[0] == pytest.approx(dedupe, abs=1.5)
    assert share(linked, "findPairs")[0] == pytest.approx(pairs, abs=1.5)
    assert share(linked, "query")[1] == pytest.approx(query[1], abs=2.0)


def test_lines_and_stretches_of_the_node_program(node_app: Sources) -> None:
    linked = node_app.link("js/node.cpuprofile")
    times = {time.name: time for time in linked.functions}
    assert times["dedupeNames"].lines[0].line == 7
    assert {each.line for each in times["findPairs"].lines[:2]} == {15, 16}
    assert times["dedupeNames"].longest == pytest.approx(0.4298, abs=0.005)
    assert times["findPairs"].longest == pytest.approx(0.3404, abs=0.005)


def test_inlined_time_goes_home(node_app: Sources) -> None:
    linked = node_app.link("js/inl.cpuprofile")
    assert share(linked, "inner")[0] == pytest.approx(93.0, abs=2.0)
    assert share(linked, "outer") == pytest.approx((3.8, 96.9), abs=2.0)


def test_time_inlined_from_another_file_goes_home(node_app: Sources) -> None:
    linked = node_app.link("js/inlx.cpuprofile")
    inner = next(time for time in linked.functions if time.name == "inner")
    assert inner.path == "/ws/nodeapp/inl_cross_a.js"
    assert inner.self_share > 0.85
    assert share(linked, "outer")[0] < 10
