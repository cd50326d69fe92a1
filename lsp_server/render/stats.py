"""What rewrites have cost, as lines for a terminal and as one HTML page: for a browser (`bigo stats --html`) and for the
panel of an editor. The page holds its plots as SVG, runs no script and loads nothing."""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from html import escape
from importlib.resources import files

from lsp_server.rewrites.asking.budget import dollars
from lsp_server.rewrites.contract import Usage
from lsp_server.rewrites.keeping.summary import Summary

_TIMES = ("queue", "first_token", "total")
_WAITS = {"queue": "waiting for its turn", "first_token": "to the first token", "total": "to the end"}
_OUTCOMES = {
    "ok": "answered, and the answer passed its check",
    "no-change": "nothing to gain, said the model",
}


def lines(summary: Summary) -> Iterator[str]:
    """The summary as text."""
    if not summary.requests and not summary.answered_locally:
        yield f"No rewrites in the last {summary.days} days."
        return
    tokens = summary.tokens
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in summary.outcomes.items())
    yield f"Rewrites in {summary.days} days: {summary.requests} sent" + (
        f" ({outcomes})," if outcomes else ","
    )
    yield f"  {summary.answered_locally} answered from this machine"
    yield f"Cost: {dollars(summary.cost_usd)}; the prompt cache saved {_signed(summary.cache_saved_usd)}"
    for day, cost in summary.cost_per_day.items():
        yield f"  {day}: {dollars(cost)}"
    for month, cost in summary.cost_per_month.items():
        yield f"  {month} (in these days): {dollars(cost)}"
    yield f"Answers kept on this machine saved {dollars(summary.answers_saved_usd)}."
    yield (
        f"Tokens: {tokens.plain:,} plain, {_written(tokens):,} written to the cache, "
        f"{tokens.read:,} read from it ({summary.cached_share:.0%}), {tokens.output:,} out"
    )
    for model, share in summary.cached_by_model.items():
        yield f"  {model}: {share:.0%} of the input of rewrites read from the cache"
    for name in _TIMES if tokens.output else ():
        p50, p95, p99 = getattr(summary, name)
        yield f"Seconds {_WAITS[name]}: {p50:.1f} (p50), {p95:.1f} (p95), {p99:.1f} (p99)"
    for name, one in summary.operations.items():
        spread = ", ".join(f"{seconds:.1f}" for seconds in one.total)
        yield f"  {name}: {one.requests}, {dollars(one.cost_usd)}; seconds to the end {spread} (p50, p95, p99)"
    for hint in summary.hints:
        yield f"Hint: {hint}"
    if tokens.output:
        yield f"The estimate was off by {summary.estimate_error:.0%} on average."
    yield "The same tokens elsewhere:"
    for model, cost in sorted(summary.other_models.items(), key=lambda item: item[1]):
        yield f"  {model}: {dollars(cost)}"


def page(summary: Summary, today: date, refresh: str = "") -> str:
    """The page. `today` is the last of its days; `refresh` is where a link leads that draws it anew."""
    nonce = secrets.token_urlsafe(16)
    style = files("lsp_server.render").joinpath("stats.css").read_text(encoding="utf-8")
    again = f' <a href="{escape(refresh)}">Refresh</a>' if refresh else ""
    parts = [
        "<h1>What rewrites cost</h1>",
        f'<p class="soft">The last {summary.days} days, from the ledger on this machine.{again}</p>',
    ]
    if summary.requests or summary.answered_locally:
        parts += [_figures(summary), _hints(summary)]
    else:
        parts.append(
            "<p>No rewrite was asked for in these days. What one would cost stands in its title.</p>"
        )
    if summary.requests:
        parts += [
            _per_day(summary, today),
            _times(summary),
            _tokens(summary),
            _models(summary),
            _outcomes(summary),
        ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'nonce-{nonce}'\">\n"
        f'<title>What rewrites cost</title>\n<style nonce="{nonce}">\n{style}</style>\n</head>\n<body>\n<main>\n'
        + "\n".join(part for part in parts if part)
        + "\n</main>\n</body>\n</html>\n"
    )


# ------------------------------------------------------------------------------------------------------- figures


