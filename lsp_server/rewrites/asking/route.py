"""Which model answers: the table of models and the few rows that choose between them, both in models.toml."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from lsp_server.rewrites.contract import Refused, RewriteSettings

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

EFFORTS = ("low", "medium", "high", "xhigh", "max")


@dataclass(frozen=True, slots=True)
class Model:
    """One row of models.toml; see there for the units. `known` is false for an id the table does not hold."""

    id: str
    window: int
    max_output: int
    input: float
    output: float
    write_5m: float
    write_1h: float
    read: float
    minimum: int
    thinking: str
    effort: str
    tokenizer: str
    allowance: int = 0
    long_prompt: int = 0
    long_factor: float = 1.0
    retires: str = ""
    known: bool = True


@dataclass(frozen=True, slots=True)
class Route:
    model: Model
    effort: str
    reason: str
    warnings: tuple[str, ...] = ()
    tools: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done, as the table's rows ask about it. `kind` is rewrite, rank or explain."""

    kind: str = "rewrite"
    function_tokens: int = 0
    queries: bool = False
    across: bool = False


@cache
def table() -> dict[str, Any]:
    """models.toml as it is in the package."""
    loaded: dict[str, Any] = tomllib.loads(
        files("lsp_server.rewrites.asking").joinpath("models.toml").read_text("utf-8")
    )
    return loaded


@cache
def models() -> dict[str, Model]:
    """All known models by id."""
    return {name: Model(id=name, **row) for name, row in table()["models"].items()}


def model_named(name: str) -> Model:
    """The model of that id or tier; a dated id (`claude-haiku-4-5-20251001`) has the price of its family.

    An unknown id gets the balanced model's figures, no thinking and no effort (fields that an unknown model may
    refuse), and `known` false.
    """
    name = table()["tiers"].get(name, name)
    if name in models():
        return models()[name]
    family = name.rpartition("-")[0]
    if name.rpartition("-")[2].isdigit() and len(name.rpartition("-")[2]) == 8 and family in models():
        return replace(models()[family], id=name)
    return replace(models()[table()["tiers"]["balanced"]], id=name, thinking="", effort="", known=False)


def choose(settings: RewriteSettings, task: Task, *, may_look: bool = False) -> Route:
    """The model and effort for a task. Raises Refused for an effort that does not exist.

    `may_look` says that somebody is there to answer the model's questions; without that no row's `tools` count.
    """
    if settings.effort and settings.effort not in EFFORTS:
        raise Refused(
            "bad-setting", f"The effort {settings.effort!r} does not exist; use one of {', '.join(EFFORTS)}."
        )
    row = next(row for row in table()["route"] if _holds(row, task))
    pinned = settings.model if task.kind == "rewrite" else settings.small_model
    if pinned:
        model, reason = model_named(pinned), "chosen in the settings"
    else:
        model, reason = model_named(row["tier"]), row["reason"]
    tools = may_look and settings.tools != "never" and (row.get("tools", False) or settings.tools == "always")
    effort = settings.effort or model.effort
    if model.thinking == "between_tools" and effort in ("xhigh", "max"):
        # The API refuses this combination; with thinking left out the model decides for itself.
        model = replace(model, thinking="", allowance=4000)
    return Route(model, effort, reason, _warnings(model), tools)


def _holds(row: dict[str, Any], task: Task) -> bool:
    return (
        row["task"] == task.kind
        and task.function_tokens > row.get("function_tokens_over", -1)
        and (task.across or not row.get("across", False))
        and (task.queries or not row.get("queries", False))
    )


def _warnings(model: Model) -> tuple[str, ...]:
    if not model.known:
        balanced = table()["tiers"]["balanced"]
        return (
            f"The model {model.id} is not in the table of {table()['dated']}: prices are those of {balanced}.",
        )
    return (f"The API no longer knows {model.id} from {model.retires} on.",) if model.retires else ()
