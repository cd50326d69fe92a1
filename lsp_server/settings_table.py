"""What a person can set: the table. A setting is a field below, and its type, bounds, default and description stand
there once: validation (`settings.py`), `docs/settings.md` and the settings page of the VS Code extension are all made
from them through `rows`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_type_hints

import msgspec
from msgspec import Meta, Struct

from analyzers.project.quiet import QUIET_PATHS

Globs = tuple[str, ...]
SeverityName = Literal["hint", "information", "warning", "error"]
Effort = Literal["", "low", "medium", "high", "xhigh", "max"]
LensChoice = Literal["off", "findings", "all"]
ToolsChoice = Literal["auto", "never", "always"]
ThreadChoice = Literal["all", "main"]

NEVER_SEND: Globs = (
    "**/.env*",
    "**/*.pem",
    "**/*.key",
    "**/secrets/**",
    "**/*secret*.py",
    "**/*credentials*",
)


def _meta(description: str, scope: str = "resource", **bounds: Any) -> Meta:
    """A field's description; `scope` is VS Code's, and tells whether a workspace's settings.json may hold it."""
    return Meta(description=description, extra={"scope": scope}, **bounds)


class Analysis(Struct, frozen=True, rename="camel"):
    """What is looked at, and which findings are kept."""

    select: Annotated[tuple[str, ...], _meta("Rules to run; empty runs all of them.")] = ()
    ignore: Annotated[tuple[str, ...], _meta("Rules to leave out.")] = ()
    min_severity: Annotated[SeverityName, _meta("Findings below this severity are not shown.")] = "hint"
    quiet_paths: Annotated[
        Globs,
        _meta(
            "Files where a finding is never more than a hint (tests, migrations, seeds), written as in .gitignore, seen from the workspace folder."
        ),
    ] = QUIET_PATHS
    exclude: Annotated[
        Globs,
        _meta("Files and folders to leave out, written as in .gitignore. What .gitignore names is out too."),
    ] = ()
    languages: Annotated[
        tuple[str, ...], _meta("Languages to analyse (python, javascript, typescript); empty means all.")
    ] = ()
    max_file_size: Annotated[int, _meta("Files larger than this many bytes are skipped.", ge=1_000)] = (
        2_000_000
    )
    index: Annotated[bool, _meta("Read the whole workspace in the background, to see through calls.")] = True
    workers: Annotated[
        int, _meta("Processes that read files; 0 is one per core.", "machine", ge=0, le=64)
    ] = 0


class Diagnostics(Struct, frozen=True, rename="camel"):
    """When and how many findings the editor gets."""

    debounce: Annotated[
        int,
        _meta(
            "Milliseconds of quiet after a keystroke before a file is checked again; one that takes little is not waited for.",
            ge=0,
            le=10_000,
        ),
    ] = 150
    max_per_file: Annotated[int, _meta("At most this many findings per file, the worst first.", ge=1)] = 200
    on_type: Annotated[bool, _meta("Check while typing; otherwise on open and on save only.")] = True


class CodeLens(Struct, frozen=True, rename="camel"):
    """The line above a function that says what it costs."""

    show: Annotated[
        LensChoice,
        _meta("Show it above no function, above those with findings or a hot profile, or above all."),
    ] = "findings"


class InlayHints(Struct, frozen=True, rename="camel"):
    """The same at the end of a function's first line, where it moves no code."""

    show: Annotated[
        LensChoice,
        _meta("Show it behind no function, behind those with findings or a hot profile, or behind all."),
    ] = "off"


class Hover(Struct, frozen=True, rename="camel"):
    """The cost in the hover of a function, a loop or a call."""

    enable: Annotated[bool, _meta("Show cost and reasons in hovers.")] = True
    max_reasons: Annotated[int, _meta("At most this many steps of the derivation.", ge=1, le=50)] = 8


class Profiles(Struct, frozen=True, rename="camel"):
    """Measured time beside estimated cost."""

    paths: Annotated[
        Globs, _meta("Profile files to link: paths or globs, relative to the workspace folder.")
    ] = ()
    path_mappings: Annotated[
        dict[str, str],
        _meta('Where files of the profiled machine are here: `{"/app": "backend"}`, relative to the folder.'),
    ] = {}
    thread: Annotated[
        ThreadChoice,
        _meta(
            "Whose time counts: that of all threads, or of the main one where the profile tells threads apart."
        ),
    ] = "all"
    auto_load: Annotated[
        bool, _meta("Link profile files found in the workspace (*.prof, *.pstats, *.cpuprofile, ...).")
    ] = True
    max_age: Annotated[
        int,
        _meta("Profiles found by themselves and older than this many days are left out; 0 keeps all.", ge=0),
    ] = 30


