"""What is kept on disk: answers and the ledger. A damaged or forbidden place never breaks a rewrite."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from lsp_server.rewrites import AnswerCache, Ledger, Timings, Usage, doctor
from lsp_server.rewrites.keeping.cache import key_of
from lsp_server.rewrites.keeping.summary import LOCAL, percentile

DAY = 86_400.0


class Clock:
    """Seconds that only move when told to."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        self.now += 0.001
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_an_answer_is_found_again_until_it_is_too_old(tmp_path: Path, clock: Clock) -> None:
    cache = AnswerCache(tmp_path, clock)
    assert cache.get("k", 7) is None
    cache.put("k", "text", 7, 1)
    assert AnswerCache(tmp_path, clock).get("k", 7) == "text"
    clock.now += 6 * DAY
    assert cache.get("k", 7) == "text"
    clock.now += 2 * DAY  # the age counts from the writing, not from the last use
    assert cache.get("k", 7) is None


def test_the_longest_unused_answers_go_first(tmp_path: Path, clock: Clock) -> None:
    cache = AnswerCache(tmp_path, clock)
    for key in "abc":
        cache.put(key, "x" * 300_000, 7, 1)
    assert cache.get("a", 7)
    cache.put("d", "x" * 300_000, 7, 1)
    assert [key for key in "abcd" if cache.get(key, 7)] == ["a", "c", "d"]
    cache.put("huge", "x" * 2_000_000, 7, 1)
    assert cache.get("huge", 7) is None
    assert cache.get("d", 7)
    cache.drop("d")
    assert cache.get("d", 7) is None
    cache.clear()
    assert cache.get("a", 7) is None


def test_everything_that_shapes_the_answer_is_in_its_key() -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}], "output_config": {"effort": "low"}}
    same = {"output_config": {"effort": "low"}, "messages": [{"content": "x", "role": "user"}], "model": "m"}
    assert key_of(body) == key_of(same)
    for change in (
        {"model": "n"},
        {"output_config": {"effort": "high"}},
        {"messages": []},
        {"max_tokens": 1},
    ):
        assert key_of({**body, **change}) != key_of(body)


def test_a_damaged_cache_starts_anew(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "answers.sqlite3").write_bytes(b"this is no database, " * 100)
    cache = AnswerCache(tmp_path, clock)
    cache.put("k", "text", 7, 1)
    assert cache.get("k", 7) == "text"


def test_a_place_that_cannot_be_used_is_no_error(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "file").write_text("")
    cache, ledger = AnswerCache(tmp_path / "file", clock), Ledger(tmp_path / "file", clock)
    cache.put("k", "text", 7, 1)
    assert cache.get("k", 7) is None
    ledger.add("m", "ok", Usage(), 0.1, 1, Timings())
    assert ledger.entries() == []


def test_reading_creates_no_ledger(tmp_path: Path) -> None:
    assert Ledger(tmp_path).summary().requests == 0
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "rewrites.sqlite3").write_bytes(b"no database" * 200)
    assert Ledger(tmp_path).summary().requests == 0


def test_the_summary_adds_up(tmp_path: Path, clock: Clock) -> None:
    ledger = Ledger(tmp_path, clock)
    cold = Usage(plain=400, written_5m=600, written_1h=4000, output=500)
    warm = Usage(plain=400, read=4600, output=500)
    ledger.add("claude-sonnet-5-5", "ok", cold, 0.0233, 5500, Timings(0.1, 1.0, 4.0))
    clock.now += DAY
    ledger.add("claude-sonnet-5-5", "ok", warm, 0.00626, 5500, Timings(0.3, 0.5, 2.0))
    ledger.add("claude-sonnet-5-5", "cancelled", Usage(), 0.0, 5500, Timings(0.0, 0.0, 0.5))
    ledger.add("claude-sonnet-5-5", LOCAL, Usage(), 0.0, 0, Timings())
    summary = ledger.summary()
    assert (summary.requests, summary.answered_locally) == (3, 1)
    assert summary.outcomes == {"cancelled": 1, "ok": 2}
    assert summary.tokens == cold + warm
    assert summary.cost_usd == pytest.approx(0.02956)
    assert len(summary.cost_per_day) == 2
    assert sum(summary.cost_per_day.values()) == pytest.approx(summary.cost_usd)
    assert summary.total == (2.0, 4.0, 4.0)
    assert summary.cached_share == pytest.approx(4600 / 10_000)
    assert summary.cache_saved_usd == pytest.approx(0.03 - 0.02956)
    assert summary.estimate_error == pytest.approx(0.1)
    assert summary.other_models["claude-opus-5-5"] == pytest.approx(2 * summary.cost_usd, rel=0.01)
    assert ledger.summary(days=0).requests == 0
    assert summary.as_dict()["tokens"]["read"] == 4600


