"""What the stand-in knows of the models, its errors, and how it counts tokens: bytes by a rate per model, additive per block."""

from __future__ import annotations

import json, math
from typing import Any, NoReturn

# id: minimum cacheable tokens, bytes per token (Python source), max output, context window, and behaviour flags.
#   T always-on thinking (400 for "disabled")   B turns thinking off with "between_tools" (400 for "disabled")
#   F forced tool_choice is a 400               S mid-conversation role:"system" is accepted
#   A no manual thinking budget (400 for "enabled")   D adaptive thinking runs when `thinking` is omitted
#   P prefill of the assistant turn is a 400
NEW, OLD = 2.76, 3.51
MODELS: dict[str, tuple[int, float, int, int, str, str]] = {
    # id                    min   b/tok  max_out  window     flags    default effort
    "claude-fable-5-2":   (512, NEW, 128_000, 1_000_000, "TFSADP", "high"),   # min/flags assumed as 5.1
    "claude-fable-5-1":   (512, NEW, 128_000, 1_000_000, "TFSADP", "high"),
    "claude-fable-5":     (512, NEW, 128_000, 1_000_000, "TSADP", "high"),
    "claude-opus-5-5":    (512, NEW, 128_000, 1_000_000, "TFSADP", "medium"),
    "claude-opus-5":      (512, NEW, 128_000, 1_000_000, "SADP", "high"),
    "claude-opus-4-8":    (1024, NEW, 128_000, 1_000_000, "SAP", "high"),
    "claude-opus-4-7":    (2048, NEW, 128_000, 1_000_000, "AP", "high"),
    "claude-opus-4-6":    (4096, OLD, 128_000, 1_000_000, "P", "high"),
    "claude-opus-4-5":    (4096, OLD, 64_000, 200_000, "", "high"),
    "claude-sonnet-5-5":  (512, NEW, 128_000, 1_000_000, "BFSADP", "high"),
    "claude-sonnet-5":    (1024, NEW, 128_000, 1_000_000, "ADP", "high"),
    "claude-sonnet-4-6":  (1024, OLD, 64_000, 1_000_000, "P", "high"),
    "claude-sonnet-4-5":  (1024, OLD, 64_000, 200_000, "", "high"),
    "claude-haiku-5-5":   (512, NEW, 128_000, 1_000_000, "SADP", "medium"),
    "claude-haiku-4-5":   (4096, OLD, 64_000, 200_000, "", "high"),
}
API_VERSIONS = ("2023-06-01", "2026-10-21")
FRAME_TOKENS, TOOLS_TOKENS, FORMAT_TOKENS, IMAGE_TOKENS = 6, 290, 120, 1500
TTL_SECONDS = {"5m": 300, "1h": 3600}
LOOKBACK, MAX_BREAKPOINTS, MAX_BODY = 20, 4, 32 * 1024 * 1024
TOP_LEVEL = set("""model max_tokens messages system tools tool_choice stream stop_sequences metadata thinking output_config
    cache_control diagnostics service_tier speed container inference_geo context_management temperature top_p top_k""".split())
UNSUPPORTED_SCHEMA = set("minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength maxItems".split())


class ApiError(Exception):
    def __init__(self, status: int, type: str, message: str, headers: dict[str, str] | None = None, details: dict | None = None):
        super().__init__(message)
        self.status, self.type, self.message, self.headers, self.details = status, type, message, headers or {}, details

    def body(self, request_id: str) -> dict:
        error = {"type": self.type, "message": self.message, **({"details": self.details} if self.details else {})}
        return {"type": "error", "error": error, "request_id": request_id}


def bad(message: str) -> NoReturn:
    raise ApiError(400, "invalid_request_error", message)


def dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def strip_cache(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: strip_cache(v) for k, v in value.items() if k != "cache_control"}
    return [strip_cache(v) for v in value] if isinstance(value, list) else value


def block_tokens(block: dict, per_token: float) -> int:
    if block.get("type") == "image":
        return IMAGE_TOKENS
    text = block["text"] if block.get("type") == "text" else dumps({k: v for k, v in block.items() if k != "signature"})
    return max(1, math.ceil(len(text.encode()) / per_token))
