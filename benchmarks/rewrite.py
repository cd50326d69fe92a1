"""What rewrites would cost: cached share, price with and without cache markers, error of the estimate, local time.

    python benchmarks/rewrite.py [FILE ...]

Sends the request for every function of each file, in order, through the real SDK to the stand-in of
tests/reference, which bills as the API documents it. Its token counts are bytes divided by 2.76, an approximation
of the tokenizer of the Claude 5 models; prices are those of models.toml. Nothing leaves the machine.
"""

from __future__ import annotations

import contextlib
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import anyio

from analyzers import extract, languages
from analyzers.project.index import Project
from analyzers.text import Text
from lsp_server.briefing.targets import target_for
from lsp_server.rewrites import Prepared, RewriteFailed, Rewriter, RewriteSettings, Target, Usage
from lsp_server.rewrites.asking.budget import cost
from lsp_server.rewrites.asking.route import model_named

REPO = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPO / "tests" / "reference"))

from fake_messages_api import FakeAPI, Rule  # noqa: E402 (the stand-in lives with the tests)

DEFAULT = (
    "examples/shop/reports/customers.py",
    "examples/shop/orders/views.py",
    "lsp_server/rewrites/checking/edit.py",
)
SETTINGS = RewriteSettings(daily_limit_usd=0, request_limit_usd=0, cache_answers=False, repair=False)


@dataclass(frozen=True)
class Sent:
    """One request: what was expected, what was billed, and how long the parts on this machine took."""

    prepared: Prepared
    raw: int
    billed: Usage
    prepare_seconds: float
    first_seconds: float


def targets(files: list[Path]) -> Iterator[Target]:
    """Every function of the files with its real findings and context."""
    texts = {str(file): Text(file.read_bytes()) for file in sorted(REPO.glob("examples/**/*.py")) + files}
    project = Project()
    for path, text in texts.items():
        language = languages.for_path(path)
        if language is not None:
            project.update(path, extract.facts_of(text.source, language))
    for file in files:
        facts = project.facts(str(file))
        for function in facts.functions if facts else ():
            if function.kind in ("function", "method"):
                yield target_for(
                    project, str(file), texts[str(file)], function, root=str(REPO), text_of=texts.get
                )


def echo(body: dict[str, Any]) -> dict[str, Any]:
    """An answer of the usual length: the function itself, which costs what a rewrite of it would cost."""
    tail = body["messages"][0]["content"][-1]["text"]
    code = tail.rsplit("exactly as in the file:\n", 1)[1].split("\n", 1)[1].rsplit("\n=", 1)[0]
    words = (
        "The inner scan becomes one look-up, so the cost is the sum of the sizes and not their product. " * 2
    )
    return {
        "text": f"<before>O(n^2)</before><after>O(n)</after><why>{words}</why><rewrite>\n{code}\n</rewrite>"
    }


async def measure(files: list[Path]) -> list[Sent]:
    api, sent = FakeAPI([Rule(reply=echo)]), []
    with tempfile.TemporaryDirectory() as folder:
        async with api.serve() as url:
            environ = {"ANTHROPIC_API_KEY": "sk-ant-test", "ANTHROPIC_BASE_URL": url}
            rewriter = Rewriter(SETTINGS, Path(folder), Path(folder), None, lambda: environ)
            for target in targets(files):
                began = time.perf_counter()
                prepared = rewriter.prepare(target)
                local = time.perf_counter() - began
                with contextlib.suppress(RewriteFailed):  # the echo is no rewrite; it was billed all the same
                    await rewriter.run(prepared)
                entry = rewriter.ledger.entries()[-1]
                sent.append(
                    Sent(
                        prepared,
                        prepared.prefix.tokens + prepared.tail.tokens,
                        entry.usage,
                        local,
                        entry.timings.first_token,
                    )
                )
            await rewriter.close()
    return sent


def report(sent: list[Sent]) -> Iterator[str]:
    total = sum((one.billed for one in sent), Usage())
    later = sum((one.billed for one in sent[1:]), Usage())
    yield f"requests: {len(sent)} over {len({one.prepared.target.path for one in sent})} modules"
    yield f"input tokens: {total.input:,}; read from the cache: {total.read / total.input:.1%}"
    yield f"from the second request on: {later.read / later.input:.1%}"
    same = [b.billed for a, b in itertools.pairwise(sent) if a.prepared.target.path == b.prepared.target.path]
    shares = sorted(usage.read / usage.input for usage in same)
    yield f"a further function of the same module: {statistics.median(shares):.1%} (median), {shares[0]:.1%} (lowest)"
    for name in ("claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5"):
        model = model_named(name)
        marked = sum(cost(model, one.billed) for one in sent)
        plain = sum(cost(model, Usage(plain=one.billed.input, output=one.billed.output)) for one in sent)
        inputs = [
            sum(cost(model, replace(u, output=0)) for u in group)
            for group in ([one.billed for one in sent], [Usage(plain=one.billed.input) for one in sent])
        ]
        yield f"{name}: ${marked:.4f} with markers, ${plain:.4f} without ({marked / plain - 1:+.0%}); input alone {inputs[0] / inputs[1] - 1:+.0%}"
    errors = sorted(abs(one.raw - one.billed.input) / one.billed.input for one in sent)
    drift = sum(one.raw for one in sent) / total.input - 1
    yield f"estimate of the input before calibration: {drift:+.1%} in total, {statistics.median(errors):.1%} per request (median)"
    shown = [one.prepared.estimate.input / one.billed.input - 1 for one in sent[len(sent) // 2 :]]
    yield f"what the preview shows once calibrated: {statistics.median(shown):+.1%} (median)"
    times = sorted(one.prepare_seconds for one in sent)
    yield f"prepare: {times[len(times) // 2] * 1000:.1f} ms (median), {times[-1] * 1000:.1f} ms (longest)"
    firsts = sorted(one.first_seconds for one in sent)
    yield f"from sending to the first event, all on this machine: {firsts[len(firsts) // 2] * 1000:.0f} ms (median)"


def main() -> None:
    files = [Path(name).resolve() for name in sys.argv[1:]] or [REPO / name for name in DEFAULT]
    for line in report(anyio.run(measure, files)):
        print(line)


if __name__ == "__main__":
    main()