def _figures(summary: Summary) -> str:
    figures = [
        ("Spent", dollars(summary.cost_usd), _counted(summary.requests, "request")),
        (
            "Cache hit ratio",
            _share(summary.cached_share),
            ", ".join(f"{_share(share)} {model}" for model, share in summary.cached_by_model.items())
            or "of the input tokens",
        ),
        ("Caching saved", _signed(summary.cache_saved_usd), "of the prompts"),
        (
            "Reuse saved",
            dollars(summary.answers_saved_usd),
            _counted(summary.answered_locally, "kept answer"),
        ),
        (
            "Estimates",
            _share(summary.estimate_error) if summary.estimate_error else "–",
            "off what was billed",
        ),
    ]
    return (
        "<dl>"
        + "".join(
            f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd><dd>{escape(more)}</dd></div>"
            for name, value, more in figures
        )
        + "</dl>"
    )


def _hints(summary: Summary) -> str:
    said = "".join(f"<li>{escape(hint)}</li>" for hint in summary.hints)
    return f"<h2>Worth a look</h2><ul>{said}</ul>" if said else ""


# ---------------------------------------------------------------------------------------------------------- days

_TOP, _GROUND, _DATES = 8, 160, 182  # heights in the plot, in pixels from its upper edge


def _per_day(summary: Summary, today: date) -> str:
    """A bar for each day, also for those without one. Across it is measured in per cent, so the text keeps its size."""
    days = [today - timedelta(days=back) for back in reversed(range(summary.days))]
    costs = [summary.cost_per_day.get(day.isoformat(), 0.0) for day in days]
    ticks = _ticks(max(costs))
    digits = max(2, -math.floor(math.log10(ticks[1]))) if ticks[1] < 1 else (0 if ticks[1] >= 10 else 2)
    axis, grid, bars, dates = [], [], [], []
    for tick in ticks:
        y = _height(tick, ticks[-1])
        axis.append(f'<text x="88%" y="{y + 4:.1f}">${tick:.{digits}f}</text>')
        grid.append(f'<line class="grid" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>')
    slot = 100 / len(days)
    every = max(1, math.ceil(len(days) / 5))
    for number, (day, cost) in enumerate(zip(days, costs, strict=True)):
        left, y = number * slot, _height(cost, ticks[-1])
        said = f"<title>{day:%a} {day.day} {day:%b %Y}: {dollars(cost)}</title>"
        high = _GROUND - y if not cost else max(1.5, _GROUND - y)
        bars.append(
            f'<g>{said}<rect class="over" x="{left:.3f}%" y="{_TOP}" width="{slot:.3f}%" height="{_GROUND - _TOP}"/>'
            f'<rect class="bar" x="{left + slot * 0.12:.3f}%" y="{_GROUND - high:.1f}" '
            f'width="{slot * 0.76:.3f}%" height="{high:.1f}"/></g>'
        )
        last = len(days) - 1
        if (last - number) % every == 0:
            edge = ' class="last"' if number == last else ' class="first"' if number == 0 else ""
            x = 100 if number == last else left if number == 0 else left + slot / 2
            dates.append(f'<text{edge} x="{x:.3f}%" y="{_DATES}">{day.day} {day:%b}</text>')
    months = " · ".join(
        f"{date.fromisoformat(month + '-01'):%B %Y}: {dollars(cost)}"
        for month, cost in summary.cost_per_month.items()
    )
    return (
        f'<h2>Cost per day</h2><div class="plot" role="img" aria-label="Cost per day, highest {dollars(max(costs))}">'
        f'<svg class="axis">{"".join(axis)}</svg><svg class="days">{"".join(grid + bars + dates)}</svg></div>'
        f'<p class="soft">{escape(months)}</p>'
    )


def _height(value: float, top: float) -> float:
    return _GROUND - (_GROUND - _TOP) * value / top


def _ticks(highest: float) -> list[float]:
    """Round numbers from 0 to above the highest value, three to six of them."""
    if highest <= 0:
        return [0.0, 1.0]
    size = 10 ** math.floor(math.log10(highest / 4))
    step = next(size * factor for factor in (1, 2, 5, 10) if highest / (size * factor) <= 5)
    return [step * number for number in range(math.ceil(highest / step - 1e-9) + 1)]


# --------------------------------------------------------------------------------------------------------- times


