"""Read-only tools: what the model may ask about the workspace while it works on a rewrite, and who answers.

A `Reader` knows the project and answers with plain values; everything that keeps a question harmless is here. Paths are
relative and stay inside the workspace after symlinks are followed, ignored and secret files are refused, results are
redacted and cut on line borders, and the questions of one turn are answered side by side.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

import anyio

from lsp_server.rewrites.asking import context, prompt, redact
from lsp_server.rewrites.asking.budget import estimate_tokens
from lsp_server.rewrites.contract import RewriteSettings, Target

CALLS_PER_TURN = 8  # more would push the last cache entry out of the twenty positions the API looks back
_SECONDS = 10.0  # for one question
_RESULT_TOKENS = 4_000
_ODD_PATH = re.compile(r"[\x00-\x1f\\~]|^[A-Za-z]:|^/|(?:^|/)\.\.(?:/|$)")


class Refusal(ValueError):
    """A question that gets no answer; the text is for the model."""


class Reader(Protocol):
    """What the tools ask. `path` is relative to the workspace and has been looked at; a missing thing is a LookupError
    whose text says what there is. Answers are values JSON can hold; their strings are redacted here."""

    def inside(self, path: str) -> bool:
        """Whether the path, symlinks followed, is a file of the workspace that the project knows."""

    def answer(self, tool: str, path: str, function: str) -> Awaitable[Any]:
        """The answer to one of the declared tools."""

    def target(self, path: str, function: str) -> Awaitable[Target]:
        """Another function as a target of its own, for an edit of it."""


@cache
def declared() -> list[dict[str, Any]]:
    """The tools as they are declared to the API: constant, sorted by name. Not to be changed by who gets them."""
    text = files("lsp_server.rewrites.asking").joinpath("prompts/tools-v1.json").read_text("utf-8")
    loaded: list[dict[str, Any]] = sorted(json.loads(text), key=lambda tool: str(tool["name"]))
    return loaded


@dataclass
class Desk:
    """Answers the questions of one conversation, and remembers what was shown."""

    reader: Reader
    settings: RewriteSettings
    redactor: redact.Redactor
    tokens_left: int
    shown: dict[tuple[str, str], str] = field(default_factory=dict)  # (path, function) -> its source
    asked: list[list[dict[str, Any]]] = field(
        default_factory=list
    )  # the questions of each turn, without their ids
    told: list[str] = field(default_factory=list)  # what was answered, as it was sent

    async def answer_all(self, calls: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The `tool_result` blocks for the `tool_use` blocks of one turn, in their order. Never raises for a question."""
        self.asked.append([{"name": call.get("name"), "input": call.get("input")} for call in calls])
        found: list[tuple[Any, bool]] = [("", True)] * len(calls)

        async def one(number: int, call: Mapping[str, Any]) -> None:
            found[number] = await self._answer(call, number)

        async with anyio.create_task_group() as group:
            for number, call in enumerate(calls):
                group.start_soon(one, number, call)
        # Redaction numbers its placeholders in order of appearance, so it runs in the order of the questions.
        texts = [self._sent(call, answer) for call, (answer, _) in zip(calls, found, strict=True)]
        self.told.extend(texts)
        return [
            {"type": "tool_result", "tool_use_id": call.get("id"), "is_error": failed, "content": text}
            for call, (_, failed), text in zip(calls, found, texts, strict=True)
        ]

    async def _answer(self, call: Mapping[str, Any], number: int) -> tuple[Any, bool]:
        """The answer as values, and whether it is an error."""
        try:
            if number >= CALLS_PER_TURN:
                raise Refusal(f"at most {CALLS_PER_TURN} questions are answered in one turn")
            tool, path, function = self._checked(call)
            with anyio.fail_after(_SECONDS):
                return await self.reader.answer(tool, path, function), False
        except (Refusal, LookupError) as refusal:
            return {"error": str(refusal)}, True
        except TimeoutError:
            return {"error": f"no answer within {_SECONDS:g} seconds"}, True
        except Exception as problem:
            # One question must not end the others; its kind is enough, a message could name paths of the machine.
            return {"error": f"this question could not be answered ({type(problem).__name__})"}, True

    def _checked(self, call: Mapping[str, Any]) -> tuple[str, str, str]:
        """Tool, path and function of a question that may be answered."""
        tool = next((one for one in declared() if one["name"] == call.get("name")), None)
        if tool is None:
            raise Refusal("there is no such tool")
        given = call.get("input")
        schema = tool["input_schema"]
        if not isinstance(given, dict) or set(given) - set(schema["properties"]):
            raise Refusal(f"the input takes {', '.join(schema['properties'])} and nothing else")
        for name in schema["required"]:
            if not isinstance(given.get(name), str) or not given[name].strip() or len(given[name]) > 500:
                raise Refusal(f"{name} must be a string, and not empty")
        path, function = str(given.get("path", "")), str(given.get("function") or given.get("model") or "")
        self.check_path(path)
        return str(tool["name"]), path.removeprefix("./"), function

    def check_path(self, path: str) -> None:
        """Raises Refusal for a path that is not a file of the workspace which may be sent."""
        if _ODD_PATH.search(path):
            raise Refusal("paths are relative to the workspace and stay inside it")
        if context.ignored(path.removeprefix("./"), self.settings):
            raise Refusal("this file is never sent")
        if not self.reader.inside(path.removeprefix("./")):
            raise Refusal("the workspace has no such file that can be read")

    def _sent(self, call: Mapping[str, Any], answer: Any) -> str:
        """The answer as the text that is sent: without what may not be, redacted, within its bounds."""
        text = json.dumps(self._clean(answer), ensure_ascii=False, sort_keys=True)
        size = estimate_tokens(text)
        if size > self.tokens_left:
            return json.dumps({"error": "the limit for answers is reached; answer with what you know"})
        self.tokens_left -= size
        given = call.get("input")
        if call.get("name") == "read_function" and isinstance(answer, dict) and isinstance(given, dict):
            self._remember(answer)
        return text

    def _remember(self, answer: dict[str, Any]) -> None:
        source = answer.get("source")
        if isinstance(source, str) and not cut(source)[1] and not redact.holds_private_key(source):
            self.shown[str(answer.get("path")), str(answer.get("function"))] = source

    def _clean(self, value: Any) -> Any:
        if isinstance(value, dict):
            path = value.get("path")
            if isinstance(path, str) and context.ignored(path, self.settings):
                return {"path": path, "left_out": "this file is never sent"}
            return {str(key): self._clean(one) for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._clean(one) for one in value]
        if not isinstance(value, str):
            return value
        if redact.holds_private_key(value):
            return "left out: it holds a private key"
        short, dropped = cut(prompt.clean(value)[0])
        text = self.redactor.redact(short)
        return f"{text}\n[{dropped} more lines are not shown]" if dropped else text


def cut(text: str, tokens: int = _RESULT_TOKENS) -> tuple[str, int]:
    """As many whole lines from the start as fit, and how many were dropped."""
    if estimate_tokens(text) <= tokens:
        return text, 0
    lines = text.split("\n")
    low, high = 0, len(lines)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if estimate_tokens("\n".join(lines[:middle])) <= tokens else (low, middle)
    return "\n".join(lines[:low]), len(lines) - low
