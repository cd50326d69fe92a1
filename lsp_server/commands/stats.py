"""`bigo stats`: what rewrites have cost, and what the cache saved."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lsp_server.commands.console import print_json

if TYPE_CHECKING:
    from lsp_server.rewrites import Summary


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--days", type=int, default=30, metavar="N", help="the last N days (30)")


def run(args: argparse.Namespace) -> int:
    from lsp_server.places import state_dir
    from lsp_server.rewrites import Ledger

    summary = Ledger(state_dir()).summary(days=args.days)
    if args.format == "json":
        print_json(summary.as_dict())
        return 0
    for line in _lines(summary):
        print(line)
    return 0


def _lines(summary: Summary) -> Iterator[str]:
    from lsp_server.rewrites import dollars

    if not summary.requests and not summary.answered_locally:
        yield f"No rewrites in the last {summary.days} days."
        return
    tokens = summary.tokens
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in summary.outcomes.items())
    yield f"Rewrites in {summary.days} days: {summary.requests} sent ({outcomes}),"
    yield f"  {summary.answered_locally} answered from this machine"
    yield f"Cost: {dollars(summary.cost_usd)}; the prompt cache saved {dollars(summary.cache_saved_usd)}"
    for day, cost in summary.cost_per_day.items():
        yield f"  {day}: {dollars(cost)}"
    for month, cost in summary.cost_per_month.items():
        yield f"  {month} (in these days): {dollars(cost)}"
    yield f"Answers kept on this machine saved {dollars(summary.answers_saved_usd)}."
    yield (
        f"Tokens: {tokens.plain:,} plain, {tokens.written_5m + tokens.written_1h:,} written to the cache, "
        f"{tokens.read:,} read from it ({summary.cached_share:.0%}), {tokens.output:,} out"
    )
    for what, times in (
        ("waiting for a place", summary.queue),
        ("to the first token", summary.first_token),
        ("in all", summary.total),
    ):
        p50, p95, p99 = times
        yield f"Seconds {what}: {p50:.1f} (p50), {p95:.1f} (p95), {p99:.1f} (p99)"
    for name, one in summary.operations.items():
        spread = ", ".join(f"{seconds:.1f}" for seconds in one.total)
        yield f"  {name}: {one.requests}, {dollars(one.cost_usd)}; seconds in all {spread} (p50, p95, p99)"
    for hint in summary.hints:
        yield f"Hint: {hint}"
    yield f"The estimate was off by {summary.estimate_error:.0%} on average."
    yield "The same tokens elsewhere:"
    for model, cost in sorted(summary.other_models.items(), key=lambda item: item[1]):
        yield f"  {model}: {dollars(cost)}"
