"""The sample programs as projects."""

from __future__ import annotations

import pytest

from .programs import Sources, sources


@pytest.fixture(scope="session")
def python_app() -> Sources:
    return Sources(sources("pyapp"))


@pytest.fixture(scope="session")
def node_app() -> Sources:
    return Sources(sources("nodeapp"))
