"""The requests that the API refuses, with its own texts where they are known."""

from __future__ import annotations

import re
from typing import Any

from fake_messages_models import MODELS, TOP_LEVEL, UNSUPPORTED_SCHEMA, ApiError, bad

def check_schema(schema: Any, where: str) -> None:
    if isinstance(schema, dict):
        if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
            bad(f"{where}: For 'object' type, 'additionalProperties' must be explicitly set to false")
        for key in UNSUPPORTED_SCHEMA & schema.keys():
            bad(f"{where}: For '{schema.get('type')}' type, property '{key}' is not supported")
        for key, value in schema.items():
            if key in ("properties", "$defs", "definitions"):
                for sub in value.values():
                    check_schema(sub, where)
            elif key in ("items", "anyOf", "allOf"):
                for sub in value if isinstance(value, list) else [value]:
                    check_schema(sub, where)


def content_blocks(content: Any, where: str) -> list[dict]:
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    if not isinstance(content, list) or not all(isinstance(b, dict) and isinstance(b.get("type"), str) for b in content):
        bad(f"{where}: Input should be a valid string or list of content blocks")
    return content


def validate(body: Any, version: str, counting: bool) -> None:
    if not isinstance(body, dict):
        bad("Input should be a valid dictionary")
    if "thread" in body:                                            # beta message threads, which the SDK's tool runner tries first
        raise ApiError(400, "invalid_request_error", "thread: not supported", details={"error_code": "thread_unsupported_request"})
    for key in body.keys() - TOP_LEVEL:
        bad(f"{key}: Extra inputs are not permitted")
    required = ("model", "messages") if counting else ("model", "max_tokens", "messages")
    for key in required:
        if key not in body:
            bad(f"{key}: Field required")
    if counting and "max_tokens" in body:
        bad("max_tokens: Extra inputs are not permitted")
    model = body["model"]
    if model not in MODELS:
        raise ApiError(404, "not_found_error", f"model: {model}")
    minimum, per_token, max_out, window, flags, default_effort = MODELS[model]
    if version == "2026-10-21":
        for key in {"temperature", "top_p", "top_k"} & body.keys():
            bad(f"{key}: Extra inputs are not permitted")
    elif "A" in flags and body.get("temperature", 1) != 1:
        bad("temperature: only the default value is supported on this model")

    thinking, output = body.get("thinking") or {}, body.get("output_config") or {}
    kind = thinking.get("type")
    if kind not in (None, "adaptive", "enabled", "disabled", "between_tools"):
        bad("thinking.type: Input should be 'adaptive', 'between_tools', 'disabled' or 'enabled'")
    if (kind == "enabled" and "A" in flags) or (kind == "disabled" and "T" in flags):
        bad(f'"thinking.type.{kind}" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.')
    if kind == "disabled" and "B" in flags:
        bad('"thinking.type.disabled" is not supported for this model. Use "thinking.type.between_tools".')
    if kind == "between_tools" and ("B" not in flags or output.get("effort", default_effort) in ("xhigh", "max")):
        bad('"thinking.type.between_tools" is not supported for this model or effort.')
    if kind == "adaptive" and model in ("claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5"):
        bad("adaptive thinking is not supported on this model")
    if output.get("effort") not in (None, "low", "medium", "high", "xhigh", "max"):
        bad("output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'")
    if output.get("format"):
        check_schema(output["format"].get("schema"), "output_config.format.schema")

    names: set[str] = set()
    for i, tool in enumerate(body.get("tools") or []):
        name = tool.get("name")
        if not isinstance(name, str) or not re.fullmatch(r"[a-zA-Z0-9_-]{1,128}", name):
            bad(f"tools.{i}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'")
        if name in names:
            bad("tools: Tool names must be unique.")
        names.add(name)
        if tool.get("type") in (None, "custom"):
            schema = tool.get("input_schema")
            if not isinstance(schema, dict):
                bad(f"tools.{i}.custom.input_schema: Field required")
            if schema.get("type") != "object":
                bad(f"tools.{i}.custom.input_schema.type: Field required")
            if tool.get("strict"):
                check_schema(schema, f"tools.{i}.custom.input_schema")
    choice = body.get("tool_choice") or {}
    if choice.get("type") in ("any", "tool"):
        if "F" in flags:
            bad(f"tool_choice: forced tool use is not supported on {model}; use 'auto' or 'none'.")
        if choice["type"] == "tool" and choice.get("name") not in names:
            bad(f"Tool '{choice.get('name')}' not found in provided tools")

    messages = body["messages"]
    if not isinstance(messages, list) or not messages:
        bad("messages: at least one message is required")
    if messages[0].get("role") == "assistant":
        bad('messages: first message must use the "user" role')
    pending: list[str] = []                                         # tool_use ids that the next user turn must answer
    for i, message in enumerate(messages):
        role, where = message.get("role"), f"messages.{i}"
        blocks = content_blocks(message.get("content"), f"{where}.content")
        if role not in ("user", "assistant", "system"):
            bad(f"{where}.role: Input should be 'user', 'assistant' or 'system'")
        if role == "system":
            if "S" not in flags:
                bad("role 'system' is not supported on this model")
            after = messages[i + 1].get("role") if i + 1 < len(messages) else "assistant"
            if i == 0 or messages[i - 1].get("role") == "assistant" or after == "user" or pending:
                bad(f"{where}: a system message must follow a user turn and precede an assistant turn or end the array")
        if not blocks and not (role == "assistant" and i == len(messages) - 1):
            bad(f"{where}: all messages must have non-empty content except for the optional final assistant message")
        results = [b.get("tool_use_id") for b in blocks if b["type"] == "tool_result"]
        if role == "user":
            missing = [p for p in pending if p not in results]
            if missing:
                bad(f"messages.{i - 1}: `tool_use` ids were found without `tool_result` blocks immediately after: {', '.join(missing)}. Each `tool_use` block must have a corresponding `tool_result` block in the next message.")
            for j, block in enumerate(blocks):
                if block["type"] == "tool_result" and block.get("tool_use_id") not in pending:
                    bad(f"{where}.content.{j}: unexpected `tool_use_id` found in `tool_result` blocks: {block.get('tool_use_id')}. Each `tool_result` block must have a corresponding `tool_use` block in the previous message.")
            pending = []
        elif role == "assistant":
            pending = [b["id"] for b in blocks if b["type"] == "tool_use"]
        for j, block in enumerate(blocks):
            if block["type"] == "text" and not block.get("text"):
                bad("cache_control cannot be set for empty text blocks" if block.get("cache_control") else "messages: text content blocks must be non-empty")
            if block["type"] in ("thinking", "redacted_thinking") and block.get("cache_control"):
                bad(f"{where}.content.{j}.{block['type']}.cache_control: Extra inputs are not permitted")
    if pending:
        bad(f"messages.{len(messages) - 1}: `tool_use` ids were found without `tool_result` blocks immediately after: {', '.join(pending)}. Each `tool_use` block must have a corresponding `tool_result` block in the next message.")
    if messages[-1].get("role") == "assistant" and "P" in flags:
        bad("This model does not support assistant message prefill. The conversation must end with a user message.")
    if counting:
        return

    max_tokens = body["max_tokens"]
    if not isinstance(max_tokens, int) or isinstance(max_tokens, bool):
        bad("max_tokens: Input should be a valid integer")
    if max_tokens < 0:
        bad("max_tokens: Input should be greater than or equal to 0")
    if max_tokens > max_out:
        bad(f"max_tokens: {max_tokens} > {max_out}, which is the maximum allowed number of output tokens for {model}")
    if kind == "enabled" and not 1024 <= thinking.get("budget_tokens", 0) < max_tokens:
        bad("`max_tokens` must be greater than `thinking.budget_tokens` (at least 1024)")
    if max_tokens == 0 and (body.get("stream") or kind == "enabled" or output.get("format") or choice.get("type") in ("any", "tool")):
        bad("max_tokens: 0 cannot be combined with stream, thinking.type 'enabled', output_config.format or a forced tool_choice")
