"""How far the token estimate is from the API's count, before and after it has learnt from twenty bills.

    python benchmarks/rewrite_estimate.py [FOLDER ...]

Takes 220 Python functions of at least three lines from the folders, spread evenly. Twenty are sent as rewrites, through
the real SDK to the stand-in of tests/reference; the other two hundred are counted by its `count_tokens`, each alone and as
the whole request that a rewrite would be.
"""

from __future__ import annotations

import json
import statistics
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import anyio
import anyio.to_thread

REPO = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPO / "benchmarks"), str(REPO / "tests" / "reference")]

from fake_messages_api import FakeAPI, Rule  # noqa: E402 (the stand-in lives with the tests)
from rewrite import SETTINGS, echo  # noqa: E402

from analyzers import extract, languages  # noqa: E402
from analyzers.project.index import Project  # noqa: E402
from analyzers.text import Span, Text  # noqa: E402
from lsp_server.briefing.targets import target_for  # noqa: E402
from lsp_server.rewrites import Prepared, Refused, RewriteFailed, Rewriter, Target, prepare  # noqa: E402
from lsp_server.rewrites.asking.budget import count  # noqa: E402

LEARNT, MEASURED = 20, 200
DEFAULT = ("analyzers", "lsp_server")


def targets(folders: Sequence[Path], number: int) -> list[Target]:
    """Functions from all over the folders, each with the context that its own file gives."""
    found = []
    for file in sorted(file for folder in folders for file in folder.rglob("*.py")):
        language = languages.for_path(file.as_posix())
        if language is not None and file.stat().st_size < 60_000:
            facts = extract.facts_of(file.read_bytes(), language)
            text = Text(file.read_bytes())
            found += [
                (file, function.qualname)
                for function in facts.functions
                if function.kind in ("function", "method")
                and text.slice(Span(function.start, function.end)).count("\n") >= 2
            ]
    step = max(1, len(found) // number)
    return [target for file, name in found[::step] if (target := one(file, name)) is not None][:number]


def one(file: Path, qualname: str) -> Target | None:
    path, text = file.as_posix(), Text(file.read_bytes())
    language = languages.for_path(path)
    assert language is not None
    project = Project()
    project.update(path, extract.facts_of(text.source, language))
    facts = project.facts(path)
    assert facts is not None
    function = next(f for f in facts.functions if f.qualname == qualname)
    with suppress(Refused):
        target = target_for(
            project, path, text, function, root=file.parent.as_posix(), text_of={path: text}.get
        )
        prepare(target, SETTINGS)
        return target
    return None


def counted(url: str, body: dict[str, object]) -> int:
    kept = {
        k: v
        for k, v in body.items()
        if k in ("model", "system", "messages", "tools", "thinking", "output_config")
    }
    headers = {
        "x-api-key": "sk-ant-test",
        "anthropic-version": "2026-10-21",
        "content-type": "application/json",
    }
    asked = urllib.request.Request(f"{url}/v1/messages/count_tokens", json.dumps(kept).encode(), headers)
    with urllib.request.urlopen(asked) as answer:
        return int(json.load(answer)["input_tokens"])


async def measure(folders: Sequence[Path], rewriter: Rewriter, url: str) -> Iterator[str]:
    every = targets(folders, LEARNT + MEASURED)
    # Those that are learnt from are spread over the folders as well.
    learnt = every[:: max(1, len(every) // LEARNT)][:LEARNT]
    others = [target for target in every if target not in learnt][:MEASURED]
    before = [rewriter.prepare(target) for target in others]
    for target in learnt:
        with suppress(RewriteFailed):  # the answer is the function itself; it is billed all the same
            await rewriter.run(rewriter.prepare(target))
    after = [rewriter.prepare(target) for target in others]
    whole, alone = [], []
    for request in before:
        whole.append(await anyio.to_thread.run_sync(counted, url, request.body))
        bare = {"model": request.model, "messages": [{"role": "user", "content": request.function}]}
        alone.append(await anyio.to_thread.run_sync(counted, url, bare) - 6)  # the conversation's frame
    texts = [count(request.function) for request in before]
    tails = [
        rewriter.calibration.tail(request.model, text) for request, text in zip(before, texts, strict=True)
    ]
    return report(whole, alone, before, after, [text.tokens for text in texts], tails)


def report(
    whole: list[int],
    alone: list[int],
    before: list[Prepared],
    after: list[Prepared],
    raw: list[int],
    learnt: list[int],
) -> Iterator[str]:
    yield f"functions: {len(alone)}, {sum(alone):,} tokens; as requests {sum(whole):,}"
    yield "function alone, before: " + errors(raw, alone)
    yield f"function alone, after {LEARNT} bills: " + errors(learnt, alone)
    yield "whole request, before: " + errors([one.estimate.input for one in before], whole)
    yield f"whole request, after {LEARNT} bills: " + errors([one.estimate.input for one in after], whole)


def errors(estimates: list[int], counts: list[int]) -> str:
    each = sorted(abs(e - c) / c for e, c in zip(estimates, counts, strict=True))
    total = sum(estimates) / sum(counts) - 1
    return f"{total:+.1%} in total, {statistics.median(each):.1%} (median) and {each[int(0.95 * len(each))]:.1%} (p95) each"


async def main() -> None:
    import tempfile

    folders = [Path(name).resolve() for name in sys.argv[1:]] or [REPO / name for name in DEFAULT]
    with tempfile.TemporaryDirectory() as folder:
        async with FakeAPI([Rule(reply=echo)]).serve() as url:
            environ = {"ANTHROPIC_API_KEY": "sk-ant-test", "ANTHROPIC_BASE_URL": url}
            rewriter = Rewriter(SETTINGS, Path(folder), Path(folder), None, lambda: environ)
            try:
                for row in await measure(folders, rewriter, url):
                    print(row)
            finally:
                await rewriter.close()


if __name__ == "__main__":
    anyio.run(main)
