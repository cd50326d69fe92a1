"""What a test tells the stand-in to answer."""

from __future__ import annotations

import json, re
from dataclasses import dataclass, field
from typing import Any

@dataclass
class Rule:
    """The first rule that matches, and has uses left, answers. `match` keys are ANDed; an empty one matches all.

    match: contains | regex (searched in the JSON of the request), model, tool (a declared tool's name), stream (bool),
           tool_result (bool: the last message carries one), path ("/v1/messages" by default), where (a callable).
    reply: {"text": str} | {"content": [blocks]} | {"tools": [{"name", "input"}, ...]} | callable(body) -> reply,
           plus "stop_reason", "output_tokens". With none of these, a structured-output request gets a sample of its schema.
    fault: see Connection.fault and Connection.stream_fault: status, retry_after, error_type, message, error_code, html, drop,
           and after N stream events ("after", default 3): stream_error, reset, truncate, eof, stall (seconds), malformed;
           byte_delay (seconds between single bytes).
    latency: ttft, per_token (seconds).
    """
    match: dict = field(default_factory=dict)
    reply: Any = None
    fault: dict | None = None
    latency: dict = field(default_factory=dict)
    times: int | None = None
    used: int = 0

    def accepts(self, path: str, body: dict) -> bool:
        m = self.match
        if (self.times is not None and self.used >= self.times) or path != m.get("path", "/v1/messages"):
            return False
        text = json.dumps(body, ensure_ascii=False)
        last = (body.get("messages") or [{}])[-1].get("content")
        checks = {
            "contains": lambda v: v in text, "regex": lambda v: re.search(v, text) is not None,
            "model": lambda v: v == body.get("model"), "stream": lambda v: v == bool(body.get("stream")),
            "tool": lambda v: any(t.get("name") == v for t in body.get("tools") or []),
            "tool_result": lambda v: v == (isinstance(last, list) and any(b.get("type") == "tool_result" for b in last)),
            "where": lambda v: v(body),
        }
        return all(checks[k](v) for k, v in m.items() if k != "path")


def sample(schema: dict, defs: dict | None = None) -> Any:
    """A minimal instance of a JSON schema, for structured-output requests that no rule scripts."""
    defs = defs or schema.get("$defs") or schema.get("definitions") or {}
    if "$ref" in schema:
        return sample(defs[schema["$ref"].rsplit("/", 1)[-1]], defs)
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    if schema.get("enum"):
        return schema["enum"][0]
    for key in ("anyOf", "allOf"):
        if key in schema:
            return sample(schema[key][0], defs)
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return {k: sample(v, defs) for k, v in (schema.get("properties") or {}).items() if k in schema.get("required", [])}
    if kind == "array":
        return [sample(schema.get("items") or {}, defs)] * (schema.get("minItems") or 0)
    return {"string": "x", "integer": 0, "number": 0.0, "boolean": False, "null": None}.get(kind or "", "x")
