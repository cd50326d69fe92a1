"""What rewrites must reach, measured: cached shares, cost, equal bytes, tools side by side, the stall of an import, the time
to cancel, and twelve faults.

    python benchmarks/rewrite_measures.py

Everything goes through the real SDK in the real child process to the stand-in of tests/reference. Nothing leaves the
machine. Times are of the machine it runs on, and of how busy that is.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPO / "benchmarks"), str(REPO / "tests" / "reference")]

from fake_messages_api import FakeAPI, Rule  # noqa: E402 (the stand-in lives with the tests)
from rewrite import SETTINGS, echo, targets  # noqa: E402

from lsp_server.rewrites import RewriteFailed, Rewriter, Target, Usage  # noqa: E402
from lsp_server.rewrites.asking.budget import cost  # noqa: E402
from lsp_server.rewrites.asking.redact import Redactor  # noqa: E402
from lsp_server.rewrites.asking.route import model_named  # noqa: E402
from lsp_server.rewrites.asking.tools import Desk  # noqa: E402

FIRST, SECOND = (
    REPO / "lsp_server/rewrites/checking/python_shape.py",
    REPO / "lsp_server/rewrites/checking/edit.py",
)
QUERIES = REPO / "examples/shop/orders/views.py"


@asynccontextmanager
async def bench(*rules: Rule, **settings: Any) -> AsyncIterator[tuple[FakeAPI, Rewriter]]:
    api = FakeAPI(list(rules))
    with tempfile.TemporaryDirectory() as folder:
        async with api.serve() as url:
            environ = {
                "ANTHROPIC_API_KEY": "sk-ant-test",
                "ANTHROPIC_BASE_URL": url,
                "PATH": os.environ["PATH"],
            }
            rewriter = Rewriter(
                replace(SETTINGS, **settings), Path(folder), Path(folder), None, lambda: environ
            )
            try:
                yield api, rewriter
            finally:
                await rewriter.close()


def billed(api: FakeAPI) -> list[tuple[str, Usage]]:
    return [(e["json"]["model"], Usage.of(e["usage"])) for e in api.log if "usage" in e]


async def run(rewriter: Rewriter, target: Target) -> None:
    with suppress(
        RewriteFailed
    ):  # the answer is the function itself, which is no rewrite; it is billed all the same
        await rewriter.run(rewriter.prepare(target))


# ------------------------------------------------------------------------------------------------------- the rows


async def cached() -> AsyncIterator[str]:
    async with bench(Rule(reply=echo)) as (api, rewriter):
        for target in list(targets([FIRST]))[:20]:
            await run(rewriter, target)
        twenty = billed(api)
        later = sum((usage for _, usage in twenty[1:]), Usage())
        yield f"input read from the cache, 2nd to {len(twenty)}th rewrite in one module: {later.read / later.input:.1%}"
        marked = sum(cost(model_named(m), u) for m, u in twenty)
        plain = sum(cost(model_named(m), Usage(plain=u.input, output=u.output)) for m, u in twenty)
        yield f"cost of {len(twenty)} rewrites against the same unmarked: {marked / plain:.2f} (${marked:.3f}, ${plain:.3f})"
        await run(rewriter, next(targets([SECOND])))
        other = billed(api)[-1][1]
        yield f"the same, 1st rewrite in a second module: {other.read / other.input:.1%}"


SNIPPET = """
import json, random, sys
from pathlib import Path
sys.path[:0] = {paths!r}
from rewrite import targets, SETTINGS
from lsp_server.rewrites import prepare
files = [Path(p) for p in {files!r}]
random.Random({order}).shuffle(files)
found = sorted((t.relative, t.qualname, prepare(t, SETTINGS, may_look=True).body) for t in targets(files))
print(json.dumps([[r, q, b.get("tools"), b["system"], b["messages"][0]["content"][:-1]] for r, q, b in found]))
"""


def equal_bytes() -> Iterator[str]:
    printed = set()
    for seed, order in (("0", 1), ("1", 2), ("4242", 3)):
        code = SNIPPET.format(
            paths=[str(REPO / "benchmarks"), str(REPO)],
            files=[str(FIRST), str(SECOND), str(QUERIES)],
            order=order,
        )
        environ = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(REPO)}
        done = subprocess.run(
            [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
        )
        printed.add(hashlib.sha256(done.stdout.encode()).hexdigest())
    same = "identical" if len(printed) == 1 else "DIFFERENT"
    yield f"tools, system, project and module bytes over three processes, hash seeds and file orders: {same}"


class Slow:
    """Answers each question after 300 ms."""

    def inside(self, path: str) -> bool:
        return True

    async def answer(self, tool: str, path: str, function: str) -> Any:
        await asyncio.sleep(0.3)
        return {"function": function}

    async def target(self, path: str, function: str) -> Target:
        raise LookupError


async def side_by_side() -> AsyncIterator[str]:
    desk = Desk(Slow(), SETTINGS, Redactor(), 1000)
    calls = [
        {"id": str(n), "name": "read_function", "input": {"path": "a.py", "function": str(n)}}
        for n in range(3)
    ]
    began = time.perf_counter()
    await desk.answer_all(calls)
    yield f"three tools asked in one turn, 300 ms each: {(time.perf_counter() - began) * 1000:.0f} ms"


async def stall() -> AsyncIterator[str]:
    """The longest time for which this loop, which would answer a keystroke, does not turn while the child loads the SDK."""
    async with bench(Rule(reply=echo)) as (_, rewriter):
        late: list[float] = []
        loading = asyncio.ensure_future(rewriter._child.start())
        began = time.perf_counter()
        while not loading.done():
            before, used = time.perf_counter(), time.thread_time()
            await asyncio.sleep(0.002)
            late.append(min(time.perf_counter() - before - 0.002, time.thread_time() - used))
        took = time.perf_counter() - began
        yield f"longest stall of a keystroke while the SDK loads ({took:.1f} s): {max(late) * 1000:.1f} ms of this process's own time"


async def cancel() -> AsyncIterator[str]:
    async with bench(Rule(reply=echo, latency={"per_token": 0.05})) as (api, rewriter):
        prepared = rewriter.prepare(next(targets([SECOND])))
        writing = asyncio.Event()
        task = asyncio.ensure_future(
            rewriter.run(prepared, lambda step: writing.set() if step.stage == "writing" else None)
        )
        await writing.wait()
        began = time.perf_counter()
        task.cancel()
        while api.active:
            await asyncio.sleep(0.001)
        closed = "closed" if api.log[0].get("disconnected") else "NOT CLOSED"
        yield f"from cancel to the connection {closed}: {(time.perf_counter() - began) * 1000:.0f} ms"


FAULTS: dict[str, dict[str, Any]] = {
    "429 with retry-after 3600": {"status": 429, "retry_after": 3600},
    "529": {"status": 529},
    "overload mid-stream": {"stream_error": "overloaded_error", "after": 6},
    "reset": {"reset": True, "after": 6},
    "cut chunk": {"truncate": True, "after": 6},
    "silent end": {"eof": True, "after": 6},
    "malformed event": {"malformed": True, "after": 6},
    "stall": {"stall": 30, "after": 6},
    "slow drip": {"byte_delay": 0.02},
    "refusal": {},
    "max_tokens": {},
    "child killed": {},
}
REPLIES = {
    "refusal": {"content": [], "stop_reason": "refusal", "output_tokens": 1},
    "max_tokens": {"text": "<rewrite>", "stop_reason": "max_tokens"},
}


async def faults() -> AsyncIterator[str]:
    async with bench(deadline_seconds=8.0, stall_seconds=2.0) as (api, rewriter):
        target, good = next(targets([SECOND])), 0
        for name, fault in FAULTS.items():
            slow = {"ttft": 30} if name == "child killed" else {}
            api.rules[:] = [Rule(reply=REPLIES.get(name, echo), fault=fault or None, latency=slow)]
            kind, sentence, took = await failure(api, rewriter, target, kill=name == "child killed")
            api.rules[:] = [Rule(reply=echo)]
            after, _, _ = await failure(api, rewriter, target)
            clear = bool(sentence) and "\n" not in sentence and kind not in ("none", "no-change")
            good += clear and after == "no-change"
            yield f"  {name}: {kind}, {took:.1f} s: {sentence}" + (
                "" if after == "no-change" else f" THEN {after}"
            )
        yield f"faults with one clear message and a next request that works: {good} of {len(FAULTS)}"


async def failure(
    api: FakeAPI, rewriter: Rewriter, target: Target, kill: bool = False
) -> tuple[str, str, float]:
    began = time.perf_counter()
    task = asyncio.ensure_future(rewriter.run(rewriter.prepare(target)))
    if kill:
        while not api.active:
            await asyncio.sleep(0.01)
        assert rewriter.child_pid
        os.kill(rewriter.child_pid, signal.SIGKILL)
    try:
        await task
    except RewriteFailed as problem:
        return problem.kind, str(problem), time.perf_counter() - began
    return "none", "", time.perf_counter() - began


async def main() -> None:
    for rows in (cached, side_by_side, stall, cancel, faults):
        async for row in rows():
            print(row, flush=True)
    for row in equal_bytes():
        print(row)


if __name__ == "__main__":
    asyncio.run(main())
