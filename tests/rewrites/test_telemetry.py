"""Metrics for a collector: numbers only, and only where they were asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from lsp_server.rewrites import Ledger, Timings, Usage
from lsp_server.rewrites.keeping.summary import LOCAL
from lsp_server.rewrites.keeping.telemetry import observer


def points(reader: InMemoryMetricReader) -> dict[str, list[Any]]:
    data = reader.get_metrics_data()
    assert data is not None
    return {
        metric.name: list(metric.data.data_points)
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }


def test_a_request_becomes_metrics(tmp_path: Path) -> None:
    reader = InMemoryMetricReader()
    ledger = Ledger(tmp_path, observe=observer(True, lambda: MeterProvider([reader])))
    usage = Usage(plain=400, written_1h=4000, read=600, output=500)
    ledger.add("claude-sonnet-5-5", "ok", usage, 0.02, 5000, Timings(0.1, 1.0, 4.0))
    ledger.add("claude-sonnet-5-5", LOCAL, Usage(), 0.0, 0, Timings(), saved=0.01)
    found = points(reader)
    assert {p.attributes["gen_ai.token.type"]: p.sum for p in found["gen_ai.client.token.usage"]} == {
        "input": 400, "input_cache_write": 4000, "input_cache_read": 600, "output": 500,
    }  # fmt: skip
    assert found["gen_ai.client.operation.duration"][0].sum == pytest.approx(4.0)
    assert found["bigo.rewrite.cost"][0].value == pytest.approx(0.02)
    assert found["bigo.rewrite.saved"][0].value == pytest.approx(0.01)
    assert {p.attributes["bigo.outcome"] for p in found["bigo.rewrite.requests"]} == {"ok", LOCAL}


def test_nothing_is_measured_unless_it_is_asked_for() -> None:
    assert observer(False) is None


def test_a_collector_that_cannot_be_used_loses_no_row(tmp_path: Path) -> None:
    def broken() -> Any:
        raise ImportError("no such package")

    ledger = Ledger(tmp_path, observe=observer(True, broken))
    ledger.add("m", "ok", Usage(output=1), 0.1, 1, Timings())
    assert len(ledger.entries()) == 1
