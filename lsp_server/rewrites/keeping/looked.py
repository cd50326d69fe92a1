"""Answers that rest on what the model looked at: good for as long as its questions get the same answers.

What was shown is no part of the request, so the questions are kept with the answer, and of what was shown a digest. They
are asked again here, on this machine, before the answer is used: a function, a caller or a profile that has changed makes
the answer one of yesterday.
"""

from __future__ import annotations

import hashlib
import json

from lsp_server.rewrites.asking.tools import Desk


def key_of(request: str) -> str:
    """The key of an answer that rests on questions, by the key of the request that it began with."""
    return hashlib.sha256(f"looked {request}".encode()).hexdigest()


def pack(desk: Desk, text: str) -> str:
    """An answer with the questions it rests on."""
    return json.dumps({"asked": desk.asked, "told": _digest(desk), "text": text}, sort_keys=True)


async def unpack(kept: str, desk: Desk) -> str | None:
    """The answer, where a desk that was not asked yet answers all its questions as they were answered then.

    The desk has then shown what it had shown then, as the checks need it.
    """
    try:
        held = json.loads(kept)
        turns, told, text = held["asked"], held["told"], str(held["text"])
        if len(turns) > 2 * desk.settings.tool_turns:  # of the answer and of its repair
            return None
        for calls in turns:
            await desk.answer_all(calls)
    except (ValueError, LookupError, TypeError, AttributeError):  # another version's, or damaged
        return None
    return text if _digest(desk) == told else None


def _digest(desk: Desk) -> str:
    return hashlib.sha256(json.dumps(desk.told).encode()).hexdigest()
