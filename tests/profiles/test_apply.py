"""What a measurement does to a finding."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzers.findings import Confidence, Cost, Finding, Place, Severity
from analyzers.profiles import CallEdge, FunctionTime, Linked, Profile, apply, hover, link, refresh, summary
from analyzers.profiles.apply import queries_per_call
from analyzers.profiles.profile import Edge, Entry, Frame
from analyzers.profiles.queries import rates
from analyzers.text import Span

from .programs import Sources

REPORT = "/ws/pyapp/shop/report.py"
DB = "/ws/pyapp/shop/db.py"


def finding(function: str, rule: str = "nested-scan", path: str = REPORT, **changes: object) -> Finding:
    made = Finding(
        rule=rule,
        place=Place(path, Span(10, 20)),
        message="Costs O(n²).",
        severity=Severity.INFORMATION,
        confidence=Confidence.MEDIUM,
        cost=Cost("O(n²)", "O(n)"),
        function=function,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def one(linked: Linked, found: Finding, *, allow_error: bool = False) -> Finding:
    (result,) = apply([found], linked, allow_error=allow_error)
    return result


@pytest.mark.parametrize(
    "profile", ["py/cprofile.prof", "py/pyspy.speedscope", "py/pyspy.raw", "py/tachyon/out.pstats"]
)
def test_hot_functions_rise(python_app: Sources, profile: str) -> None:
    result = one(python_app.link(profile), finding("find_pairs"))
    assert result.severity is Severity.WARNING
    assert result.tags == ("hot",)
    assert "hot: " in result.message
    assert "of the profiled time" in result.related[-1].message


def test_an_error_only_when_allowed(python_app: Sources) -> None:
    linked = python_app.link("py/cprofile.prof")
    assert one(linked, finding("find_pairs"), allow_error=True).severity is Severity.ERROR
    assert one(linked, finding("dedupe_names"), allow_error=True).severity is Severity.WARNING


def test_severity_never_sinks_by_being_hot(python_app: Sources) -> None:
    linked = python_app.link("py/cprofile.prof")
    assert one(linked, finding("find_pairs", severity=Severity.ERROR)).severity is Severity.ERROR


@pytest.mark.parametrize("profile", ["py/cprofile.prof", "py/pyspy.speedscope"])
def test_cold_functions_sink(python_app: Sources, profile: str) -> None:
    result = one(python_app.link(profile), finding("Summary.build", severity=Severity.WARNING))
    assert result.severity is Severity.HINT
    assert result.tags == ("cold",)


def test_waiting_is_not_cold(python_app: Sources) -> None:
    linked = python_app.link("py/pyspy.speedscope")
    waiting = finding("fetch_sequentially", "await-in-loop", "/ws/pyapp/shop/aio.py")
    assert one(linked, waiting) == waiting


def test_functions_the_profile_never_saw_stay(python_app: Sources) -> None:
    linked = python_app.link("py/cprofile.prof")
    for unseen in (finding("nowhere"), finding("find_pairs", path="/ws/other.py")):
        assert one(linked, unseen) == unseen


def test_a_decorators_wrapper_is_not_hot() -> None:
    profile = Profile("pstats", "cProfile", "tracing", "seconds", (Frame("f", "a.py", 1),), 10.0)
    inner = CallEdge("slow", 0.88, "/ws/a.py", "slow", 3)
    wrapper = FunctionTime(
        "/ws/a.py",
        "timed.wrapper",
        "wrapper",
        1,
        0.01,
        0.9,
        0.1,
        9.0,
        3,
        callees=(inner,),
        kind="tracing",
        nested=True,
    )
    caller = replace(wrapper, qualname="run", name="run", nested=False)
    linked = Linked(profile, {}, (wrapper, caller), (wrapper, caller))
    assert one(linked, finding("timed.wrapper", path="/ws/a.py")) == finding("timed.wrapper", path="/ws/a.py")
    assert "hot" in one(linked, finding("run", path="/ws/a.py")).tags


def test_tracing_is_doubted_where_it_inflates(python_app: Sources) -> None:
    linked = python_app.link("py/cprofile.prof")
    assert "hot" not in one(linked, finding("fib")).tags
    time = linked.of(REPORT, "fib")
    assert time is not None
    assert "inflates" in hover(time)


def test_queries_in_a_loop_are_confirmed(python_app: Sources) -> None:
    linked = python_app.link("py/cprofile.prof")
    result = one(linked, finding("totals_per_customer", "query-in-loop"))
    assert "confirmed at run time: 900 calls of orders_for in 1 call" in result.message
    assert result.confidence is Confidence.HIGH
    assert result.severity is Severity.WARNING
    assert "confirmed" not in one(linked, finding("totals_per_customer", "nested-scan")).message
    assert "confirmed" not in one(linked, finding("OrderRepo.orders_for", "query-in-loop", DB)).message


@pytest.mark.parametrize(("loaded", "confirmed"), [(0, True), (55, False)])
def test_a_getter_that_mostly_asks_nobody_confirms_nothing(loaded: int, confirmed: bool) -> None:
    """`report` reads a relation of 60 rows; of the getter's calls, all or only 5 reach the database."""
    names = [
        ("report", "/ws/a.py"),
        ("__get__", "/venv/site-packages/orm/related.py"),
        ("execute", "/x/cursors.py"),
    ]
    frames = (
        *(Frame(name, file, 1) for name, file in names),
        Frame("<method 'execute' of 'sqlite3.Cursor' objects>", "", 0, -1, True),
    )
    counts = [1, 60, 60 - loaded, 60 - loaded]
    profile = Profile(
        "pstats", "cProfile", "tracing", "seconds", frames, 4.0,
        entries=tuple(Entry(index, 1.0, 1.0, count, count) for index, count in enumerate(counts)),
        edges=tuple(Edge(index, index + 1, 1.0, 1.0, counts[index + 1]) for index in range(3)),
    )  # fmt: skip
    project = Sources({"/ws/a.py": "def report():\n    pass\n"})
    linked = link(profile, project, ["/ws"], project.text_of)
    time = linked.of("/ws/a.py", "report")
    assert time is not None
    assert queries_per_call(time)[0] == pytest.approx(60 - loaded)
    result = one(linked, finding("report", "lazy-relation-in-loop", "/ws/a.py"))
    assert (
        "confirmed at run time: 60 calls that reach the database in 1 call" in result.message
    ) is confirmed


