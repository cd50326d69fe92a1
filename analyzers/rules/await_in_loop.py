"""await-in-loop: requests that do not depend on each other are awaited one after the other."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.evaluate.events import Awaited, Loop
from analyzers.findings import Confidence, Cost, Finding, Severity
from analyzers.rules import gathered, structure
from analyzers.rules.base import Context, Example, Rule, loop_related, the_loop

WAITS = frozenset(("http",))
"""Effects that gain from being awaited together. Queries on one session or connection do not."""


def check(context: Context) -> Iterator[Finding]:
    for awaited in context.analysis.awaits:
        if (
            awaited.function != context.function.qualname
            or not context.inside(awaited.place)
            or not awaited.effects & WAITS
        ):
            continue
        loop = _independent(awaited)
        # A coroutine that is only made in the loop (`[load(u) for u in urls]`) waits where it is awaited.
        if loop is not None and structure.home(context, awaited.place) != structure.home_of(context, loop):
            continue
        if loop is not None and context.once("await", loop.place, awaited.place):
            yield _finding(context, awaited, loop)


def _independent(awaited: Awaited) -> Loop | None:
    """The innermost loop, if each of its turns awaits something of its own element and none ends it early.

    An async callback of `map` is no such loop: the await holds up the callback, not the loop.
    """
    loop = awaited.loops[-1]
    if loop.kind in ("while", "callback") or loop.is_async or loop.exits or loop.chunked or not loop.grows:
        return None
    return loop if loop.number in awaited.depends else None


def _finding(context: Context, awaited: Awaited, loop: Loop) -> Finding:
    turns = loop.turns.formula()
    together = (
        "`asyncio.gather` under a semaphore" if context.language == "python" else "`Promise.all` in batches"
    )
    message = (
        f"`{awaited.label}` is awaited once for every turn of {the_loop(loop)}, each after the one before: "
        f"{turns} waits in a row. If their order does not matter, {together} waits for many at once."
    )
    fix = gathered.fix(context, loop, awaited)
    return context.finding(
        RULE.name,
        awaited.place,
        message,
        Severity.INFORMATION,
        Confidence.MEDIUM,
        Cost(f"{turns} waits", "1 wait"),
        [loop_related(loop)],
        [fix] if fix is not None else (),
    )


RULE = Rule(
    name="await-in-loop",
    summary="Requests that do not depend on each other are awaited one after the other.",
    why="""\
An `await` inside a loop starts the next request only when the one before has answered. When the requests do not need
each other's results, waiting for many of them at once takes as long as the slowest, not as long as their sum.

It speaks only of requests to other services whose arguments come from the loop's element. It is silent for retries
and polling, paging by a cursor, loops that a result may end early, `async for`, and for database sessions, which take
one query at a time.
""",
    severity=Severity.INFORMATION,
    fix="Waits for all of them with `gather`, ten at a time. Offered, not certain: requests then overlap.",
    bad=(
        Example(
            "one request after the other",
            """\
import httpx


async def statuses(client: httpx.AsyncClient, urls: list[str]) -> list[int]:
    found = []
    for url in urls:
        response = await client.get(url)  # <- here
        found.append(response.status_code)
    return found
""",
        ),
        Example(
            "fetch",
            """\
export async function bodies(urls: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const url of urls) {
    const response = await fetch(url); // <- here
    found.push(url);
  }
  return found;
}
""",
            "typescript",
        ),
    ),
    good=(
        Example(
            "together; retried; paged",
            """\
import asyncio

import httpx


async def statuses(client: httpx.AsyncClient, urls: list[str]) -> list[int]:
    responses = await asyncio.gather(*(client.get(url) for url in urls))
    return [response.status_code for response in responses]


async def retried(client: httpx.AsyncClient, url: str) -> httpx.Response:
    for attempt in range(5):
        response = await client.get(url)
        if response.status_code == 200:
            return response
        await asyncio.sleep(2**attempt)
    raise TimeoutError


async def pages(client: httpx.AsyncClient, url: str):
    while url:
        response = await client.get(url)
        yield response
        url = response.headers.get("next")
""",
        ),
    ),
    check=check,
)
