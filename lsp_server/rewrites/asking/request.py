"""Build the request for one function: locally, free of charge, and exactly as it would be sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from lsp_server.rewrites.asking import prompt, route, tools
from lsp_server.rewrites.asking.budget import (
    FRAME,
    TOOLS_PREAMBLE,
    Count,
    Estimate,
    count,
    dollars,
    estimate_tokens,
    price,
    prose,
    rewritten,
)
from lsp_server.rewrites.asking.calibration import Calibration
from lsp_server.rewrites.asking.context import Context, gather
from lsp_server.rewrites.checking import python_shape
from lsp_server.rewrites.contract import Refused, RewriteSettings, Target

_HOUR = {"type": "ephemeral", "ttl": "1h"}
_FIVE_MINUTES = {"type": "ephemeral"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is ready to be sent: `body` holds the exact arguments of the call, `redacted` maps placeholders to secrets
    and never leaves the machine. `prefix` and `tail` are what is and what is not cached, before calibration."""

    settings: RewriteSettings
    body: dict[str, Any]
    model: str
    route_reason: str
    estimate: Estimate
    warnings: tuple[str, ...]
    redacted: dict[str, str]
    prefix: Count
    tail: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared(Request):
    """A rewrite that is ready to be sent, and all that a person may want to know before it is. `function` is the
    function as it is sent."""

    target: Target
    left_out: tuple[str, ...]
    function: str

    @property
    def looks_around(self) -> bool:
        """Whether the model may ask read-only tools before it answers."""
        return "tools" in self.body

    def as_document(self) -> str:
        """Markdown for a person: the price, what was left out, and then the request to the last byte."""
        target, estimate = self.target, self.estimate
        lines = [
            f"# Request for a rewrite of `{target.qualname}` in `{target.relative}`",
            "",
            f"- Model: `{self.model}` ({self.route_reason})",
            f"- Input: about {estimate.input:,} tokens ({estimate.frozen:,} instructions, {estimate.module:,} module, "
            f"{estimate.tail:,} function); output: about {estimate.output:,} tokens",
            f"- Price: {dollars(estimate.cold_usd)} for the first request, {dollars(estimate.warm_usd)} while the "
            f"prefix is cached, {dollars(estimate.uncached_usd)} without a cache, at most {dollars(estimate.worst_usd)}",
            f"- Replaced by placeholders: {', '.join(sorted(self.redacted)) or 'nothing'}",
            *(
                [
                    "- Claude may first ask read-only tools about this workspace, in at most "
                    f"{self.settings.tool_turns} turns; ignored and secret files are refused, and each turn costs "
                    "what it adds"
                ]
                if self.looks_around
                else []
            ),
            *(f"- Left out: {reason}" for reason in self.left_out),
            *(f"- Note: {warning}" for warning in self.warnings),
            "",
            "This is what a rewrite would send. Nothing has been sent.",
            "",
        ]
        return "\n".join([*lines, *shown(self.body)])


def shown(body: dict[str, Any]) -> Iterator[str]:
    """The lines of Markdown that show a request to the last byte."""
    settings = {key: value for key, value in body.items() if key not in ("system", "messages", "tools")}
    yield from ("## Parameters", "", "```json", json.dumps(settings, indent=2, sort_keys=True), "```", "")
    if "tools" in body:
        yield from ("## Tools, cached with the system block", "", "```json")
        yield from (json.dumps(body["tools"], indent=2), "```", "")
    blocks = [("System", block) for block in body["system"]]
    blocks += [("User message", block) for block in body["messages"][0]["content"]]
    for title, block in blocks:
        marker = block.get("cache_control")
        hour = "1 hour" if marker and marker.get("ttl") == "1h" else "5 minutes"
        fence = "`" * max(4, _longest_run(block["text"]) + 1)
        yield from (f"## {title} block, {f'cached for {hour}' if marker else 'not cached'}", "")
        yield from (f"{fence}text", block["text"].rstrip("\n"), fence, "")


