"""What the API's cache should hold: written when asked, counted on, and asked about when it is not there."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from conftest import PAIR, UNKNOWN, Bench, answer, target
from fake_messages_api import Rule

from lsp_server.rewrites import RewriteFailed, RewriteSettings, prepare
from lsp_server.rewrites.contract import Usage
from lsp_server.rewrites.sending.warmth import Warmth

BODY = prepare(target(), RewriteSettings()).body


def test_prewarming_writes_what_the_request_then_reads(bench: Bench) -> None:
    bench.says(answer(PAIR))
    prepared = bench.rewriter.prepare(target())
    assert bench.api.log == []
    usage = bench.wait(bench.rewriter.prewarm(prepared))
    assert usage.written_1h > 0
    assert usage.written_5m > 0
    assert usage.output == 0
    sent = bench.sent[0]
    assert (sent["max_tokens"], sent.get("stream")) == (0, None)
    assert {key: sent[key] for key in ("model", "system", "thinking", "output_config")} == {
        key: prepared.body[key] for key in ("model", "system", "thinking", "output_config")
    }
    assert prepared.target.function not in bench.api.log[0]["body"]  # only what is shared
    assert bench.wait(bench.rewriter.prewarm(prepared)) is None  # it is warm
    assert len(bench.sent) == 1
    proposal = bench.run(prepared)
    assert proposal.usage.read == usage.written_1h + usage.written_5m
    assert proposal.usage.written_5m == proposal.usage.written_1h == 0
    assert bench.rewriter.ledger.summary().outcomes == {"ok": 1, "prewarmed": 1}


def test_prewarming_keeps_the_limit_and_needs_a_key(bench: Bench) -> None:
    prepared = bench.rewriter.prepare(target())
    bench.rewriter.settings = replace(bench.rewriter.settings, daily_limit_usd=0.0001)
    with pytest.raises(RewriteFailed, match="limit for a day"):
        bench.wait(bench.rewriter.prewarm(bench.rewriter.prepare(target())))
    del bench.environ["ANTHROPIC_API_KEY"]
    with pytest.raises(RewriteFailed, match="no key"):
        bench.wait(bench.rewriter.prewarm(prepared))
    assert bench.api.log == []


def test_a_rewrite_waits_for_the_prewarming_under_way(bench: Bench) -> None:
    bench.says(answer(PAIR), latency={"ttft": 0.3})
    prepared = bench.rewriter.prepare(target())

    async def both() -> None:
        await asyncio.gather(bench.rewriter.prewarm(prepared), bench.rewriter.run(prepared))

    bench.wait(both())
    written = [entry["usage"]["cache_creation_input_tokens"] for entry in bench.api.log]
    assert len(written) == 2
    assert written[1] == 0


def test_an_unexpected_miss_is_told_and_the_next_request_asks_why(bench: Bench) -> None:
    bench.says(answer(PAIR), answer(UNKNOWN), answer(PAIR))
    bench.run(bench.rewriter.prepare(target("pair")))
    bench.api.cache.entries.clear()  # the API has dropped what it had
    missed = bench.run(bench.rewriter.prepare(target("Report.unknown")))
    assert any("more were expected" in note for note in missed.warnings)
    told = bench.run(bench.rewriter.prepare(target("pair")))
    assert [bool(body.get("diagnostics")) for body in bench.sent] == [False, False, True]
    assert bench.sent[2]["diagnostics"] == {"previous_message_id": bench.api.log[0]["message_id"]}
    assert any("expired or was dropped" in note for note in told.warnings)
    bench.says(answer(PAIR))
    bench.run(bench.rewriter.prepare(target("pair")))
    assert "diagnostics" not in bench.sent[3]


def test_an_api_without_diagnostics_is_asked_once(bench: Bench) -> None:
    def asks(body: dict[str, Any]) -> bool:
        return "diagnostics" in body

    bench.says(answer(PAIR))
    bench.run(bench.rewriter.prepare(target("pair")))
    bench.api.cache.entries.clear()
    bench.run(bench.rewriter.prepare(target("pair")))
    refusal = {"status": 400, "message": "diagnostics: Extra inputs are not permitted"}
    bench.api.rules.insert(0, Rule(match={"where": asks}, fault=refusal))
    assert bench.run(bench.rewriter.prepare(target("pair"))).function == PAIR
    assert len(bench.sent) == 4
    bench.api.cache.entries.clear()
    bench.run(bench.rewriter.prepare(target("pair")))
    bench.run(bench.rewriter.prepare(target("pair")))
    assert len(bench.sent) == 6


def test_what_is_expected_ends_with_the_entrys_life() -> None:
    now = [0.0]
    warmth = Warmth(lambda: now[0])
    assert warmth.expects(BODY).tokens == 0
    assert warmth.saw(BODY, warmth.expects(BODY), Usage(plain=10, written_1h=90), "msg_1", now[0]) == ""
    assert (warmth.expects(BODY).tokens, warmth.expects(BODY).message) == (90, "msg_1")
    assert warmth.is_warm(BODY)
    now[0] = 400.0  # the module's five minutes are over, the instructions' hour is not
    assert not warmth.is_warm(BODY)
    assert warmth.expects(BODY).tokens == 1
    now[0] = 4000.0
    assert warmth.expects(BODY).tokens == 0


def test_what_is_below_the_minimum_is_not_expected() -> None:
    warmth = Warmth()
    warmth.saw(BODY, warmth.expects(BODY), Usage(plain=100), "msg_1", 0.0)
    assert warmth.expects(BODY).tokens == 0


def test_the_reason_is_told_in_words() -> None:
    reason = {"type": "system_changed", "cache_missed_input_tokens": 4000}
    assert "instructions have changed (4,000 tokens)" in Warmth().told(BODY, reason, 100)
    own = {"type": "messages_changed", "cache_missed_input_tokens": 120}
    assert "expired" in Warmth().told(BODY, own, 100)
    assert "module's part" in Warmth().told(BODY, {**own, "cache_missed_input_tokens": 4000}, 100)
