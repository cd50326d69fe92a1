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
    known: bool = True


@dataclass(frozen=True, slots=True)
class Route:
    model: Model
    effort: str
    reason: str
    warnings: tuple[str, ...] = ()


@cache
def table() -> dict[str, Any]:
    """models.toml as it is in the package."""
    loaded: dict[str, Any] = tomllib.loads(
        files("lsp_server.rewrites").joinpath("models.toml").read_text("utf-8")
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


def choose(settings: RewriteSettings, function_tokens: int) -> Route:
    """The model and effort for a function of that many tokens. Raises Refused for an effort that does not exist."""
    if settings.effort and settings.effort not in EFFORTS:
        raise Refused(
            "bad-setting", f"The effort {settings.effort!r} does not exist; use one of {', '.join(EFFORTS)}."
        )
    if settings.model:
        model, reason = model_named(settings.model), "chosen in the settings"
    else:
        row = next(r for r in table()["route"] if function_tokens > r.get("function_tokens_over", -1))
        model, reason = model_named(row["tier"]), row["reason"]
    warnings: tuple[str, ...] = ()
    if not model.known:
        balanced = table()["tiers"]["balanced"]
        warnings = (
            f"The model {model.id} is not in the table of {table()['dated']}: prices are those of {balanced}.",
        )
    effort = settings.effort or model.effort
    if model.thinking == "between_tools" and effort in ("xhigh", "max"):
        # The API refuses this combination; with thinking left out the model decides for itself.
        model = replace(model, thinking="", allowance=4000)
    return Route(model, effort, reason, warnings)
