"""The prefix cache: what is remembered of a prompt, for how long, and what a request pays for."""

from __future__ import annotations

import hashlib, itertools
from dataclasses import dataclass

from fake_messages_models import (
    FORMAT_TOKENS, FRAME_TOKENS, LOOKBACK, MAX_BREAKPOINTS, MODELS, TOOLS_TOKENS, TTL_SECONDS, bad, block_tokens, dumps, strip_cache,
)
from fake_messages_validation import content_blocks

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