def test_today_begins_at_midnight(tmp_path: Path, clock: Clock) -> None:
    ledger = Ledger(tmp_path, clock)
    ledger.add("m", "ok", Usage(), 0.5, 1, Timings())
    assert ledger.spent_today() == pytest.approx(0.5)
    clock.now += DAY
    assert ledger.spent_today() == 0
    assert len(ledger.entries()) == 1


def test_two_processes_share_a_ledger(tmp_path: Path) -> None:
    one, two = Ledger(tmp_path), Ledger(tmp_path)
    for ledger in (one, two, one):
        ledger.add("m", "ok", Usage(output=1), 0.1, 1, Timings())
    assert len(one.entries()) == 3
    with sqlite3.connect(tmp_path / "rewrites.sqlite3") as db:
        assert db.execute("SELECT COUNT(*) FROM requests").fetchone() == (3,)


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 50.0), (0.95, 95.0), (0.99, 99.0), (1.0, 100.0), (0.001, 1.0)]
)
def test_percentiles_are_nearest_rank(share: float, expected: float) -> None:
    values = [float(n) for n in range(1, 101)]
    assert percentile(list(reversed(values)), share) == expected
    assert percentile([], share) == 0.0
    assert percentile([7.0], share) == 7.0


def test_each_operation_has_its_times_and_hints(tmp_path: Path, clock: Clock) -> None:
    ledger = Ledger(tmp_path, clock)
    usage = Usage(plain=1000, output=500)
    for seconds in (2.0, 2.0, 2.0, 2.0, 2.0, 60.0):
        ledger.add("claude-sonnet-5-5", "ok", usage, 0.01, 1000, Timings(0.0, 12.0, seconds))
    ledger.add("claude-sonnet-5-5", "ok", usage, 0.005, 0, Timings(0.0, 0.0, 900.0), "batch")
    ledger.add("claude-sonnet-5-5", LOCAL, Usage(), 0.0, 0, Timings(), "rewrite", 0.02)
    summary = ledger.summary()
    assert summary.operations["rewrite"].total == (2.0, 60.0, 60.0)
    assert summary.operations["batch"].requests == 1
    assert len(summary.hints) == 3
    assert any("first token" in hint for hint in summary.hints)
    assert any("30 times as long" in hint for hint in summary.hints)
    assert summary.answers_saved_usd == pytest.approx(0.02)
    assert sum(summary.cost_per_month.values()) == pytest.approx(summary.cost_usd)


def test_a_ledger_of_an_earlier_version_goes_on(tmp_path: Path, clock: Clock) -> None:
    with sqlite3.connect(tmp_path / "rewrites.sqlite3") as db:
        columns = "plain, written_5m, written_1h, read, output, cost, estimated, queue, first_token, total"
        db.execute(f"CREATE TABLE requests (at, model, outcome, {columns})")
        db.execute(f"INSERT INTO requests VALUES ({clock()}, 'm', 'ok', 1, 0, 0, 0, 1, 0.1, 1, 0, 1, 2)")
    ledger = Ledger(tmp_path, clock)
    assert ledger.summary().cost_usd == pytest.approx(0.1)
    ledger.add("m", "ok", Usage(output=1), 0.2, 1, Timings())
    assert ledger.summary().cost_usd == pytest.approx(0.3)


def test_the_hit_ratio_of_a_model_is_told(tmp_path: Path, clock: Clock) -> None:
    ledger = Ledger(tmp_path, clock)
    assert dict(doctor({}, ledger))["Prompt cache"].startswith("no rewrites")
    ledger.add("m", "ok", Usage(plain=100, written_1h=900), 0.1, 0, Timings())
    ledger.add("m", "ok", Usage(plain=100, read=900), 0.1, 0, Timings())
    ledger.add("m", "ok", Usage(plain=5000), 0.1, 0, Timings(), "explain")  # has nothing that could be cached
    assert ledger.summary().cached_by_model == {"m": 0.45}
    assert "45% by m" in dict(doctor({}, ledger))["Prompt cache"]
