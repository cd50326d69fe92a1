"""One clear sentence for each way in which a request can fail. The document is untouched in all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsp_server.rewrites.contract import RewriteFailed

_AGAIN = "Nothing was changed; try again."
_KEYS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_PROFILE")
_BY_STATUS = {
    400: ("bad-request", "The Claude API refused the request as invalid: {message}."),
    401: (
        "refused-key",
        "The Claude API refused the key. Check ANTHROPIC_API_KEY, or set a new key in the editor.",
    ),
    402: (
        "billing",
        "The Claude API could not bill the request: {message}. Look at the account's billing page.",
    ),
    403: ("permission", "The key may not use {model}: {message}."),
    404: (
        "unknown-model",
        "The Claude API does not know the model {model}. Choose another one with the setting rewrite.model.",
    ),
    408: ("server-error", "The Claude API gave up waiting. " + _AGAIN),
    409: ("server-error", "The Claude API reports a conflict: {message}. " + _AGAIN),
    413: (
        "too-large",
        "The request is too large for the Claude API. Lower the setting rewrite.maxContextTokens.",
    ),
    429: ("rate-limit", "The rate limit of the Claude account is reached{wait}. Nothing was changed."),
    504: ("server-error", "The Claude API took too long. " + _AGAIN),
    529: ("overloaded", "The Claude API is overloaded. Nothing was changed; try again in a while."),
}
_BY_TYPE = {
    "overloaded_error": 529, "rate_limit_error": 429, "authentication_error": 401, "permission_error": 403,
    "billing_error": 402, "not_found_error": 404, "request_too_large": 413, "invalid_request_error": 400, "timeout_error": 504,
}  # fmt: skip
_BY_KIND = {
    "connection": ("network", "The Claude API cannot be reached ({message}). Check the network or ANTHROPIC_BASE_URL; nothing was changed."),
    "stalled": ("stalled", "Claude stopped answering for {stall:g} seconds. " + _AGAIN),
    "deadline": ("deadline", "Claude did not finish within {deadline:g} seconds. " + _AGAIN),
    "cut-off": ("cut-off", "The connection to the Claude API broke off in the middle of the answer. " + _AGAIN),
    "garbled": ("garbled", "The Claude API sent something that cannot be read. " + _AGAIN),
    "client": ("bad-request", "The request could not be sent: {message}."),
    "unexpected": ("child", "The request failed in an unexpected way ({message}). " + _AGAIN),
}  # fmt: skip


def missing_key(environ: Mapping[str, str]) -> RewriteFailed | None:
    """The failure when there is no key to send a request with."""
    if any(environ.get(name, "").strip() for name in _KEYS):
        return None
    return RewriteFailed(
        "missing-key",
        "There is no key for the Claude API, so nothing was sent. Set the environment variable ANTHROPIC_API_KEY "
        '(before an editor starts), or in VS Code use "bigo: Set API Key".',
    )


def lost(reason: str) -> RewriteFailed:
    return RewriteFailed("child", f"The process that talks to Claude failed: {reason}. {_AGAIN}")


def from_report(report: Mapping[str, Any], model: str, deadline: float, stall: float) -> RewriteFailed:
    """The failure that a `failed` line of the child stands for."""
    message = _one_line(report.get("message") or "no reason given").rstrip(". ")
    if report["kind"] != "status":
        kind, text = _BY_KIND.get(report["kind"], _BY_KIND["unexpected"])
        return RewriteFailed(kind, text.format(message=message, deadline=deadline, stall=stall))
    status = report.get("status") or 0
    if report.get("error_code") == "enforced_spend_limit_reached" or (
        status == 400 and "spend" in message.lower()
    ):
        return RewriteFailed(
            "spend-limit", "The spending limit of the Claude account is reached. Nothing was changed."
        )
    if (
        status not in _BY_STATUS
    ):  # an error event in the middle of a stream has status 200; only its type says more
        status = _BY_TYPE.get(str(report.get("type")), status)
    said = f"status {status}" if status != 200 else _one_line(report.get("type") or "no reason given")
    kind, text = _BY_STATUS.get(status, ("server-error", "The Claude API failed ({said}). " + _AGAIN))
    seconds = str(report.get("retry_after") or "").strip()
    unit = "second" if seconds == "1" else "seconds"
    wait = f"; it asks to wait {seconds[:12]} {unit}" if seconds.replace(".", "", 1).isdigit() else ""
    return RewriteFailed(kind, text.format(message=message, model=model, wait=wait, said=said))


def stopped(reason: str | None, details: Mapping[str, Any] | None) -> RewriteFailed | None:
    """The policy for stop reasons: only a natural end is an answer; a cut one is never read."""
    if reason in ("end_turn", "stop_sequence"):
        return None
    if reason is None:
        return RewriteFailed("cut-off", f"The answer ended before it was complete. {_AGAIN}")
    if reason == "max_tokens":
        return RewriteFailed(
            "max-tokens",
            "The answer was cut at the limit of output tokens, so it is not used. Raise the setting rewrite.maxOutputTokens, or split the function.",
        )
    if reason == "refusal":
        given = details if isinstance(details, Mapping) else {}
        category, why = given.get("category"), _one_line(given.get("explanation") or "")
        told = f" ({_one_line(category)})" if category else ""
        return RewriteFailed("refusal", f"Claude refused this request{told}{': ' + why if why else '.'}")
    if reason == "model_context_window_exceeded":
        return RewriteFailed(
            "too-large",
            "The conversation no longer fits the model. Lower the setting rewrite.maxContextTokens.",
        )
    return RewriteFailed(
        "stop",
        f"Claude stopped for another reason than the end of its answer ({_one_line(reason)}). {_AGAIN}",
    )


def unforeseen(problem: Exception) -> RewriteFailed:
    """A failure nobody thought of: named, so that it can be reported, and as harmless as the others."""
    kind, text = _BY_KIND["unexpected"]
    return RewriteFailed(kind, text.format(message=type(problem).__name__))


def _one_line(text: object) -> str:
    """What others wrote, short and on one line."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())[:300]
