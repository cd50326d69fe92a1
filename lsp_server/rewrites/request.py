"""Build the request for one function: locally, free of charge, and exactly as it would be sent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import pathspec

from lsp_server.rewrites import prompt, python_shape, redact, route
from lsp_server.rewrites.budget import Calibration, Estimate, dollars, estimate_tokens, price
from lsp_server.rewrites.contract import ContextPart, Refused, RewriteSettings, Target

# Files whose content is a secret by its nature, in gitignore syntax.
NEVER_SENT = (
    ".env", ".env.*", "*.env", "*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "id_rsa*", "id_dsa*",
    "id_ecdsa*", "id_ed25519*", ".netrc", ".pgpass", ".pypirc", ".npmrc", "secrets.*", "credentials*", ".aws/", ".ssh/", ".gnupg/",
)  # fmt: skip
_HOUR = {"type": "ephemeral", "ttl": "1h"}
_FIVE_MINUTES = {"type": "ephemeral"}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that is ready to be sent, and all that a person may want to know before it is.

    `body` holds the exact arguments of the call. `redacted` maps placeholders to secrets and never leaves the machine.
    `function` is the function as it is sent. `raw_tokens` is the input estimate before calibration.
    """

    target: Target
    settings: RewriteSettings
    body: dict[str, Any]
    model: str
    route_reason: str
    estimate: Estimate
    left_out: tuple[str, ...]
    warnings: tuple[str, ...]
    redacted: dict[str, str]
    function: str
    raw_tokens: int

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
            *(f"- Left out: {reason}" for reason in self.left_out),
            *(f"- Note: {warning}" for warning in self.warnings),
            "",
            "This is what a rewrite would send. Nothing has been sent.",
            "",
        ]
        settings = {key: value for key, value in self.body.items() if key not in ("system", "messages")}
        lines += ["## Parameters", "", "```json", json.dumps(settings, indent=2, sort_keys=True), "```", ""]
        blocks = [("System", block) for block in self.body["system"]]
        blocks += [("User message", block) for block in self.body["messages"][0]["content"]]
        for title, block in blocks:
            marker = block.get("cache_control")
            cached = (
                f"cached for {'1 hour' if marker.get('ttl') == '1h' else '5 minutes'}"
                if marker
                else "not cached"
            )
            fence = "`" * max(4, _longest_run(block["text"]) + 1)
            lines += [
                f"## {title} block, {cached}",
                "",
                f"{fence}text",
                block["text"].rstrip("\n"),
                fence,
                "",
            ]
        return "\n".join(lines)