def test_recursion_over_queries_is_bounded() -> None:
    frames = (
        Frame("walk", "/ws/a.py", 1),
        Frame("<method 'execute' of 'sqlite3.Cursor' objects>", "", 0, -1, True),
    )
    profile = Profile(
        "pstats", "cProfile", "tracing", "seconds", frames, 2.0,
        entries=(Entry(0, 1.0, 1.0, 31, 1), Entry(1, 1.0, 1.0, 31, 31)),
        edges=(Edge(0, 0, 1.0, 1.0, 30), Edge(0, 1, 1.0, 1.0, 31)),
    )  # fmt: skip
    (walk, execute) = rates(profile)
    assert execute == 1.0
    assert 1.0 < walk <= 31.0


def test_samples_confirm_no_counts(python_app: Sources) -> None:
    linked = python_app.link("py/pyspy.speedscope")
    assert "confirmed" not in one(linked, finding("totals_per_customer", "query-in-loop")).message


def test_edited_functions_are_left_alone(python_app: Sources) -> None:
    text = python_app.texts[REPORT].replace("pairs = []", "pairs = list()")
    linked = refresh(python_app.link("py/cprofile.prof"), REPORT, Sources({REPORT: text}).facts(REPORT))
    assert one(linked, finding("find_pairs")) == finding("find_pairs")
    assert "hot" in one(linked, finding("dedupe_names")).tags


@pytest.mark.parametrize(
    ("samples", "of_function", "hot"), [(99, 50, False), (100, 9, False), (100, 10, True), (1000, 400, True)]
)
def test_little_evidence_says_nothing(samples: int, of_function: int, hot: bool) -> None:
    profile = Profile(
        "collapsed",
        "py-spy",
        "sampling",
        "samples",
        (Frame("f", "a.py", 1),),
        float(samples),
        samples=samples,
    )
    share = of_function / samples
    time = FunctionTime("/ws/a.py", "f", "f", 1, share, share, of_function, of_function, samples=of_function)
    linked = Linked(profile, {}, (time,), (time,))
    assert ("hot" in one(linked, finding("f", path="/ws/a.py")).tags) is hot


def test_a_moment_of_tracing_says_nothing() -> None:
    profile = Profile("pstats", "cProfile", "tracing", "seconds", (Frame("f", "a.py", 1),), 0.05)
    time = FunctionTime("/ws/a.py", "f", "f", 1, 0.9, 0.9, 0.045, 0.045, calls=3, kind="tracing")
    linked = Linked(profile, {}, (time,), (time,))
    assert one(linked, finding("f", path="/ws/a.py")) == finding("f", path="/ws/a.py")


def test_a_long_stretch_is_hot_whatever_its_share() -> None:
    profile = Profile(
        "cpuprofile", "V8", "sampling", "seconds", (Frame("f", "a.js", 1),), 60.0, samples=60_000
    )
    time = FunctionTime("/ws/a.js", "f", "f", 1, 0.002, 0.002, 0.12, 0.12, samples=120, longest=0.12)
    linked = Linked(profile, {}, (time,), (time,))
    result = one(linked, finding("f", path="/ws/a.js"))
    assert result.severity is Severity.WARNING
    assert result.message == "Costs O(n²); hot: up to 120 ms without a break"


def test_texts_for_lens_and_hover(python_app: Sources) -> None:
    linked = python_app.link("py/cprofile.prof")
    orders = linked.of(DB, "OrderRepo.orders_for")
    assert orders is not None
    assert summary(orders) == "20 % self · 20 % total · 900 calls"
    said = hover(orders)
    assert "measured by cProfile (tracing)" in said
    assert "Called 900 times from totals_per_customer." in said
    sampled = python_app.link("py/pyspy.speedscope").of(REPORT, "find_pairs")
    assert sampled is not None
    assert summary(sampled) == "40 % self · 40 % total · 223 samples"
