"""What all tests share: tests of one editor machine run one after the other, and CI allows no skipped test."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Generator

import hypothesis
import pytest

# How long an example takes says how busy the machine is.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


class Raised(logging.Handler):
    """What the engine logs as failed fails the test: `check` goes on without it, a test must not."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            raise AssertionError(record.getMessage()) from sys.exc_info()[1]


logging.getLogger("analyzers").addHandler(Raised())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that drive an editor share one worker of pytest-xdist, for two editors at once starve each other.

    They come first: they take the longest, and all others fit beside them in the meantime.
    """
    for item in items:
        if item.get_closest_marker("editor"):
            item.add_marker(pytest.mark.xdist_group("editor"))
    items.sort(key=lambda item: item.get_closest_marker("editor") is None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under CI=true a test that would be skipped, for example for a missing program, fails with the reason."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") == "true":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"CI=true allows no skipped test: {reason}"
    return report
