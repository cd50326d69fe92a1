"""Which parameters of a case are to be given."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any


def parameters(function: Callable[..., Any]) -> list[str]:
    """The names of those without a default."""
    found = inspect.signature(function).parameters.values()
    return [parameter.name for parameter in found if parameter.default is parameter.empty]
