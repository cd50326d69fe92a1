"""Metrics of requests for an OpenTelemetry collector, where a setting asks for them: numbers only, no code and no names.

The collector is the one that OTEL_EXPORTER_OTLP_ENDPOINT names. The packages are optional (`pip install bigo[telemetry]`) and
loaded with the first request. Names follow the conventions for generative clients.
https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from lsp_server.rewrites.keeping.summary import LOCAL, Entry

Observe = Callable[[Entry], None]


def observer(wanted: bool, provider: Callable[[], Any] | None = None) -> Observe | None:
    """What takes each row of the ledger; None where nobody asked for metrics. It never raises."""
    if not wanted:
        return None
    made: list[Meters] = []

    def observe(entry: Entry) -> None:
        with contextlib.suppress(Exception):  # a missing package or collector loses metrics, never a rewrite
            if not made:
                made.append(Meters((provider or _provider)()))
            made[0].record(entry)

    return observe


class Meters:
    """The instruments, made once."""

    def __init__(self, provider: Any):
        meter = provider.get_meter("bigo")
        self._tokens = meter.create_histogram("gen_ai.client.token.usage", "{token}", "Tokens of a request")
        self._total = meter.create_histogram(
            "gen_ai.client.operation.duration", "s", "Seconds until the answer's end"
        )
        self._first = meter.create_histogram(
            "gen_ai.server.time_to_first_token", "s", "Seconds until the answer's first event"
        )
        self._queue = meter.create_histogram("bigo.rewrite.queue", "s", "Seconds until the request's turn")
        self._cost = meter.create_counter("bigo.rewrite.cost", "USD", "List price of the tokens")
        self._saved = meter.create_counter(
            "bigo.rewrite.saved", "USD", "Requests answered without being sent"
        )
        self._count = meter.create_counter("bigo.rewrite.requests", "{request}", "Requests by their outcome")

    def record(self, entry: Entry) -> None:
        """One row of the ledger."""
        about = {"gen_ai.request.model": entry.model, "gen_ai.operation.name": entry.operation}
        self._count.add(1, {**about, "bigo.outcome": entry.outcome})
        if entry.outcome == LOCAL:
            self._saved.add(entry.saved, about)
            return
        usage = entry.usage
        for kind, tokens in (
            ("input", usage.plain),
            ("input_cache_write", usage.written_5m + usage.written_1h),
            ("input_cache_read", usage.read),
            ("output", usage.output),
        ):
            self._tokens.record(tokens, {**about, "gen_ai.token.type": kind})
        self._cost.add(entry.cost, about)
        if usage.output:
            self._total.record(entry.timings.total, about)
            self._first.record(entry.timings.first_token, about)
            self._queue.record(entry.timings.queue, about)


def _provider() -> Any:
    import atexit

    from opentelemetry.exporter.otlp.proto.http.metric_exporter import (  # type: ignore[import-not-found,unused-ignore]
        OTLPMetricExporter,
    )
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

    provider = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter())])
    atexit.register(lambda: provider.shutdown(timeout_millis=2000))
    return provider