def _times(summary: Summary) -> str:
    """p50, p95 and p99 of each operation and wait, with the way from the first to the last drawn."""
    rows = [(_WAITS[name], getattr(summary, name)) for name in _TIMES if summary.tokens.output]
    rows += [
        (f"{one} ({of.requests:,}), {_WAITS['total']}", of.total) for one, of in summary.operations.items()
    ]
    longest = max(times[2] for _, times in rows) or 1.0
    said = []
    for label, times in rows:
        cells = "".join(f"<td>{_seconds(value)}</td>" for value in times)
        said.append(
            f'<tr><th scope="row">{escape(label[:1].upper() + label[1:])}</th>{cells}'
            f'<td class="wide">{_spread(times, longest)}</td></tr>'
        )
    head = '<thead><tr><th></th><th>p50</th><th>p95</th><th>p99</th><th class="wide"></th></tr></thead>'
    return (
        '<h2>How long requests take</h2><p class="soft">Half of them, 95 % and 99 % of them took at most so long.</p>'
        f'<div class="scroll"><table>{head}<tbody>{"".join(said)}</tbody></table></div>'
    )


def _spread(times: Sequence[float], longest: float) -> str:
    """A line from p50 to p99 with a mark at each of the three."""
    x50, x95, x99 = (1 + 98 * value / longest for value in times)
    return (
        f'<svg aria-hidden="true"><line class="spread" x1="{x50:.2f}%" x2="{x99:.2f}%" y1="6" y2="6"/>'
        f'<circle class="other" cx="{x99:.2f}%" cy="6" r="3"/><circle class="bar" cx="{x95:.2f}%" cy="6" r="3"/>'
        f'<circle class="bar" cx="{x50:.2f}%" cy="6" r="4.5"/></svg>'
    )


# ------------------------------------------------------------------------------------- tokens, models, outcomes


def _tokens(summary: Summary) -> str:
    tokens = summary.tokens
    kinds = [
        ("read", "read from the cache", tokens.read),
        ("written", "written to the cache", _written(tokens)),
        ("other", "neither", tokens.plain),
    ]
    strip, left = [], 0.0
    for kind, said, count in kinds:
        wide = 100 * count / tokens.input if tokens.input else 0.0
        strip.append(
            f'<rect class="{kind}" x="{left:.3f}%" y="0" width="{wide:.3f}%" height="16"><title>{count:,} {said}</title></rect>'
        )
        left += wide
    key = "".join(
        f'<li><svg aria-hidden="true"><rect class="{kind}" width="10" height="10"/></svg>{count:,} {said}</li>'
        for kind, said, count in kinds
    )
    return (
        f'<h2>Tokens</h2><svg class="strip" role="img" aria-label="Input tokens">{"".join(strip)}</svg>'
        f'<ul class="key">{key}<li class="soft">{tokens.input:,} in, {tokens.output:,} out</li></ul>'
    )


def _models(summary: Summary) -> str:
    rows = [(model, cost, "other") for model, cost in summary.other_models.items()]
    rows = sorted([*rows, ("as they were sent", summary.cost_usd, "bar")], key=lambda row: row[1])
    return _bars("The same tokens with another model", rows)


def _bars(title: str, rows: Iterable[tuple[str, float, str]]) -> str:
    rows = list(rows)
    highest = max((cost for _, cost, _ in rows), default=0.0) or 1.0
    said = "".join(
        f'<tr{" class=here" if kind == "bar" else ""}><th scope="row">{escape(name)}</th><td>{dollars(cost)}</td>'
        f'<td class="wide"><svg aria-hidden="true"><rect class="{kind}" height="12" width="{100 * cost / highest:.2f}%"/></svg></td></tr>'
        for name, cost, kind in rows
    )
    return f'<h2>{escape(title)}</h2><div class="scroll"><table><tbody>{said}</tbody></table></div>'


def _outcomes(summary: Summary) -> str:
    said = "".join(
        f'<tr><th scope="row">{escape(_OUTCOMES.get(name, name))}</th><td>{count:,}</td></tr>'
        for name, count in sorted(summary.outcomes.items(), key=lambda item: -item[1])
    )
    return f'<h2>How requests ended</h2><div class="scroll"><table><tbody>{said}</tbody></table></div>'


# --------------------------------------------------------------------------------------------------------- words


def _written(tokens: Usage) -> int:
    return tokens.written_5m + tokens.written_1h


def _signed(amount: float) -> str:
    """Writing to the cache costs more than not using it: what was saved can be less than nothing."""
    return f"-{dollars(-amount)}" if amount < 0 else dollars(amount)


def _share(part: float) -> str:
    return f"{100 * part:.1f} %"


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value < 100 else f"{value:.0f} s"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("s" if number != 1 else "")