class Rewrite(Struct, frozen=True, rename="camel"):
    """Rewriting a function with Claude. Nothing here sends anything: a rewrite runs when a person picks it."""

    model: Annotated[
        str, _meta("The Claude model; empty lets bigo choose by the size and kind of the task.", "machine")
    ] = ""
    small_model: Annotated[
        str, _meta("The Claude model for explanations and rankings; empty is the cheapest tier.", "machine")
    ] = ""
    effort: Annotated[
        Effort, _meta("How much the model thinks; empty is the choice that fits the model.", "machine")
    ] = ""
    confirm: Annotated[
        bool, _meta("Show a rewrite as a diff to confirm. A workspace cannot turn this off.", "machine")
    ] = True
    max_function_tokens: Annotated[
        int, _meta("A function larger than this is not sent.", ge=500, le=200_000)
    ] = 12_000
    max_context_tokens: Annotated[
        int,
        _meta(
            "At most this much of other functions and models goes along; 0 sends the function alone.",
            ge=0,
            le=200_000,
        ),
    ] = 8_000
    max_output_tokens: Annotated[
        int, _meta("The longest answer, thinking included.", "machine", ge=1_000, le=64_000)
    ] = 8_000
    budget_per_day: Annotated[
        float,
        _meta(
            "US dollars per day; a rewrite that could exceed it is not sent; 0 is no limit. A workspace can only lower it.",
            "machine",
            ge=0,
        ),
    ] = 5.0
    budget_per_request: Annotated[
        float,
        _meta(
            "US dollars for one rewrite at worst; 0 is no limit. A workspace can only lower it.",
            "machine",
            ge=0,
        ),
    ] = 0.5
    parallel: Annotated[int, _meta("Rewrites that may run at the same time.", "machine", ge=1, le=8)] = 2
    timeout: Annotated[int, _meta("Seconds after which a rewrite is given up.", ge=5, le=3_600)] = 120
    repair: Annotated[bool, _meta("Send an answer that fails its checks back once, with the reason.")] = True
    cache_days: Annotated[
        int, _meta("Days an answer is kept, so that the same request is not paid twice; 0 keeps none.", ge=0)
    ] = 7
    cache_size: Annotated[int, _meta("Megabytes of kept answers.", ge=0)] = 32
    tools: Annotated[
        ToolsChoice,
        _meta(
            "Whether Claude may read other functions and models of the workspace before it answers: where the evidence "
            "spans files or is about queries, never, or always."
        ),
    ] = "auto"
    prewarm: Annotated[
        bool,
        _meta(
            "When you open the menu of code actions on a function that can be rewritten, have the API cache the instructions and "
            "the module's context, which costs the writing. Sends code before you pick a rewrite; a workspace cannot turn this on.",
            "machine",
        ),
    ] = False
    cache_url: Annotated[
        str,
        _meta(
            "Keep answers in a Redis that a team shares (redis://host:6379/0) and not on this machine. Not for a workspace to say.",
            "machine",
        ),
    ] = ""
    open_telemetry: Annotated[
        bool,
        _meta(
            "Send tokens, cost and times of rewrites (no code, no names) as metrics to the OpenTelemetry collector that "
            "OTEL_EXPORTER_OTLP_ENDPOINT names.",
            "machine",
        ),
    ] = False
    guidelines: Annotated[
        tuple[str, ...], _meta("Sentences added to every request: what your project asks of its code.")
    ] = ()


class Privacy(Struct, frozen=True, rename="camel"):
    """What must stay on this machine."""

    never_send: Annotated[
        Globs,
        _meta("Files whose text is never part of a request. Every place adds to the list; none takes away."),
    ] = NEVER_SEND


class Settings(Struct, frozen=True, rename="camel"):
    """All settings. `Settings()` holds the defaults."""

    analysis: Analysis = Analysis()
    diagnostics: Diagnostics = Diagnostics()
    code_lens: CodeLens = CodeLens()
    inlay_hints: InlayHints = InlayHints()
    hover: Hover = Hover()
    profiles: Profiles = Profiles()
    rewrite: Rewrite = Rewrite()
    privacy: Privacy = Privacy()


# ---------------------------------------------------------------------------------------------------- the table


class Row(NamedTuple):
    """One setting: how it is called in each place, and what it takes. `schema` is JSON schema."""

    section: str  # as in Settings: code_lens
    name: str  # as in its struct: min_class
    type: Any
    default: Any
    schema: Mapping[str, Any]
    scope: str

    @property
    def client_key(self) -> str:
        """`bigo.codeLens.minClass`"""
        return f"bigo.{camel(self.section)}.{camel(self.name)}"

    @property
    def toml_key(self) -> str:
        """`min-class`"""
        return kebab(self.name)

    @property
    def takes(self) -> str:
        """What the setting takes, in words: `one of low, high`, `a whole number, 0 or more`."""
        return _in_words(self.schema)


@cache
def rows() -> tuple[Row, ...]:
    """Every setting in reading order."""
    return tuple(_rows())


def _rows() -> Iterator[Row]:
    for section, struct in get_type_hints(Settings).items():
        hints = get_type_hints(struct, include_extras=True)
        for field in msgspec.inspect.type_info(struct).fields:  # type: ignore[attr-defined]
            hint = hints[field.name]
            schema = {k: v for k, v in msgspec.json.schema(hint).items() if k != "default"}
            if "enum" in schema:
                schema["enum"] = list(get_args(get_args(hint)[0]))  # in the order they are written above
            yield Row(
                section, field.name, hint, getattr(struct(), field.name), schema, field.type.extra["scope"]
            )


def describe_section(section: str) -> str:
    """The sentence that introduces a section."""
    return (get_type_hints(Settings)[section].__doc__ or "").strip()


def camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def kebab(name: str) -> str:
    return name.replace("_", "-")


def _in_words(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(str(choice) or '""' for choice in schema["enum"])
    match schema.get("type"):
        case "boolean":
            return "true or false"
        case "array":
            return "a list of strings"
        case "object":
            return "a table of strings"
        case "integer" | "number" as kind:
            noun = "a whole number" if kind == "integer" else "a number"
            low, high = schema.get("minimum"), schema.get("maximum")
            if low is not None and high is not None:
                return f"{noun} from {low} to {high}"
            return f"{noun}, {low} or more" if low is not None else noun
        case _:
            return "a string"
