"""Requests over real HTTP, by the real SDK in the real child process, against the stand-in API."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from dataclasses import replace

import pytest
from conftest import MODULE, PAIR, UNKNOWN, Bench, answer, target
from fake_messages_api import Rule

from lsp_server.rewrites import ContextPart, RewriteFailed, RewriteSettings
from lsp_server.rewrites.asking.prompt import frozen
from lsp_server.rewrites.keeping.cache import key_of


def test_a_rewrite_becomes_an_edit(bench: Bench) -> None:
    bench.says(answer(PAIR))
    prepared = bench.rewriter.prepare(target())
    assert bench.api.log == []  # preparing sends nothing
    proposal = bench.run(prepared)
    assert proposal.patched == MODULE.replace(
        MODULE[MODULE.index("def pair") : MODULE.index("\n\n\nclass")], PAIR
    )
    assert (proposal.analyzer_before, proposal.analyzer_after) == ("O(n^2)", "O(n)")
    assert (proposal.before, proposal.after) == ("time O(n^2)", "time O(n)")
    assert proposal.warnings == ()
    assert proposal.cost_usd > 0
    stages = [step.stage for step in bench.seen]
    assert stages[:3] == ["waiting", "starting", "sent"]
    assert stages[-1] == "checking"
    assert "writing" in stages
    assert all(step.fraction is None or 0 <= step.fraction <= 1 for step in bench.seen)


def test_the_request_is_the_one_that_was_shown(bench: Bench) -> None:
    bench.says(answer(PAIR))
    prepared = bench.rewriter.prepare(target())
    bench.run(prepared)
    assert [{k: v for k, v in body.items() if k != "stream"} for body in bench.sent] == [prepared.body]
    headers = bench.api.log[0]["headers"]
    assert headers["authorization"] == "Bearer sk-ant-test"
    assert "traceparent" not in headers


def test_the_second_function_of_a_module_reads_the_prefix_from_the_cache(bench: Bench) -> None:
    bench.says(answer(PAIR), answer(UNKNOWN))
    bench.run(bench.rewriter.prepare(target("pair")))
    second = bench.run(bench.rewriter.prepare(target("Report.unknown")))
    usage = [entry["usage"] for entry in bench.api.log]
    billed = [
        u["input_tokens"] + u["cache_creation_input_tokens"] + u["cache_read_input_tokens"] for u in usage
    ]
    assert usage[0]["cache_read_input_tokens"] == 0
    assert usage[1]["cache_read_input_tokens"] >= 0.8 * billed[1]
    assert usage[1]["cache_creation_input_tokens"] == 0
    assert second.usage.read == usage[1]["cache_read_input_tokens"]
    # Another module shares the instructions.
    other = replace(
        target("pair"),
        relative="shop/other.py",
        path="/srv/shop/shop/other.py",
        imports="import json\n",
        findings=(),
    )
    bench.says(answer(PAIR))
    bench.run(bench.rewriter.prepare(other))
    assert bench.api.log[2]["usage"]["cache_read_input_tokens"] >= 0.7 * billed[0]


def test_parallel_requests_pay_for_the_prefix_once(bench: Bench) -> None:
    bench.says(answer(PAIR), latency={"ttft": 0.2})
    bench.rewriter.settings = replace(bench.rewriter.settings, parallel_requests=4)
    prepared = bench.rewriter.prepare(target())

    async def four() -> None:
        await asyncio.gather(*(bench.rewriter.run(prepared) for _ in range(4)))

    bench.wait(four())
    written = [entry["usage"]["cache_creation_input_tokens"] for entry in bench.api.log]
    assert sorted(bool(tokens) for tokens in written) == [False, False, False, True]
    assert bench.api.peak > 1  # once the prefix is warm the others go together


def test_the_limit_on_parallel_requests_holds(bench: Bench) -> None:
    bench.says(answer(PAIR), latency={"ttft": 0.05})
    bench.rewriter.settings = replace(bench.rewriter.settings, parallel_requests=1)
    prepared = bench.rewriter.prepare(target())

    async def three() -> None:
        await asyncio.gather(*(bench.rewriter.run(prepared) for _ in range(3)))

    bench.wait(three())
    assert len(bench.sent) == 3
    assert bench.api.peak == 1


LONG = answer(PAIR + "\n" + "    # " + "x" * 900)
FAULTS = {
    "rate-limit": {"status": 429, "retry_after": 1},
    "rate-limit for an hour": {"status": 429, "retry_after": 3600},
    "deadline": {"byte_delay": 0.02},
    "spend-limit": {"status": 429, "error_code": "enforced_spend_limit_reached"},
    "overloaded": {"status": 529},
    "server-error": {"html": 502},
    "too-large": {"status": 413},
    "billing": {"status": 402, "message": "credit balance is too low"},
    "permission": {"status": 403},
    "bad-request": {"status": 400, "message": "something is wrong"},
    "network": {"drop": True},
    "overloaded in the stream": {"stream_error": "overloaded_error", "after": 6},
    "cut-off": {"reset": True, "after": 6},
    "cut-off by a broken chunk": {"truncate": True, "after": 6},
    "cut-off without a word": {"eof": True, "after": 6},
    "garbled": {"malformed": True, "after": 6},
    "stalled": {"stall": 30, "after": 6},
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_one_clear_failure_and_the_next_request_works(bench: Bench, name: str) -> None:
    fault = FAULTS[name]
    bench.says(LONG, fault=fault)
    # The SDK obeys any retry-after, which would be an hour; and a slow drip of bytes is no silence.
    deadline = 1.5 if name == "deadline" else 60.0
    bench.rewriter.settings = replace(bench.rewriter.settings, deadline_seconds=deadline, stall_seconds=1.0)
    failure = bench.fails(bench.rewriter.prepare(target()))
    assert failure.kind == name.split(" ")[0]
    if "after" in fault:
        assert len(bench.sent) == 1  # a broken answer is never asked for again
        assert failure.usage is not None
        assert failure.usage.input > 0  # but it is billed, and counted
        assert [entry.outcome for entry in bench.rewriter.ledger.entries()] == [failure.kind]
    bench.says(answer(PAIR))
    bench.rewriter.settings = replace(bench.rewriter.settings, deadline_seconds=60.0, stall_seconds=60.0)
    assert bench.run(bench.rewriter.prepare(target())).function == PAIR


STOPS = {
    "refusal": {"content": [], "stop_reason": "refusal", "output_tokens": 1},
    "max-tokens": {"text": answer(PAIR), "stop_reason": "max_tokens"},
    "stop": {"text": answer(PAIR), "stop_reason": "pause_turn"},
}


@pytest.mark.parametrize("kind", STOPS)
def test_only_a_natural_end_is_an_answer(bench: Bench, kind: str) -> None:
    bench.says(STOPS[kind])
    assert bench.fails(bench.rewriter.prepare(target())).kind == kind
    assert len(bench.sent) == 1


def test_an_answer_longer_than_the_limit_is_cut_and_not_used(bench: Bench) -> None:
    bench.says(answer(PAIR + "\n    # " + "x" * 40_000))
    bench.rewriter.settings = replace(bench.rewriter.settings, max_output_tokens=1000)
    assert bench.fails(bench.rewriter.prepare(target())).kind == "max-tokens"


def test_no_change_is_reported_with_its_reason(bench: Bench) -> None:
    bench.says("<no_change>It is linear already.</no_change>")
    failure = bench.fails(bench.rewriter.prepare(target()))
    assert failure.kind == "no-change"
    assert failure.model_says == "It is linear already."
    assert len(bench.sent) == 1


def test_a_dead_child_is_one_failure_and_the_next_request_starts_another(bench: Bench) -> None:
    bench.says(answer(PAIR), latency={"ttft": 30})
    prepared = bench.rewriter.prepare(target())

    async def killed() -> None:
        task = asyncio.ensure_future(bench.rewriter.run(prepared))
        while not bench.api.active:
            await asyncio.sleep(0.02)
        assert bench.rewriter.child_pid
        os.kill(bench.rewriter.child_pid, signal.SIGKILL)
        await task

    with pytest.raises(RewriteFailed) as caught:
        bench.wait(killed())
    assert caught.value.kind == "child"
    assert "Nothing was changed" in str(caught.value)
    bench.says(answer(PAIR))
    assert bench.run(prepared).function == PAIR


def test_a_cancelled_rewrite_closes_the_connection(bench: Bench) -> None:
    bench.says(LONG, latency={"per_token": 0.05})
    prepared = bench.rewriter.prepare(target())

    async def cancelled() -> None:
        writing = asyncio.Event()
        task = asyncio.ensure_future(
            bench.rewriter.run(prepared, lambda step: writing.set() if step.stage == "writing" else None)
        )
        await asyncio.wait_for(writing.wait(), 30)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        assert task.cancelled()
        for _ in range(100):
            if not bench.api.active:
                break
            await asyncio.sleep(0.01)

    bench.wait(cancelled())
    assert bench.api.log[0].get("disconnected")
    assert [entry.outcome for entry in bench.rewriter.ledger.entries()] == ["cancelled"]
    bench.says(answer(PAIR))
    assert bench.run(prepared).function == PAIR


def test_a_bad_answer_gets_one_repair_in_the_same_conversation(bench: Bench) -> None:
    bench.says(answer(PAIR.replace("orders, users", "orders")), answer(PAIR))
    proposal = bench.run(bench.rewriter.prepare(target()))
    assert proposal.repaired
    assert proposal.function == PAIR
    first, second = bench.sent
    assert second["system"] == first["system"]
    assert second["messages"][0] == first["messages"][0]
    assert [m["role"] for m in second["messages"]] == ["user", "assistant", "user"]
    assert "its parameters changed" in second["messages"][2]["content"][0]["text"]
    assert bench.api.log[1]["usage"]["cache_read_input_tokens"] > 0
    assert proposal.usage.input == sum(
        entry["usage"][key]
        for entry in bench.api.log
        for key in ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    )


def test_a_repair_sends_the_thinking_back_unchanged(bench: Bench) -> None:
    thought = {"type": "thinking", "thinking": "", "signature": "c2ln"}
    bench.says({"content": [thought, {"type": "text", "text": "nonsense"}]}, answer(PAIR))
    bench.rewriter.settings = replace(bench.rewriter.settings, model="strong")
    assert bench.run(bench.rewriter.prepare(target())).repaired
    assert bench.sent[1]["messages"][1]["content"] == [thought, {"type": "text", "text": "nonsense"}]


def test_a_second_bad_answer_is_the_end(bench: Bench) -> None:
    bench.says("nonsense")
    assert bench.fails(bench.rewriter.prepare(target())).kind == "answer"
    assert len(bench.sent) == 2
    bench.rewriter.settings = replace(bench.rewriter.settings, repair=False)
    assert bench.fails(bench.rewriter.prepare(target())).kind == "answer"
    assert len(bench.sent) == 3


def test_a_costlier_rewrite_is_rejected(bench: Bench) -> None:
    worse = PAIR.replace(
        "    return out",
        "    for a in out:\n        for b in out:\n            for c in out:\n                a, b, c\n    return out",
    )
    bench.says(answer(worse))
    failure = bench.fails(bench.rewriter.prepare(target()))
    assert failure.kind == "worse"
    assert "O(n^2) to O(n^3)" in str(failure)


def test_an_analyzer_that_fails_means_no_edit(bench: Bench) -> None:
    bench.says(answer(PAIR))
    broken, bench.rewriter._check = bench.rewriter._check, lambda *_: 1 / 0
    try:
        assert bench.fails(bench.rewriter.prepare(target())).kind == "not-checked"
    finally:
        bench.rewriter._check = broken


def test_an_async_analyzer_is_awaited(bench: Bench) -> None:
    bench.says(answer(PAIR))
    plain = bench.rewriter._check

    async def check(asked, patched):  # type: ignore[no-untyped-def]
        await asyncio.sleep(0)
        return plain(asked, patched)

    bench.rewriter._check = check
    try:
        assert bench.run(bench.rewriter.prepare(target())).analyzer_after == "O(n)"
    finally:
        bench.rewriter._check = plain


def test_without_a_key_nothing_is_sent(bench: Bench) -> None:
    bench.says(answer(PAIR))
    del bench.environ["ANTHROPIC_API_KEY"]
    failure = bench.fails(bench.rewriter.prepare(target()))
    assert failure.kind == "missing-key"
    assert "ANTHROPIC_API_KEY" in str(failure)
    assert bench.api.log == []


def test_a_refused_key_says_so_and_a_good_one_works_after_it(bench: Bench) -> None:
    bench.says(answer(PAIR))
    bench.environ["ANTHROPIC_API_KEY"] = "sk-ant-wrong"
    failure = bench.fails(bench.rewriter.prepare(target()))
    assert failure.kind == "refused-key"
    assert "sk-ant-wrong" not in str(failure)
    bench.environ["ANTHROPIC_API_KEY"] = "sk-ant-test"
    assert bench.run(bench.rewriter.prepare(target())).function == PAIR


def test_without_a_network_there_is_a_sentence(bench: Bench) -> None:
    bench.environ["ANTHROPIC_BASE_URL"] = "http://127.0.0.1:9"
    failure = bench.fails(bench.rewriter.prepare(target()))
    assert failure.kind == "network"
    assert "cannot be reached" in str(failure)


def test_an_unknown_model_is_named(bench: Bench) -> None:
    bench.rewriter.settings = replace(bench.rewriter.settings, model="claude-future-9")
    prepared = bench.rewriter.prepare(target())
    assert any("claude-future-9" in warning for warning in prepared.warnings)
    failure = bench.fails(prepared)
    assert failure.kind == "unknown-model"
    assert "claude-future-9" in str(failure)


def test_the_limit_for_a_day_stops_before_sending(bench: Bench) -> None:
    bench.says(answer(PAIR))
    bench.rewriter.settings = replace(bench.rewriter.settings, daily_limit_usd=0.06)
    kinds = []
    while len(kinds) < 10 and "daily-limit" not in kinds:
        with contextlib.suppress(RewriteFailed):
            bench.run(bench.rewriter.prepare(target()))
            kinds.append("ok")
            continue
        kinds.append(bench.fails(bench.rewriter.prepare(target())).kind)
    assert kinds[0] == "ok"
    assert kinds[-1] == "daily-limit"
    count = len(bench.sent)
    assert bench.fails(bench.rewriter.prepare(target())).kind == "daily-limit"
    assert len(bench.sent) == count


def test_secrets_stay_and_come_back(bench: Bench) -> None:
    secret = "AKIA" + "IOSFODNN7EXAMPLE"
    text = MODULE.replace("    out = []\n", f'    out = []\n    key = "{secret}"\n', 1)
    prepared = bench.rewriter.prepare(target(text=text))
    (placeholder,) = prepared.redacted
    bench.says(answer(PAIR.replace("    out = []\n", f'    out = []\n    key = "{placeholder}"\n')))
    proposal = bench.run(prepared)
    assert f'key = "{secret}"' in proposal.patched
    assert all(secret not in entry["body"] for entry in bench.api.log)
    assert secret not in prepared.as_document()


def test_no_secret_leaves_by_any_road(bench: Bench) -> None:
    secrets = ["ghp_" + letter * 36 for letter in "abcdefgh"]
    text = MODULE.replace("    out = []\n", f'    out = []\n    key = "{secrets[0]}"\n', 1)
    asked = target(text=text)
    finding = replace(
        asked.findings[0],
        message=f"`{secrets[1]}` is scanned",
        related=(replace(asked.findings[0].related[0], message=f"`{secrets[2]}` here"),),
    )
    asked = replace(
        asked,
        findings=(finding,),
        imports=f"import x  # {secrets[3]}\n",
        module=(ContextPart("a.py", f"callee {secrets[4]}", f"KEY = '{secrets[5]}'"),),
        own=(ContextPart("b.py", "callee b", f"KEY = '{secrets[6]}'"),),
        profile=f"pair {secrets[7]}",
        guidelines=f"use {secrets[0]}",
    )
    prepared = bench.rewriter.prepare(asked)
    # The first answer is rejected with a sentence that quotes a line, so a repair is asked for.
    kept = next(line for line in prepared.function.split("\n") if "key =" in line)
    code = PAIR.replace("    out = []\n", f"    out = []\n{kept}\n")
    bench.says(answer(code.replace(kept, f"{kept}\n    # ... rest")), answer(code))
    assert secrets[0] in bench.run(prepared).patched
    assert len(bench.sent) == 2
    for secret in secrets:
        assert secret in prepared.redacted.values()
        assert all(secret not in entry["body"] for entry in bench.api.log)
        assert secret not in prepared.as_document()


def test_the_same_request_is_answered_locally_the_second_time(bench: Bench) -> None:
    bench.says(answer(PAIR))
    bench.rewriter.settings = replace(bench.rewriter.settings, cache_answers=True)
    first = bench.run(bench.rewriter.prepare(target()))
    second = bench.run(bench.rewriter.prepare(target()))
    assert (first.from_cache, second.from_cache) == (False, True)
    assert second.patched == first.patched
    assert second.cost_usd == 0
    assert len(bench.sent) == 1
    bench.rewriter.answers.clear()
    assert not bench.run(bench.rewriter.prepare(target())).from_cache


def test_a_kept_answer_is_checked_again_and_dropped_when_it_no_longer_passes(bench: Bench) -> None:
    bench.says(answer(PAIR))
    bench.rewriter.settings = replace(bench.rewriter.settings, cache_answers=True)
    prepared = bench.rewriter.prepare(target())
    bench.run(prepared)
    # A file that has changed outside of the function: the request is the same, and so is the answer.
    moved = target(text=MODULE.replace("def total", "def by_id_of"))
    assert bench.run(bench.rewriter.prepare(moved)).from_cache
    key = key_of(prepared.body)
    bench.rewriter.answers.put(key, "no answer at all", 7, 1)
    assert not bench.run(prepared).from_cache
    assert len(bench.sent) == 2
    assert bench.rewriter.answers.get(key, 7) == answer(PAIR)


def test_an_answer_that_failed_is_not_kept(bench: Bench) -> None:
    bench.says("nonsense")
    bench.rewriter.settings = replace(bench.rewriter.settings, cache_answers=True, repair=False)
    bench.fails(bench.rewriter.prepare(target()))
    bench.fails(bench.rewriter.prepare(target()))
    assert len(bench.sent) == 2


def test_the_ledger_holds_what_was_billed(bench: Bench) -> None:
    bench.says(answer(PAIR))
    first = bench.run(bench.rewriter.prepare(target()))
    second = bench.run(bench.rewriter.prepare(target()))
    bench.api.rules[:] = [Rule(fault={"status": 401})]
    bench.fails(bench.rewriter.prepare(target()))
    # What the API billed, to the token.
    assert [entry["usage"]["output_tokens"] for entry in bench.api.log[:2]] == [
        first.usage.output,
        second.usage.output,
    ]
    assert second.usage.read == bench.api.log[1]["usage"]["cache_read_input_tokens"]
    summary = bench.rewriter.ledger.summary()
    assert summary.outcomes == {"ok": 2, "refused-key": 1}
    assert summary.tokens == first.usage + second.usage
    assert summary.cost_usd == pytest.approx(first.cost_usd + second.cost_usd)
    assert summary.cached_share > 0.4
    assert (
        summary.other_models["claude-haiku-5-5"] < summary.cost_usd < summary.other_models["claude-opus-5-5"]
    )
    assert summary.total[0] > 0


def test_the_estimate_learns_from_what_was_billed(bench: Bench) -> None:
    bench.says(answer(PAIR))
    prepared = bench.rewriter.prepare(target())
    before = abs(prepared.estimate.input - bench.run(prepared).usage.input)
    again = bench.rewriter.prepare(target())
    billed = bench.run(again).usage.input
    assert again.estimate.input == pytest.approx(billed, rel=0.01)
    assert before > 0


def test_stdout_of_the_child_carries_nothing_but_its_lines_and_logging_is_off(bench: Bench) -> None:
    bench.says(answer(PAIR))
    bench.environ["ANTHROPIC_LOG"] = "debug"
    assert bench.run(bench.rewriter.prepare(target())).function == PAIR
    assert frozen() in bench.sent[0]["system"][0]["text"]


def test_settings_travel_with_the_request(bench: Bench) -> None:
    bench.says(answer(PAIR))
    bench.rewriter.settings = RewriteSettings(
        model="strong", cache_answers=False, daily_limit_usd=0, request_limit_usd=0
    )
    assert bench.run(bench.rewriter.prepare(target())).model == "claude-opus-5-5"
    assert "thinking" not in bench.sent[0]


def test_requests_under_way_count_towards_the_limit_for_a_day(bench: Bench) -> None:
    bench.says(answer(PAIR), latency={"ttft": 0.3})
    prepared = bench.rewriter.prepare(target())
    limit = prepared.estimate.cold_usd * 1.5
    bench.rewriter.settings = replace(bench.rewriter.settings, daily_limit_usd=limit)
    prepared = bench.rewriter.prepare(target())

    async def two() -> list[object]:
        return await asyncio.gather(*(bench.rewriter.run(prepared) for _ in range(2)), return_exceptions=True)

    results = bench.wait(two())
    (failure,) = [result for result in results if isinstance(result, RewriteFailed)]
    (proposal,) = [result for result in results if result is not failure]
    assert failure.kind == "daily-limit"
    assert proposal.function == PAIR
    assert len(bench.sent) == 1
    assert bench.rewriter._promised == pytest.approx(0)