def prepare(
    target: Target,
    settings: RewriteSettings,
    calibration: Calibration | None = None,
    *,
    may_look: bool = False,
) -> Prepared:
    """The request for the target. Reads and sends nothing; raises Refused with a sentence that says why not.

    `may_look` says that whoever runs it can answer the model's questions about the workspace.
    """
    _refuse_bad_span(target)
    _refuse_unreadable(target)
    context = gather(target, settings)
    function_tokens = estimate_tokens(context.function)
    if function_tokens > settings.max_function_tokens:
        raise Refused(
            "too-large",
            f"{target.qualname} has about {function_tokens:,} tokens; the limit for one function is "
            f"{settings.max_function_tokens:,}. Split it, or raise the limit in the settings.",
        )
    chosen = route.choose(settings, _task(target, function_tokens), may_look=may_look)
    model = chosen.model
    calibration = calibration or Calibration(None)
    frozen = FRAME + _frozen(model.tokenizer, chosen.tools) + prose(context.project, model.tokenizer)
    module, tail = count(context.module, model.tokenizer), count(context.tail, model.tokenizer)
    max_output = min(settings.max_output_tokens, model.max_output)
    estimate = price(
        model,
        frozen=calibration.prefix(model.id, frozen),
        module=calibration.prefix(model.id, module),
        tail=calibration.tail(model.id, tail),
        output=rewritten(calibration.tail(model.id, count(context.function, model.tokenizer))),
        max_output=max_output,
    )
    _refuse_by_size(target, settings, estimate, model, max_output, function_tokens)

    return Prepared(
        target=target,
        settings=settings,
        body=_body(chosen, max_output, context),
        model=model.id,
        route_reason=chosen.reason,
        estimate=estimate,
        left_out=context.left_out,
        warnings=(*chosen.warnings, *_notes(context)),
        redacted=context.secrets,
        function=context.function,
        prefix=frozen + module,
        tail=tail,
    )


def _task(target: Target, function_tokens: int) -> route.Task:
    """What the routing table asks about. What is to be mended decides, not all that the function does besides."""
    rules = {finding.rule for finding in target.findings}
    asked_for = bool(not rules and target.report and target.report.queries)
    return route.Task(
        "rewrite",
        function_tokens,
        queries=asked_for or bool(rules & set(route.table()["query_rules"])),
        across=any(step.place.path != target.path for f in target.findings for step in f.related),
    )


def _body(chosen: route.Route, max_output: int, context: Context) -> dict[str, Any]:
    """The arguments of the call: marked blocks that stay in the cache, those for an hour first; then the tail."""
    marked = [(context.project, _HOUR), (context.module, _FIVE_MINUTES)]
    blocks = [
        {"type": "text", "text": text, "cache_control": marker} for text, marker in marked if text.strip()
    ]
    body: dict[str, Any] = {
        "model": chosen.model.id,
        "max_tokens": max_output,
        "system": [{"type": "text", "text": prompt.frozen(chosen.tools), "cache_control": _HOUR}],
        "messages": [{"role": "user", "content": [*blocks, {"type": "text", "text": context.tail}]}],
    }
    if chosen.tools:
        body["tools"] = tools.declared()
        # The conversation grows at its end: an automatic marker on the last block makes each turn read the one before.
        body["cache_control"] = _FIVE_MINUTES
    if chosen.model.thinking:
        body["thinking"] = {"type": chosen.model.thinking}
    if chosen.effort:
        body["output_config"] = {"effort": chosen.effort}
    return body


def _notes(context: Context) -> list[str]:
    notes = []
    secrets = sum(not name.startswith("__REDACTED_MARK_") for name in context.secrets)
    if secrets:
        notes.append(
            f"{secrets} secrets or user names were replaced by placeholders and stay on this machine."
        )
    if context.marks:
        notes.append(
            f"{context.marks} invisible or direction-changing characters stand in the code; they were not sent."
        )
    return notes


def _refuse_bad_span(target: Target) -> None:
    size = len(target.source)
    if not (0 <= target.span.start < target.span.end <= size) or not target.function.strip():
        raise Refused(
            "bad-span", f"{target.qualname} is no longer where it was in {target.relative}; ask again."
        )


def _refuse_unreadable(target: Target) -> None:
    if target.language == "python" and python_shape.definition(target.indent + target.function) is None:
        raise Refused(
            "syntax",
            f"{target.qualname} cannot be rewritten: it is not a complete function definition. "
            "If it has a syntax error, mend that first.",
        )


def _refuse_by_size(
    target: Target,
    settings: RewriteSettings,
    estimate: Estimate,
    model: route.Model,
    max_output: int,
    function: int,
) -> None:
    if estimate.input + max_output > model.window:
        raise Refused(
            "too-large",
            f"The request has about {estimate.input:,} tokens; {model.id} takes {model.window:,}.",
        )
    if function * 1.15 + model.allowance > max_output:
        raise Refused(
            "too-large",
            f"{target.qualname} has about {function:,} tokens, too many to come back within the limit of "
            f"{max_output:,} output tokens. Split it, or raise the limit in the settings.",
        )
    if settings.request_limit_usd and estimate.worst_usd > settings.request_limit_usd:
        raise Refused(
            "request-limit",
            f"This request could cost {dollars(estimate.worst_usd)} with {model.id}; the limit for one request is "
            f"{dollars(settings.request_limit_usd)}.",
        )


@cache
def _frozen(tokenizer: str, across: bool) -> Count:
    schemas = json.dumps(tools.declared(), separators=(",", ":"))  # as the SDK sends them
    declared = prose(schemas, tokenizer) + TOOLS_PREAMBLE if across else Count()
    return prose(prompt.frozen(across), tokenizer) + declared


def _longest_run(text: str) -> int:
    """The longest run of backquotes, so that a Markdown fence can be longer."""
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    return longest
