"""A local stand-in for the Messages API, for tests.

Models: request validation, SSE event order, the prefix cache (TTL, minimum length, 20-position lookback,
mixed-TTL billing, workspace isolation, "readable once the first response begins"), rate limits, errors,
count_tokens, message batches, models, cache diagnostics, and injected faults down to TCP resets.

Dependencies: the standard library and `h11` (already a dependency of `anthropic`, through `httpcore2`).
Own asyncio HTTP loop rather than a framework, because a framework hides the socket (RST, cut chunks, dribble).
One file on purpose: it runs alone, as a program, next to editors that are driven from outside.

    api = FakeAPI(rules=[Rule(reply={"text": "hi"})], record="requests.jsonl")
    async with api.serve() as base_url: ...          # or:  with api.thread() as base_url: ...
    python fake_messages_api.py --port 8787 --script rules.json --record requests.jsonl

Token counts are approximate but deterministic and additive per block, so usage always adds up:
input_tokens + cache_creation_input_tokens + cache_read_input_tokens == count_tokens(same request).
"""

from __future__ import annotations

import argparse, asyncio, base64, contextlib, hashlib, itertools, json, math, re, socket, struct, threading, time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, AsyncIterator, Callable, Iterator, NoReturn

import h11

# ---------------------------------------------------------------------------------------------- model facts
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


# ---------------------------------------------------------------------------------------------- scripting
@dataclass
class Rule:
    """The first rule that matches, and has uses left, answers. `match` keys are ANDed; an empty one matches all.

    match: contains | regex (searched in the JSON of the request), model, tool (a declared tool's name), stream (bool),
           tool_result (bool: the last message carries one), path ("/v1/messages" by default), where (a callable).
    reply: {"text": str} | {"content": [blocks]} | {"tools": [{"name", "input"}, ...]} | callable(body) -> reply,
           plus "stop_reason", "output_tokens". With none of these, a structured-output request gets a sample of its schema.
    fault: see FakeAPI._fault and _Conn.stream: status, retry_after, error_type, message, error_code, html, drop,
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


# ---------------------------------------------------------------------------------------------- tokens and schemas
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


# ---------------------------------------------------------------------------------------------- validation
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


# ---------------------------------------------------------------------------------------------- the prefix cache
@dataclass
class Position:
    """One block of the rendered prompt, in the order tools, system, messages."""
    path: str
    hash: str
    tokens: int          # of the prefix that ends here
    ttl: str | None      # set where a cache_control marks this block
    cacheable: bool
    marks: int = 0       # cache_control markers on the block, nested ones in a tool_result included


@dataclass
class Entry:
    ttl: str
    expires: float


def render(body: dict, scope: str) -> tuple[list[Position], int]:
    """The prompt as hashed positions, and its total token count. A change to a parameter that is rendered into a
    section changes the hash from that section on, which is how the docs' invalidation table comes out."""
    _, per_token, _, _, flags, default_effort = MODELS[body["model"]]
    thinking = {k: v for k, v in (body.get("thinking") or {"type": "adaptive" if "D" in flags else "disabled"}).items() if k != "display"}
    output, tools = body.get("output_config") or {}, body.get("tools") or []
    raw = dumps(body["messages"])
    citations = '"citations":{"enabled":true' in raw
    seeds = {
        "tools": [scope, body["model"]],
        "system": [body.get("speed"), citations, output.get("format"), sorted(t["type"] for t in tools if str(t.get("type", "")).startswith("web_"))],
        "messages": [body.get("tool_choice"), '"type":"image"' in raw, thinking, output.get("effort", default_effort)],
    }
    system = body.get("system") or []
    sections: list[tuple[str, str, str, dict]] = [("tools", f"tools.{i}", "", t) for i, t in enumerate(tools)]
    sections += [("system", f"system.{i}", "", b) for i, b in enumerate(content_blocks(system, "system"))] if system else []
    for i, m in enumerate(body["messages"]):
        sections += [("messages", f"messages.{i}.content.{j}", m["role"], b) for j, b in enumerate(content_blocks(m["content"], f"messages.{i}"))]

    state, current, tokens, positions = "", "", FRAME_TOKENS, []
    tokens += (TOOLS_TOKENS if tools else 0) + (FORMAT_TOKENS if output.get("format") else 0)
    order = list(seeds)
    for section, path, role, block in sections:
        for passed in order[order.index(current) + 1 if current else 0 : order.index(section) + 1]:
            state, current = digest(state, dumps(seeds[passed])), passed
        state = digest(state, role + dumps(strip_cache(block)))
        tokens += block_tokens(strip_cache(block), per_token)
        nested = [b.get("cache_control") for b in block.get("content") or [] if isinstance(b, dict)] if block.get("type") == "tool_result" else []
        marks = [c for c in [*nested, block.get("cache_control")] if c]
        for mark in marks:
            if mark.get("type") != "ephemeral" or mark.get("ttl", "5m") not in TTL_SECONDS:
                bad(f"{path}.cache_control: Input should be type 'ephemeral' with ttl '5m' or '1h'")
        cacheable = block.get("type") not in ("thinking", "redacted_thinking") and not (block.get("type") == "text" and not block.get("text"))
        positions.append(Position(path, state, tokens, marks[-1].get("ttl", "5m") if marks else None, cacheable, len(marks)))
    return positions, tokens


