"""The gate before the child, and the child itself: order, cold prefixes, and a process that fails in odd ways."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
from conftest import MODULE, PAIR, Bench, answer, check, target
from fake_messages_api import FakeAPI, Rule

from lsp_server.rewrites import RewriteFailed, Rewriter, RewriteSettings, prepare
from lsp_server.rewrites.sending import child
from lsp_server.rewrites.sending.gate import Gate

BODY = prepare(target(), RewriteSettings()).body
OTHER_MODULE = prepare(target(imports="import json\n"), RewriteSettings()).body
OTHER_MODEL = prepare(target(), RewriteSettings(model="cheap")).body
REPO = Path(__file__).parents[2]


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


class Visitor:
    """A request that stands in the gate until it is let on."""

    def __init__(self, gate: Gate, body: dict[str, Any]):
        self.inside, self.begin, self.leave = False, asyncio.Event(), asyncio.Event()
        self.task = asyncio.ensure_future(self._visit(gate, body))

    async def _visit(self, gate: Gate, body: dict[str, Any]) -> None:
        async with gate.prefix(body) as begun:
            self.inside = True
            starts, leaves = (
                asyncio.ensure_future(self.begin.wait()),
                asyncio.ensure_future(self.leave.wait()),
            )
            await asyncio.wait([starts, leaves], return_when=asyncio.FIRST_COMPLETED)
            if self.begin.is_set():
                begun()
            await leaves
            starts.cancel()


def test_the_first_request_over_a_cold_prefix_goes_alone() -> None:
    async def story() -> None:
        gate = Gate()
        visitors = [Visitor(gate, BODY) for _ in range(3)]
        await settle()
        assert [v.inside for v in visitors] == [True, False, False]
        visitors[0].begin.set()
        await settle()
        assert [v.inside for v in visitors] == [True, True, True]
        for visitor in visitors:
            visitor.leave.set()
        await asyncio.gather(*(v.task for v in visitors))

    asyncio.run(story())


def test_a_first_request_that_fails_lets_the_next_one_be_first() -> None:
    async def story() -> None:
        gate = Gate()
        visitors = [Visitor(gate, BODY) for _ in range(3)]
        await settle()
        visitors[0].task.cancel()
        await settle()
        assert [v.inside for v in visitors] == [True, True, False]
        visitors[1].leave.set()
        await settle()
        assert visitors[2].inside
        visitors[2].leave.set()
        await visitors[2].task

    asyncio.run(story())


def test_another_module_waits_only_for_the_instructions_and_another_model_for_nothing() -> None:
    async def story() -> None:
        gate = Gate()
        first, module, model = (Visitor(gate, body) for body in (BODY, OTHER_MODULE, OTHER_MODEL))
        await settle()
        assert (first.inside, module.inside, model.inside) == (True, False, True)
        first.begin.set()
        await settle()
        assert module.inside
        again = Visitor(gate, OTHER_MODULE)  # whose module block is still cold
        await settle()
        assert not again.inside
        for visitor in (first, module, model, again):
            visitor.leave.set()
        await asyncio.gather(*(v.task for v in (first, module, model, again)))

    asyncio.run(story())


def test_a_prefix_turns_cold_again() -> None:
    async def story() -> None:
        now = [0.0]
        gate = Gate(lambda: now[0])
        async with gate.prefix(BODY) as begun:
            begun()
        now[0] = 400.0  # the module's five minutes are over
        first, second = Visitor(gate, BODY), Visitor(gate, BODY)
        await settle()
        assert (first.inside, second.inside) == (True, False)
        first.leave.set()
        second.leave.set()
        await asyncio.gather(first.task, second.task)

    asyncio.run(story())


def test_slots_are_given_back_when_a_waiting_request_is_cancelled() -> None:
    async def story() -> None:
        gate, order = Gate(), []

        async def use(name: str, hold: asyncio.Event) -> None:
            async with gate.slot(1):
                order.append(name)
                await hold.wait()

        hold = asyncio.Event()
        tasks = [asyncio.ensure_future(use(name, hold)) for name in "abc"]
        await settle()
        tasks[1].cancel()
        hold.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert order == ["a", "c"]

    asyncio.run(story())


# ------------------------------------------------------------------------------------------------------ the child


def rewriter_at(folder: Path, url: str) -> Rewriter:
    environ = {"ANTHROPIC_API_KEY": "sk-ant-test", "ANTHROPIC_BASE_URL": url}
    settings = RewriteSettings(daily_limit_usd=0, cache_answers=False)
    return Rewriter(settings, folder / "state", folder / "cache", check, lambda: environ)


def test_it_runs_under_anyio_and_leaves_no_process(tmp_path: Path) -> None:
    async def main() -> None:
        api = FakeAPI([Rule(reply={"text": answer(PAIR)})])
        async with api.serve() as url:
            rewriter = rewriter_at(tmp_path, url)
            assert rewriter.child_pid is None
            proposal = await rewriter.run(rewriter.prepare(target()))
            assert PAIR in proposal.patched
            assert rewriter.child_pid is not None
            await rewriter.close()
            assert rewriter.child_pid is None

    anyio.run(main)


def test_a_child_that_cannot_start_is_a_clear_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for program in ("/nonexistent/python", "false"):
        monkeypatch.setattr(child.sys, "executable", program)
        rewriter = rewriter_at(tmp_path, "http://127.0.0.1:9")
        with pytest.raises(RewriteFailed) as caught:
            anyio.run(rewriter.run, rewriter.prepare(target()))
        assert caught.value.kind == "child"
        assert "Nothing was changed" in str(caught.value)


@pytest.mark.parametrize(
    "says", ["print('no JSON at all', flush=True)", "print('{}', flush=True)", "print('[1]', flush=True)"]
)
def test_a_child_that_talks_nonsense_is_a_clear_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str
) -> None:
    script = tmp_path / "child"
    script.write_text(f"#!{sys.executable}\n{says}\nimport time\ntime.sleep(60)\n")
    script.chmod(0o700)
    monkeypatch.setattr(child.sys, "executable", str(script))
    rewriter = rewriter_at(tmp_path, "http://127.0.0.1:9")
    with pytest.raises(RewriteFailed) as caught:
        anyio.run(rewriter.run, rewriter.prepare(target()))
    assert caught.value.kind == "child"


def test_a_child_that_cannot_load_the_sdk_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "child"
    script.write_text(f"#!{sys.executable}\nimport no_such_module_here\n")
    script.chmod(0o700)
    monkeypatch.setattr(child.sys, "executable", str(script))
    rewriter = rewriter_at(tmp_path, "http://127.0.0.1:9")
    with pytest.raises(RewriteFailed, match="No module named 'no_such_module_here'"):
        anyio.run(rewriter.run, rewriter.prepare(target()))


def test_a_workspace_cannot_bring_its_own_sdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "anthropic.py").write_text("raise SystemExit('the code of the workspace ran')\n")
    monkeypatch.chdir(tmp_path)
    rewriter = rewriter_at(tmp_path, "http://127.0.0.1:9")

    async def started() -> None:
        await rewriter._child.start()
        assert rewriter.child_pid
        await rewriter.close()

    anyio.run(started)


def test_nothing_here_loads_the_sdk_into_the_server() -> None:
    code = "import lsp_server.rewrites, sys; print([m for m in ('anthropic', 'httpx2', 'tiktoken', 'pygls', 'lsprotocol') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPO, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_document_text_is_never_written_by_a_rewrite(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "orders.py"
    file.write_text(MODULE)
    bench.says(answer(PAIR))
    bench.run(bench.rewriter.prepare(target(path=str(file))))
    assert file.read_text() == MODULE
    assert json.dumps(bench.sent[0]).count(str(tmp_path)) == 0