def prepare(target: Target, settings: RewriteSettings, calibration: Calibration | None = None) -> Prepared:
    """The request for the target. Reads and sends nothing; raises Refused with a sentence that says why not."""
    _refuse_bad_span(target)
    _refuse_ignored(target, settings)
    _refuse_unreadable(target)
    raw = (target.imports, target.guidelines, target.function, target.profile)
    for text in (*raw, *(part.source for part in (*target.module, *target.own))):
        if redact.holds_private_key(text):
            raise Refused(
                "private-key",
                f"{target.relative} or its context holds a private key, so nothing of it is sent.",
            )

    redactor, marks = redact.Redactor(), 0

    def safe(text: str) -> str:
        nonlocal marks
        text, removed = prompt.clean(text)
        marks += removed
        return redactor.redact(text)

    def safe_part(part: ContextPart) -> ContextPart:
        return ContextPart(safe(part.relative), safe(part.label), safe(part.source))

    imports, guidelines = safe(target.imports), safe(target.guidelines)
    allowed = [part for part in sorted(set(target.module)) if not _ignored(part.relative, settings)]
    module_parts, left_out = _within(
        [safe_part(part) for part in allowed],
        settings.max_context_tokens - estimate_tokens(imports + guidelines),
        settings.max_context_tokens,
    )
    module_text = prompt.module_block(
        safe(target.relative), target.language, imports, module_parts, guidelines
    )
    wanted = [safe_part(part) for part in sorted(set(target.own)) if not _ignored(part.relative, settings)]
    own, more = _within(
        [part for part in wanted if part not in module_parts],
        settings.max_context_tokens,
        settings.max_context_tokens,
    )
    left_out = [*(line for line in left_out if not any(_name(part) in line for part in own)), *more]
    left_out += [
        f"{_name(part)}: the file is never sent"
        for part in sorted({*target.module, *target.own})
        if _ignored(part.relative, settings)
    ]
    # The function comes back: its invisible marks become placeholders, so that strings that need them keep them.
    marks += len(prompt.INVISIBLE.findall(target.function))
    function = redactor.redact(redactor.replace(prompt.INVISIBLE, "MARK", prompt.lines(target.function)))
    tail_text = prompt.tail(target, function, own, safe(target.profile))
    tail_text = redactor.redact(tail_text)  # messages of findings quote the code

    function_tokens = estimate_tokens(function)
    if function_tokens > settings.max_function_tokens:
        raise Refused(
            "too-large",
            f"{target.qualname} has about {function_tokens:,} tokens; the limit for one function is "
            f"{settings.max_function_tokens:,}. Split it, or raise the limit in the settings.",
        )
    chosen = route.choose(settings, function_tokens)
    model = chosen.model
    ratio = calibration.ratio(model.id) if calibration else 1.0
    parts = {
        name: estimate_tokens(text, model.tokenizer)
        for name, text in (("module", module_text), ("tail", tail_text), ("function", function))
    }
    parts["frozen"] = _frozen_tokens(model.tokenizer)
    max_output = min(settings.max_output_tokens, model.max_output)
    estimate = price(model, **parts, max_output=max_output, ratio=ratio)
    _refuse_by_size(target, settings, estimate, model, max_output, function_tokens)

    body: dict[str, Any] = {
        "model": model.id,
        "max_tokens": max_output,
        "system": [{"type": "text", "text": prompt.frozen(), "cache_control": _HOUR}],
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": module_text, "cache_control": _FIVE_MINUTES},
                    {"type": "text", "text": tail_text},
                ],
            }
        ],
    }
    if model.thinking:
        body["thinking"] = {"type": model.thinking}
    if chosen.effort:
        body["output_config"] = {"effort": chosen.effort}
    return Prepared(
        target=target,
        settings=settings,
        body=body,
        model=model.id,
        route_reason=chosen.reason,
        estimate=estimate,
        left_out=tuple(left_out),
        warnings=(*chosen.warnings, *_notes(redactor, marks)),
        redacted=dict(redactor.secrets),
        function=function,
        raw_tokens=parts["frozen"] + parts["module"] + parts["tail"],
    )


def _within(parts: list[ContextPart], tokens: int, limit: int) -> tuple[list[ContextPart], list[str]]:
    """The parts that fit, in order, and a line for each one that does not."""
    kept, dropped = [], []
    for part in parts:
        size = estimate_tokens(part.source)
        if size <= tokens:
            tokens -= size
            kept.append(part)
        else:
            dropped.append(f"{_name(part)}: would exceed the context limit of {limit:,} tokens")
    return kept, dropped


def _name(part: ContextPart) -> str:
    return f"{part.label} ({part.relative})"


def _notes(redactor: redact.Redactor, marks: int) -> list[str]:
    notes = []
    secrets = sum(not name.startswith("__REDACTED_MARK_") for name in redactor.secrets)
    if secrets:
        notes.append(
            f"{secrets} secrets or user names were replaced by placeholders and stay on this machine."
        )
    if marks:
        notes.append(
            f"{marks} invisible or direction-changing characters stand in the code; they were not sent."
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


def _refuse_ignored(target: Target, settings: RewriteSettings) -> None:
    if pattern := _ignored(target.relative, settings):
        raise Refused("ignored-file", f"{target.relative} is never sent: it matches {pattern!r}.")


def _ignored(relative: str, settings: RewriteSettings) -> str:
    """The pattern that keeps the file from being sent, "" if none does."""
    for pattern in (*NEVER_SENT, *settings.never_send):
        if _matcher(pattern).match_file(relative.lstrip("/")):
            return pattern
    return ""


@cache
def _matcher(pattern: str) -> Any:
    try:
        return pathspec.GitIgnoreSpec.from_lines([pattern])
    except ValueError as problem:
        raise Refused("bad-setting", f"never_send: {pattern!r} is no valid pattern ({problem}).") from None


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
def _frozen_tokens(tokenizer: str) -> int:
    return estimate_tokens(prompt.frozen(), tokenizer)


def _longest_run(text: str) -> int:
    """The longest run of backquotes, so that a Markdown fence can be longer."""
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    return longest