def digest(state: str, text: str) -> str:
    return hashlib.sha256((state + "\0" + text).encode()).hexdigest()


def breakpoints(body: dict, positions: list[Position]) -> list[int]:
    """Indexes of the marked positions, with the automatic one placed. Checks the limit of 4 and the TTL order."""
    auto = body.get("cache_control")
    count = sum(p.marks for p in positions)
    if auto:
        target = next((p for p in reversed(positions) if p.cacheable), None)
        if target is not None and target.ttl is None:
            if count >= MAX_BREAKPOINTS:
                bad(f"A maximum of {MAX_BREAKPOINTS} blocks with cache_control may be provided. Found {count + 1}.")
            target.ttl = auto.get("ttl", "5m")
        elif target is not None and target.ttl != auto.get("ttl", "5m"):
            bad(f"{target.path}.cache_control.ttl: conflicts with the top-level cache_control ttl")
    if count > MAX_BREAKPOINTS:
        bad(f"A maximum of {MAX_BREAKPOINTS} blocks with cache_control may be provided. Found {count}.")
    marked = [i for i, p in enumerate(positions) if p.ttl]
    for before, after in itertools.pairwise(marked):
        if positions[before].ttl == "5m" and positions[after].ttl == "1h":
            bad(f"{positions[after].path}.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Note that blocks are processed in the following order: `tools`, `system`, `messages`.")
    return marked


class PrefixCache:
    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}

    def lookup(self, positions: list[Position], marked: list[int], minimum: int, now: float) -> dict:
        """Bills a request. Returns usage numbers and the entries to commit once the response begins."""
        total = positions[-1].tokens
        marked = [i for i in marked if positions[i].tokens >= minimum]
        hit = -1
        for mark in reversed(marked):
            window = range(mark, max(-1, mark - LOOKBACK), -1)
            hit = next((i for i in window if (e := self.entries.get(positions[i].hash)) and e.expires > now), -1)
            if hit >= 0:
                break
        a = positions[hit].tokens if hit >= 0 else 0
        b = max([positions[i].tokens for i in marked if i > hit and positions[i].ttl == "1h"], default=a)
        c = max([positions[i].tokens for i in marked], default=a)
        b, c = max(a, b), max(a, c, b)
        commits = {positions[i].hash: positions[i].ttl or "5m" for i in marked}
        if hit >= 0:                                               # a read refreshes the entry, under its own ttl
            commits.setdefault(positions[hit].hash, self.entries[positions[hit].hash].ttl)
        return {"read": a, "write_1h": b - a, "write_5m": c - b, "input": total - c, "total": total, "commits": commits,
                "hit_path": positions[hit].path if hit >= 0 else None, "marked": [positions[i].path for i in marked]}

    def commit(self, commits: dict[str, str], start: float) -> None:
        for key, ttl in commits.items():                           # the lifetime counts from the start of the request
            old = self.entries.get(key)
            ttl = old.ttl if old and old.expires > start and old.ttl == "1h" else ttl
            self.entries[key] = Entry(ttl, start + TTL_SECONDS[ttl])


# ---------------------------------------------------------------------------------------------- the server
@dataclass
class Key:
    org: str = "org_test"
    workspace: str = "wrkspc_test"
    status: int = 200                                              # 401 or 403 to make the key fail


