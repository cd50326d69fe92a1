"""The values that cross the border of this package, and the two ways in which a rewrite can fail."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from analyzers.findings import Finding, FunctionReport
from analyzers.text import Span


@dataclass(frozen=True, slots=True)
class RewriteSettings:
    """What the person decides about rewrites. Money is in US dollars, 0 means "no limit"; times are in seconds."""

    model: str = ""  # "" follows the routing table; a tier (cheap, balanced, strong) or a model id pins it
    small_model: str = ""  # the same for explanations and rankings
    effort: str = ""  # "" is the table's choice for the model
    max_output_tokens: int = 8000
    max_function_tokens: int = 12_000
    max_context_tokens: int = 8_000
    daily_limit_usd: float = 2.0
    request_limit_usd: float = 0.50
    parallel_requests: int = 2
    deadline_seconds: float = 120.0
    stall_seconds: float = 60.0
    repair: bool = True
    never_send: tuple[str, ...] = ()
    cache_answers: bool = True
    cache_days: float = 7.0
    open_telemetry: bool = False  # metrics of requests, to the collector that the environment names
    cache_url: str = ""  # a Redis that a team shares; "" is the file on this machine
    cache_megabytes: float = 32.0
    tools: str = "auto"  # auto follows the routing table; never, always
    tool_turns: int = 6  # turns in which the model may ask tools; then it must answer
    tool_tokens: int = 24_000  # of tool results in one conversation
    prewarm: bool = False  # write the prefix when a rewrite is likely; costs a cache write


class ContextPart(NamedTuple):
    """A piece of source that helps to understand the function: a callee, a model.

    Where not all fits, what has the higher `value` is kept. It must not depend on the function that is asked for where
    the part stands in the module's block.
    """

    relative: str
    label: str
    source: str
    value: int = 0


@dataclass(frozen=True, slots=True)
class Target:
    """One function of one version of one file, and what is known about it.

    `text` is the whole file as the editor has it; `span` counts bytes of its UTF-8 form and covers the function with
    its decorators. `relative` is the only path that leaves the machine. `module` holds parts that are the same for
    every function of the file, because they stand in the cached block; `own` is what this function needs. `guidelines`,
    `notes` (files such as CLAUDE.md) and `orm` (models and relations) are the same for the whole project.
    """

    path: str
    relative: str
    language: str
    text: str
    version: int | None
    span: Span
    qualname: str
    findings: tuple[Finding, ...] = ()
    report: FunctionReport | None = None
    imports: str = ""
    module: tuple[ContextPart, ...] = ()
    own: tuple[ContextPart, ...] = ()
    profile: str = ""
    guidelines: str = ""
    notes: tuple[ContextPart, ...] = ()
    orm: str = ""

    @property
    def source(self) -> bytes:
        """The file's bytes; lone surrogates, which UTF-8 cannot hold, become `?` (as in `Text.of`)."""
        return self.text.encode("utf-8", "replace")

    @property
    def function(self) -> str:
        """The function as it stands in the file, from its first character (not from the start of its line)."""
        return self.source[self.span.start : self.span.end].decode("utf-8", "replace")

    @property
    def indent(self) -> str:
        """The white space before the function on its first line; "" when something else stands there."""
        source = self.source
        line = source[
            max(source.rfind(b"\n", 0, self.span.start), source.rfind(b"\r", 0, self.span.start)) + 1 :
        ]
        before = line[: len(line) - (len(source) - self.span.start)].decode("utf-8", "replace")
        return before if not before.strip(" \t") else ""


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of a request. `stage` is waiting, starting, sent, thinking, looking, writing, checking or repairing;
    `tokens` is what has been written of this answer, `cost_usd` what the whole run has cost so far."""

    stage: str
    message: str
    fraction: float | None = None
    tokens: int = 0
    cost_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the API billed them; `plain` is input that was neither read from nor written to the cache."""

    plain: int = 0
    written_5m: int = 0
    written_1h: int = 0
    read: int = 0
    output: int = 0

    @property
    def input(self) -> int:
        return self.plain + self.written_5m + self.written_1h + self.read

    def __add__(self, other: Usage) -> Usage:
        mine, theirs = asdict(self), asdict(other)
        return Usage(**{key: mine[key] + theirs[key] for key in mine})

    @classmethod
    def of(cls, raw: dict[str, Any]) -> Usage:
        """From the API's `usage` object. A write without a break-down is billed as a 5 minute one."""
        split = raw.get("cache_creation") or {}
        hour = split.get("ephemeral_1h_input_tokens") or 0
        written = raw.get("cache_creation_input_tokens") or 0
        return cls(
            plain=raw.get("input_tokens") or 0,
            written_5m=max(0, written - hour),
            written_1h=hour,
            read=raw.get("cache_read_input_tokens") or 0,
            output=raw.get("output_tokens") or 0,
        )


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds: in the queue, until the first event of the answer, until the answer's end (repair included)."""

    queue: float = 0.0
    first_token: float = 0.0
    total: float = 0.0


Reports = Mapping[tuple[str, str], FunctionReport]


@dataclass(frozen=True, slots=True)
class Checked:
    """What the analyzer says about the files before and after: the function's report, their findings, and the reports of
    all functions by path and qualname."""

    before: FunctionReport | None
    after: FunctionReport | None
    findings_before: tuple[Finding, ...] = ()
    findings_after: tuple[Finding, ...] = ()
    reports_before: Reports = field(default_factory=dict)
    reports_after: Reports = field(default_factory=dict)


# Given the target, the patched text of its file, and, only where other files change too, their old and new texts by path.
Check = Callable[..., Checked | Awaitable[Checked]]


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the bytes of `span` in the target's text by `text`."""

    span: Span
    text: str


class Refused(Exception):
    """The request was not even built. `reason` is one of ignored-file, private-key, too-large, request-limit, bad-span,
    syntax, bad-setting; the text is a sentence for the person."""

    def __init__(self, reason: str, sentence: str):
        super().__init__(sentence)
        self.reason = reason


class RewriteFailed(Exception):
    """The request, or its answer, was no good; the document is as it was. `kind` is short, the text is a sentence."""

    def __init__(self, kind: str, sentence: str, *, model_says: str = "", text: str = ""):
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence
        self.model_says = model_says
        self.answer = text  # the raw answer where there was one, for the log; never for the document
        self.usage: Usage | None = None
        self.cost_usd = 0.0
