"""What rewrites have cost, as a page: its figures, its plots, and that nothing of it can run or load anything."""

from __future__ import annotations

import re
from datetime import date
from xml.etree import ElementTree

import pytest

from lsp_server.render.stats import lines, page
from lsp_server.rewrites.contract import Timings, Usage
from lsp_server.rewrites.keeping.summary import LOCAL, Entry, Summary, summarise

TODAY = date(2026, 11, 22)
NOON = 1795348800.0  # 22 November 2026, 12:00 UTC
DAY = 86400.0


def entry(
    days_ago: float, cost: float, *, outcome: str = "ok", operation: str = "rewrite", saved: float = 0.0
) -> Entry:
    usage = Usage() if outcome == LOCAL else Usage(plain=1000, read=3000, output=500)
    at = NOON - days_ago * DAY
    return Entry(
        at, "claude-sonnet-5-5", outcome, usage, cost, 4100, Timings(0.0, 1.5, 8.0), operation, saved
    )


@pytest.fixture
def summary(monkeypatch: pytest.MonkeyPatch) -> Summary:
    return summarise(
        [
            entry(29, 0.125),
            entry(1, 0.02),
            entry(1, 0.01, operation="repair"),
            entry(0, 0.03),
            entry(0, 0.0, outcome=LOCAL, saved=0.04),
        ],
        30,
    )


def drawn(text: str, kind: str) -> list[ElementTree.Element]:
    """The elements of a class in the page's SVG, which is well-formed XML."""
    pieces = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    return [
        one for piece in pieces for one in ElementTree.fromstring(piece).iter() if one.get("class") == kind
    ]


def test_the_figures_as_what_they_are(summary: Summary) -> None:
    text = page(summary, TODAY)
    for said in (
        "<dd>$0.185</dd>",
        "<dd>4 requests</dd>",
        "<dd>75.0 %</dd>",
        "<dd>$0.040</dd>",
        "12,000 read from the cache",
    ):
        assert said in text, said
    assert "8.0 s" in text
    assert "1.5 s" in text
    assert "Repair (1), to the end" in text
    assert "November 2026: $0.060" in text


def test_every_day_has_its_place_and_the_dearest_is_the_highest_bar(summary: Summary) -> None:
    text = page(summary, TODAY)
    plot = text[text.index('class="days"') : text.index("How long requests take")]
    days = re.findall(r"<title>(.*?): (.*?)</title>.*?class=\"bar\".*? height=\"([\d.]+)\"", plot)
    assert len(days) == 30
    assert (days[0][0], days[-1][0]) == ("Sat 24 Oct 2026", "Sun 22 Nov 2026")
    assert [day for day, cost, _ in days if cost != "$0.000"] == [
        "Sat 24 Oct 2026",
        "Sat 21 Nov 2026",
        "Sun 22 Nov 2026",
    ]
    heights = [float(height) for _, _, height in days]
    assert heights.index(max(heights)) == 0
    assert heights[28] == pytest.approx(heights[29], abs=0.1)
    assert heights[1] == 0.0


def test_models_are_compared_with_what_was_spent_cheapest_first(summary: Summary) -> None:
    text = page(summary, TODAY)
    names = re.findall(r'<th scope="row">([^<]*)</th><td>\$', text)
    costs = summary.other_models | {"as they were sent": summary.cost_usd}
    assert names == sorted(costs, key=lambda name: costs[name])
    assert "claude-opus-5-5" in names


def test_before_the_first_rewrite_it_says_so_and_draws_nothing() -> None:
    text = page(summarise([], 30), TODAY)
    assert "No rewrite was asked for" in text
    assert "<svg" not in text
    assert list(lines(summarise([], 30))) == ["No rewrites in the last 30 days."]


def test_answers_kept_here_alone_are_no_division_by_zero() -> None:
    text = page(summarise([entry(0, 0.0, outcome=LOCAL, saved=0.5)], 30), TODAY)
    assert "$0.500" in text
    assert "1 kept answer" in text


def test_a_warmed_prefix_alone_has_a_cost_and_a_time_and_no_estimate() -> None:
    warmed = Entry(NOON, "claude-sonnet-5-5", "prewarmed", Usage(plain=1, written_1h=7000), 0.028, 0,
                   Timings(0.0, 1.0, 1.25), "prewarm")  # fmt: skip
    said = list(lines(summarise([warmed], 30)))
    assert "  prewarm: 1, $0.028; seconds to the end 1.2, 1.2, 1.2 (p50, p95, p99)" in said
    assert not [line for line in said if "estimate" in line or line.startswith("Seconds")]
    assert "Prewarm (1), to the end" in page(summarise([warmed], 30), TODAY)


def test_one_day_and_free_requests_can_be_drawn() -> None:
    for days in (1, 2, 365):
        assert len(drawn(page(summarise([entry(0, 0.0)], days), TODAY), "over")) == days


def test_no_text_becomes_markup_and_nothing_runs_or_loads() -> None:
    hostile = "<img src=x onerror='1'>"
    text = page(
        summarise([entry(0, 0.1, outcome=hostile, operation=hostile)], 30), TODAY, 'x"><script>1</script>'
    )
    assert "<img" not in text
    assert "<script" not in text
    assert not re.search(r"\b(src|style|on\w+)=[\"']", text.replace("&#x27;", "")), (
        "an attribute the policy forbids"
    )
    [nonce] = re.findall(r"default-src 'none'; style-src 'nonce-([\w-]{16,})'", text)
    assert f'<style nonce="{nonce}">' in text
    assert nonce not in page(summarise([], 30), TODAY), "another one each time"