class FakeAPI:
    def __init__(self, rules: list[Rule] | None = None, *, keys: dict[str, Key] | None = None, record: str | None = None,
                 rpm: int | None = None, itpm: int | None = None, batch_seconds: float = 0.0, latency: dict | None = None,
                 chunk_tokens: int = 4, clock: Callable[[], float] = time.time):
        self.rules, self.keys, self.record = rules or [], keys or {"sk-ant-test": Key()}, record
        self.rpm, self.itpm, self.batch_seconds = rpm, itpm, batch_seconds
        self.latency, self.chunk_tokens = latency or {}, chunk_tokens
        self._clock, self.offset = clock, 0.0                       # `advance()` moves the clock without sleeping
        self.cache, self.log, self.batches, self.fingerprints = PrefixCache(), [], {}, {}
        self.buckets: dict[str, tuple[float, float]] = {}
        self.ids, self.active, self.peak, self.connections = itertools.count(1), 0, 0, 0

    def now(self) -> float:
        return self._clock() + self.offset

    def advance(self, seconds: float) -> None:
        self.offset += seconds

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_{base64.b32encode(hashlib.sha256(f'{prefix}{next(self.ids)}'.encode()).digest()).decode()[:24]}"

    # -- lifecycle
    @contextlib.asynccontextmanager
    async def serve(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
        tasks: set[asyncio.Task] = set()

        async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            tasks.add(task := asyncio.current_task())               # type: ignore[arg-type]
            self.connections += 1
            try:
                await _Conn(self, reader, writer).run()
            except (ConnectionError, asyncio.CancelledError, h11.ProtocolError):
                pass
            finally:
                tasks.discard(task)
                writer.close()

        server = await asyncio.start_server(client, host, port, limit=2**20)
        try:
            yield f"http://{host}:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()
            for task in list(tasks):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    @contextlib.contextmanager
    def thread(self, port: int = 0) -> Iterator[str]:
        ready, stop, loop = threading.Event(), asyncio.Event(), asyncio.new_event_loop()
        url: list[str] = []

        async def main() -> None:
            async with self.serve(port=port) as base:
                url.append(base), ready.set()
                await stop.wait()

        worker = threading.Thread(target=lambda: loop.run_until_complete(main()), daemon=True)
        worker.start(), ready.wait()
        try:
            yield url[0]
        finally:
            loop.call_soon_threadsafe(stop.set)
            worker.join(5)

    # -- request handling; returns (status, headers, body or an SSE event list with its rule)
    def authenticate(self, headers: dict[str, str]) -> Key:
        token = headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ").strip()
        if not token:
            raise ApiError(401, "authentication_error", "x-api-key header is required")
        key = self.keys.get(token)
        if key is None or key.status == 401:
            raise ApiError(401, "authentication_error", "invalid x-api-key")
        if key.status == 403:
            raise ApiError(403, "permission_error", "Your API key does not have permission to use the specified resource.")
        return key

    def take(self, name: str, limit: float | None, cost: float) -> float:
        """A token bucket. Returns the seconds to wait, 0 when the cost was taken."""
        if limit is None:
            return 0
        level, at = self.buckets.get(name, (limit, self.now()))
        level = min(limit, level + (self.now() - at) * limit / 60)
        short = cost - level
        self.buckets[name] = (level if short > 0 else level - cost, self.now())
        return max(0.0, short * 60 / limit)

    def rate_headers(self, key: Key) -> dict[str, str]:
        reset = datetime.fromtimestamp(self.now() + 60, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        out = {}
        for kind, limit, name in (("requests", self.rpm or 1000, "rpm"), ("input-tokens", self.itpm or 2_000_000, "itpm"), ("output-tokens", 400_000, "otpm")):
            level = self.buckets.get(f"{key.org}:{name}", (limit, 0))[0]
            left = int(level) if kind == "requests" else int(round(level, -3))
            out |= {f"anthropic-ratelimit-{kind}-limit": str(limit), f"anthropic-ratelimit-{kind}-remaining": str(left), f"anthropic-ratelimit-{kind}-reset": reset}
        return out

    def plan(self, body: dict, key: Key, version: str, tier: str = "standard") -> dict:
        """Validates, bills and answers one Messages request. The cache commit is left to the caller."""
        start = self.now()
        validate(body, version, counting=False)
        scope = f"{key.org}/{key.workspace}"
        positions, total = render(body, scope)
        marked = breakpoints(body, positions)
        minimum, per_token, _, window, _, _ = MODELS[body["model"]]
        if total > window:
            bad(f"prompt is too long: {total} tokens > {window} maximum")
        bill = self.cache.lookup(positions, marked, minimum, start)
        wait = self.take(f"{key.org}:rpm", self.rpm, 1) or self.take(f"{key.org}:itpm", self.itpm, bill["total"] - bill["read"])
        if wait:
            raise ApiError(429, "rate_limit_error", "This request would exceed your organization's rate limit.", {"retry-after": str(math.ceil(wait))})

        rule = next((r for r in self.rules if r.accepts("/v1/messages", body)), Rule())
        rule.used += 1
        reply = rule.reply(body) if callable(rule.reply) else rule.reply or {}
        content, stop = list(reply.get("content") or []), reply.get("stop_reason")
        for tool in reply.get("tools") or []:
            content.append({"type": "tool_use", "id": self.new_id("toolu"), **tool})
        if "text" in reply:
            content.insert(0, {"type": "text", "text": reply["text"]})
        if not content and stop != "refusal":
            schema = ((body.get("output_config") or {}).get("format") or {}).get("schema")
            content = [{"type": "text", "text": json.dumps(sample(schema)) if schema else "OK"}]
        output = reply.get("output_tokens") or sum(block_tokens(b, per_token) for b in content)
        stop = stop or ("tool_use" if any(b["type"] == "tool_use" for b in content) else "end_turn")
        if body["max_tokens"] == 0:
            content, output, stop = [], 0, "max_tokens"
        elif output > body["max_tokens"]:
            keep = int(body["max_tokens"] * per_token)
            content = [{"type": "text", "text": "".join(b.get("text", "") for b in content)[:keep]}]
            output, stop = body["max_tokens"], "max_tokens"
        usage = {
            "input_tokens": bill["input"], "cache_creation_input_tokens": bill["write_5m"] + bill["write_1h"],
            "cache_read_input_tokens": bill["read"], "output_tokens": output, "service_tier": tier,
            "cache_creation": {"ephemeral_5m_input_tokens": bill["write_5m"], "ephemeral_1h_input_tokens": bill["write_1h"]},
        }
        message = {"id": self.new_id("msg"), "type": "message", "role": "assistant", "model": body["model"], "content": content,
                   "stop_reason": stop, "stop_sequence": None, "usage": usage}
        if "diagnostics" in body:
            message["diagnostics"] = self.diagnose(body, scope, positions)
        self.fingerprints[message["id"]] = self.fingerprint(body, scope, positions)
        return {"message": message, "bill": bill, "start": start, "rule": rule}

    @staticmethod
    def fingerprint(body: dict, scope: str, positions: list[Position]) -> dict:
        parts = {"model": [body["model"], body.get("speed")], "tools": body.get("tools"), "system": body.get("system")}
        return {"scope": scope, **{k: dumps(strip_cache(v)) for k, v in parts.items()}, "positions": positions,
                "messages": [dumps(strip_cache(m)) for m in body["messages"]]}

    def diagnose(self, body: dict, scope: str, positions: list[Position]) -> dict | None:
        """The earliest divergence from the request that `previous_message_id` names, as cache diagnostics report it."""
        previous = (body["diagnostics"] or {}).get("previous_message_id")
        old, new = self.fingerprints.get(previous), self.fingerprint(body, scope, positions)
        if previous is None:
            return None
        if old is None or old["scope"] != scope:
            return {"cache_miss_reason": {"type": "previous_message_not_found"}}
        shared = [a.tokens for a, b in zip(old["positions"], positions) if a.hash == b.hash]
        missed = old["positions"][-1].tokens - max(shared, default=0)
        for part in ("model", "tools", "system"):
            if old[part] != new[part]:
                return {"cache_miss_reason": {"type": f"{part}_changed", "cache_missed_input_tokens": missed}}
        if new["messages"][: len(old["messages"])] != old["messages"]:
            return {"cache_miss_reason": {"type": "messages_changed", "cache_missed_input_tokens": missed}}
        return {"cache_miss_reason": {"type": "unavailable"}} if len(shared) < len(old["positions"]) else None

    # -- batches
    def batch_view(self, batch: dict, base: str, fresh: bool = False) -> dict:
        if not fresh:                                              # the answer to a create or cancel is never an ended batch
            self.settle(batch)
        ended = batch["ended"] is not None
        counts = dict.fromkeys(("processing", "succeeded", "errored", "canceled", "expired"), 0)
        for r in batch["results"] if ended else []:
            counts[r["result"]["type"]] += 1
        counts["processing"] = 0 if ended else len(batch["requests"])
        stamp = lambda t: None if t is None else datetime.fromtimestamp(t, timezone.utc).isoformat()
        return {"id": batch["id"], "type": "message_batch", "processing_status": "ended" if ended else "canceling" if batch["cancel"] else "in_progress",
                "request_counts": counts, "ended_at": stamp(batch["ended"]), "created_at": stamp(batch["created"]), "expires_at": stamp(batch["created"] + 86400),
                "archived_at": None, "cancel_initiated_at": stamp(batch["cancel"]),
                "results_url": f"{base}/v1/messages/batches/{batch['id']}/results" if ended else None}

    def settle(self, batch: dict) -> None:
        now = self.now()
        due = batch["created"] + self.batch_seconds
        if batch["ended"] is not None or (now < due and not batch["cancel"]):
            return
        batch["ended"] = now
        for request in batch["requests"]:
            params = request["params"]
            try:
                if batch["cancel"]:
                    result: dict = {"type": "canceled"}
                elif now > batch["created"] + 86400:
                    result = {"type": "expired"}
                else:
                    if params.get("stream") or params.get("max_tokens") == 0 or params.get("speed"):
                        bad("stream, speed and max_tokens: 0 are not supported in a batch")
                    plan = self.plan(params, batch["key"], batch["version"], tier="batch")
                    self.cache.commit(plan["bill"]["commits"], plan["start"])
                    result = {"type": "succeeded", "message": plan["message"]}
            except ApiError as err:
                result = {"type": "errored", "error": err.body(self.new_id("req"))}
            batch["results"].append({"custom_id": request["custom_id"], "result": result})

    def route_batches(self, method: str, parts: list[str], body: Any, key: Key, version: str, base: str) -> tuple[int, Any]:
        if not parts and method == "POST":
            requests = body.get("requests") or bad("requests: Field required")
            ids = [r.get("custom_id", "") for r in requests]
            if len(set(ids)) != len(ids) or not all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", i) for i in ids):
                bad("requests: custom_id must be unique and match '^[a-zA-Z0-9_-]{1,64}$'")
            batch = {"id": self.new_id("msgbatch"), "requests": requests, "results": [], "created": self.now(), "ended": None, "cancel": None, "key": key, "version": version}
            self.batches[batch["id"]] = batch
            return 200, self.batch_view(batch, base, fresh=True)
        if not parts:
            rows = [self.batch_view(b, base) for b in reversed(self.batches.values()) if b["key"].workspace == key.workspace]
            return 200, {"data": rows, "has_more": False, "first_id": rows[0]["id"] if rows else None, "last_id": rows[-1]["id"] if rows else None}
        batch = self.batches.get(parts[0])
        if batch is None or batch["key"].workspace != key.workspace:
            raise ApiError(404, "not_found_error", f"message_batch: {parts[0]}")
        if parts[1:] == ["cancel"] and method == "POST":
            batch["cancel"] = batch["cancel"] or self.now()
            return 200, self.batch_view(batch, base, fresh=True)
        if parts[1:] == ["results"] and method == "GET":
            self.settle(batch)
            if batch["ended"] is None:
                raise ApiError(404, "not_found_error", "results are not available yet")
            return 200, "".join(dumps(r) + "\n" for r in reversed(batch["results"])).encode()     # not in request order
        if len(parts) == 1 and method == "DELETE":
            if batch["ended"] is None:
                bad("a batch in progress must be canceled before it is deleted")
            del self.batches[parts[0]]
            return 200, {"id": parts[0], "type": "message_batch_deleted"}
        return 200, self.batch_view(batch, base)


def events(message: dict, chunk_tokens: int, thinking_display: str) -> Iterator[tuple[str, dict, int]]:
    """(event name, data, output tokens it stands for) in the API's order."""
    per = int(chunk_tokens * 3)
    opening = {**message, "content": [], "stop_reason": None, "usage": {**message["usage"], "output_tokens": 1}}
    yield "message_start", {"type": "message_start", "message": opening}, 0
    for index, block in enumerate(message["content"]):
        kind = block["type"]
        empty = {"text": {"type": "text", "text": ""}, "thinking": {"type": "thinking", "thinking": "", "signature": ""},
                 "tool_use": {**block, "input": {}}}.get(kind, block)
        yield "content_block_start", {"type": "content_block_start", "index": index, "content_block": empty}, 0
        if index == 0:
            yield "ping", {"type": "ping"}, 0
        name, text = {"text": ("text_delta", block.get("text", "")), "tool_use": ("input_json_delta", json.dumps(block.get("input"))),
                      "thinking": ("thinking_delta", block.get("thinking", "") if thinking_display != "omitted" else "")}.get(kind, ("", ""))
        attr = {"text_delta": "text", "input_json_delta": "partial_json", "thinking_delta": "thinking"}.get(name, "")
        for i in range(0, len(text), per):
            yield "content_block_delta", {"type": "content_block_delta", "index": index, "delta": {"type": name, attr: text[i : i + per]}}, chunk_tokens
        if kind == "thinking":
            yield "content_block_delta", {"type": "content_block_delta", "index": index, "delta": {"type": "signature_delta", "signature": block.get("signature", "c2ln")}}, 0
        yield "content_block_stop", {"type": "content_block_stop", "index": index}, 0
    usage = {k: v for k, v in message["usage"].items() if k.endswith("_tokens")}
    yield "message_delta", {"type": "message_delta", "delta": {"stop_reason": message["stop_reason"], "stop_sequence": None}, "usage": usage}, 0
    yield "message_stop", {"type": "message_stop"}, 0


class _Conn:
    """One HTTP/1.1 connection."""

    def __init__(self, api: FakeAPI, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.api, self.reader, self.writer, self.h11 = api, reader, writer, h11.Connection(h11.SERVER)
        self.byte_delay = 0.0
        self.incoming: asyncio.Queue[bytes] = asyncio.Queue()       # one task reads the socket, so that a client that
        self.gone = asyncio.Event()                                 # leaves in the middle of an answer is noticed at once

    async def pump(self) -> None:
        data = b"-"
        while data:
            try:
                data = await self.reader.read(65536)
            except ConnectionError:
                data = b""
            if not data:
                self.gone.set()
            self.incoming.put_nowait(data)

    async def run(self) -> None:
        pump = asyncio.create_task(self.pump())
        try:
            await self.serve()
        finally:
            pump.cancel()

    async def pause(self, seconds: float) -> None:
        """Sleeps, and stops at once when the client leaves."""
        if seconds > 0:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self.gone.wait(), seconds)
                raise ConnectionResetError

    async def serve(self) -> None:
        while True:
            request, raw = None, bytearray()
            while not isinstance(event := self.h11.next_event(), h11.EndOfMessage):
                if event is h11.NEED_DATA:
                    self.h11.receive_data(await self.incoming.get())
                elif isinstance(event, h11.Request):
                    request = event
                elif isinstance(event, h11.Data):
                    raw += event.data
                elif isinstance(event, h11.ConnectionClosed):
                    return
            await self.handle(request, bytes(raw))                   # type: ignore[arg-type]
            if self.h11.our_state is not h11.DONE:
                return
            self.h11.start_next_cycle()

    async def write(self, event: Any) -> None:
        data = self.h11.send(event) or b""
        if self.byte_delay:
            for i in range(len(data)):
                self.writer.write(data[i : i + 1])
                await self.writer.drain()
                await asyncio.sleep(self.byte_delay)
        else:
            self.writer.write(data)
            await self.writer.drain()

    async def respond(self, status: int, body: Any, headers: dict[str, str], kind: str = "application/json") -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        await self.write(h11.Response(status_code=status, headers=[("content-type", kind), ("content-length", str(len(data))), *headers.items()]))
        await self.write(h11.Data(data))
        await self.write(h11.EndOfMessage())

    def reset(self) -> None:
        """RST rather than FIN: unread data plus SO_LINGER 0."""
        sock: socket.socket = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()
        raise ConnectionResetError

    async def handle(self, request: h11.Request, raw: bytes) -> None:
        api, headers = self.api, {k.decode().lower(): v.decode() for k, v in request.headers}
        method, target = request.method.decode(), request.target.decode()
        path = target.split("?")[0]
        request_id, version = api.new_id("req"), headers.get("anthropic-version", "")
        out, self.byte_delay = {"request-id": request_id}, 0.0
        entry: dict = {"n": len(api.log), "at": api.now(), "method": method, "target": target, "headers": headers, "body": raw.decode("utf-8", "replace")}
        api.log.append(entry)
        api.active += 1
        api.peak = max(api.peak, api.active)
        try:
            if path.startswith("/__fake__/"):
                return await self.control(path, json.loads(raw or b"{}"))
            key = api.authenticate(headers)
            out |= {"anthropic-organization-id": key.org, "anthropic-workspace-id": key.workspace, **api.rate_headers(key)}
            if version not in API_VERSIONS:
                bad("anthropic-version: header is required" if not version else f'anthropic-version: "{version}" is not a valid version')
            if len(raw) > MAX_BODY:
                raise ApiError(413, "request_too_large", "Request exceeds the maximum size")
            try:
                body = json.loads(raw) if raw else {}
            except ValueError:
                bad("The request body is not valid JSON")
            entry["json"] = body
            if path.startswith("/v1/messages/batches"):
                status, view = api.route_batches(method, [p for p in path.removeprefix("/v1/messages/batches").split("/") if p], body, key, version, f"http://{headers.get('host')}")
                kind = "application/x-jsonl" if isinstance(view, bytes) else "application/json"
                await self.respond(status, view, out, kind)
            elif path == "/v1/messages/count_tokens" and method == "POST":
                if not await self.fault(next((r for r in api.rules if r.accepts(path, body)), None), out, entry):
                    validate(body, version, counting=True)
                    positions, total = render(body, "")
                    breakpoints(body, positions)
                    entry["counted"] = total
                    await self.respond(200, {"input_tokens": total}, out)
            elif path == "/v1/messages" and method == "POST":
                await self.messages(body, key, version, out, entry)
            elif path.startswith("/v1/models") and method == "GET":
                rows = [{"id": m, "type": "model", "display_name": m, "created_at": "2026-10-07T00:00:00Z", "max_input_tokens": f[3], "max_tokens": f[2]} for m, f in MODELS.items()]
                name = path.removeprefix("/v1/models").strip("/")
                if name and name not in MODELS:
                    raise ApiError(404, "not_found_error", f"model: {name}")
                await self.respond(200, next(r for r in rows if r["id"] == name) if name else {"data": rows, "has_more": False, "first_id": rows[0]["id"], "last_id": rows[-1]["id"]}, out)
            else:
                raise ApiError(404, "not_found_error", "Not found")
            entry.setdefault("status", 200)
        except ApiError as err:
            entry |= {"status": err.status, "error": err.type, "message": err.message}
            await self.respond(err.status, err.body(request_id), {**out, **err.headers})
        except (ConnectionError, asyncio.CancelledError):
            entry["disconnected"] = True
            raise
        finally:
            api.active -= 1
            entry["seconds"] = round(api.now() - entry["at"], 4)
            if api.record:
                with open(api.record, "a") as file:
                    file.write(json.dumps({k: v for k, v in entry.items() if k != "json"}) + "\n")

    async def fault(self, rule: Rule | None, out: dict, entry: dict) -> bool:
        """Faults that replace the whole response. True when one was sent."""
        fault = (rule.fault if rule else None) or {}
        if "drop" in fault or "status" in fault or "html" in fault:
            rule.used += 1                                          # type: ignore[union-attr]
            entry["fault"] = fault
        if fault.get("drop"):
            self.reset()
        if "html" in fault:
            entry["status"] = fault["html"]
            await self.respond(fault["html"], f"<html><title>{fault['html']} Bad Gateway</title></html>".encode(), out, "text/html")
            return True
        if "status" in fault:
            status = fault["status"]
            kind = fault.get("error_type") or {400: "invalid_request_error", 401: "authentication_error", 402: "billing_error", 403: "permission_error", 404: "not_found_error", 413: "request_too_large", 429: "rate_limit_error", 504: "timeout_error", 529: "overloaded_error"}.get(status, "api_error")
            more = {"retry-after": str(fault["retry_after"])} if "retry_after" in fault else {}
            raise ApiError(status, kind, fault.get("message", {529: "Overloaded", 429: "This request would exceed your organization's rate limit."}.get(status, "Injected fault")), more, {"error_code": fault["error_code"]} if "error_code" in fault else None)
        return False

    async def messages(self, body: dict, key: Key, version: str, out: dict, entry: dict) -> None:
        api = self.api
        if await self.fault(next((r for r in api.rules if r.accepts("/v1/messages", body)), None), out, entry):
            return
        plan = api.plan(body, key, version)
        message, bill, rule = plan["message"], plan["bill"], plan["rule"]
        entry |= {"usage": message["usage"], "cache": {k: bill[k] for k in ("hit_path", "marked")}, "message_id": message["id"]}
        latency, fault = {**api.latency, **rule.latency}, rule.fault or {}
        self.byte_delay = fault.get("byte_delay", 0.0)
        await self.pause(latency.get("ttft", 0))
        api.cache.commit(bill["commits"], plan["start"])            # readable from here: the response begins
        if not body.get("stream"):
            await self.pause(latency.get("per_token", 0) * message["usage"]["output_tokens"])
            data = json.dumps(message).encode()
            await self.respond(200, data[: len(data) // 2] if fault.get("malformed") else data, out)
            return
        await self.write(h11.Response(status_code=200, headers=[("content-type", "text/event-stream; charset=utf-8"), ("cache-control", "no-cache"), ("transfer-encoding", "chunked"), *out.items()]))
        display = (body.get("thinking") or {}).get("display", "omitted")
        for number, (name, data, tokens) in enumerate(events(message, api.chunk_tokens, display)):
            if fault and number == fault.get("after", 3):
                await self.stream_fault(fault)
                if self.h11.our_state is h11.DONE:
                    return
            if tokens:
                await self.pause(latency.get("per_token", 0) * tokens)
            if self.gone.is_set():
                entry["sent_events"] = number
                raise ConnectionResetError
            await self.write(h11.Data(f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()))
        await self.write(h11.EndOfMessage())

    async def stream_fault(self, fault: dict) -> None:
        if "stall" in fault:
            await self.pause(fault["stall"])
        if "malformed" in fault:
            await self.write(h11.Data(b'event: content_block_delta\ndata: {"type": "content_block_delta", "ind\n\n'))
        if "stream_error" in fault:
            kind = fault["stream_error"]
            error = {"type": "error", "error": {"type": kind, "message": fault.get("message", "Overloaded")}}
            await self.write(h11.Data(f"event: error\ndata: {json.dumps(error)}\n\n".encode()))
            await self.write(h11.EndOfMessage())
        elif fault.get("reset"):
            self.reset()
        elif fault.get("truncate"):                                 # FIN in the middle of a chunked body
            self.writer.write(b"1f4\r\nevent: content_block_delta\ndata: {")
            await self.writer.drain()
            self.writer.close()
            raise ConnectionAbortedError
        elif fault.get("eof"):                                      # a well-formed end, with no message_stop
            await self.write(h11.EndOfMessage())

    async def control(self, path: str, body: dict) -> None:
        """Out-of-process control: /__fake__/advance {"seconds"}, /rules [..], /log, /evict, /reset."""
        api, name = self.api, path.rsplit("/", 1)[-1]
        if name == "advance":
            api.advance(body["seconds"])
        elif name == "rules":
            api.rules[:] = [Rule(**r) for r in body["rules"]]
        elif name == "evict":
            api.cache.entries.clear()
        elif name == "reset":
            api.rules.clear(), api.cache.entries.clear(), api.log.clear(), api.batches.clear()
        rows = [{k: v for k, v in e.items() if k != "json"} for e in api.log if not e["target"].startswith("/__fake__/")] if name == "log" else []
        await self.respond(200, {"ok": True, "log": rows, "peak": api.peak, "entries": len(api.cache.entries)}, {})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--port", type=int, default=8787)
    parser.add_argument("--script", help='JSON: {"rules": [{"match", "reply", "fault", "latency", "times"}, ...], "keys": {"sk-...": {}}}')
    parser.add_argument("--record")
    args = parser.parse_args()
    script = json.load(open(args.script)) if args.script else {}

    async def main() -> None:
        api = FakeAPI([Rule(**r) for r in script.get("rules", [])], record=args.record, keys={k: Key(**v) for k, v in script.get("keys", {}).items()} or None)
        async with api.serve(port=args.port) as url:
            print(url, flush=True)
            await asyncio.Event().wait()

    asyncio.run(main())
