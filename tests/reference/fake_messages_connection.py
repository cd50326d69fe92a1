"""One connection to the stand-in, down to its socket: answers, streams, and the faults that are asked for."""

from __future__ import annotations

import asyncio, contextlib, json, socket, struct
from typing import TYPE_CHECKING, Any, Iterator

import h11

from fake_messages_cache import breakpoints, render
from fake_messages_models import API_VERSIONS, MAX_BODY, MODELS, ApiError, bad
from fake_messages_rules import Rule
from fake_messages_validation import validate

if TYPE_CHECKING:
    from fake_messages_api import FakeAPI, Key

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


class Connection:
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
