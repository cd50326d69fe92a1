"""A local stand-in for the Messages API, for tests.

Models: request validation, SSE event order, the prefix cache (TTL, minimum length, 20-position lookback,
mixed-TTL billing, workspace isolation, "readable once the first response begins"), rate limits, errors,
count_tokens, message batches, models, cache diagnostics, and injected faults down to TCP resets.

Dependencies: the standard library and `h11` (already a dependency of `anthropic`, through `httpcore2`).
Own asyncio HTTP loop rather than a framework, because a framework hides the socket (RST, cut chunks, dribble).
It also runs alone, as a program, next to editors that are driven from outside. Its parts stand beside it: the models,
the rules, the validation, the cache and the connection.

    api = FakeAPI(rules=[Rule(reply={"text": "hi"})], record="requests.jsonl")
    async with api.serve() as base_url: ...          # or:  with api.thread() as base_url: ...
    python fake_messages_api.py --port 8787 --script rules.json --record requests.jsonl

Token counts are approximate but deterministic and additive per block, so usage always adds up:
input_tokens + cache_creation_input_tokens + cache_read_input_tokens == count_tokens(same request).
"""

from __future__ import annotations

import argparse, asyncio, base64, contextlib, hashlib, itertools, json, math, re, threading, time
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, AsyncIterator, Callable, Iterator

import h11

from fake_messages_cache import Position, PrefixCache, breakpoints, render
from fake_messages_connection import Connection
from fake_messages_models import MODELS, ApiError, bad, block_tokens, dumps, strip_cache
from fake_messages_rules import Rule, sample
from fake_messages_validation import validate

__all__ = ["MODELS", "FakeAPI", "Key", "Rule", "validate"]


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
                await Connection(self, reader, writer).run()
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
