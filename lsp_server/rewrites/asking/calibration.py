"""What the estimate learns from the bill: per model, kept on disk, bounded, and not led astray by one odd request.

A bill tells the prefix, which was read from or written to the cache, from the tail, which was neither; each has a fit of
its own, since instructions in prose and a function's code are counted differently. A fit says two things about the
model's tokenizer: by what factor it counts more than the estimator, and how far it follows the mere number of bytes where
the two disagree. Both are medians and means over the last requests, later ones weighing more.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from lsp_server.rewrites.asking.budget import BYTES_PER_TOKEN, Count
from lsp_server.rewrites.contract import Usage

_WINDOW = 40  # requests that are remembered
_FADES = 0.95  # the weight of a request against that of the one after it
_LOW, _HIGH = 0.7, 1.5  # a factor outside says that something else is wrong
_MIXES = tuple(step / 10 for step in range(11))
_ENOUGH = 5  # different requests before the bytes are given a say
_RELUCTANCE = 0.5  # the bytes alone must err by a third less than the estimator alone


class Sample(NamedTuple):
    """A text as it was estimated, its bytes, and the tokens it was billed as."""

    tokens: int
    size: int
    billed: int


@dataclass(frozen=True, slots=True)
class Fit:
    """`ratio` times a mixture of the estimator's count (`1 - mix`) and that of the bytes (`mix`)."""

    ratio: float = 1.0
    mix: float = 0.0

    def tokens(self, count: Count) -> int:
        return round(self.ratio * _mixed(count.tokens, count.size, self.mix))


def fit(samples: Sequence[Sample]) -> Fit:
    """The fit with the smallest relative error over the samples, of which the last weigh most."""
    if not samples:
        return Fit()
    weights = [_FADES ** (len(samples) - 1 - number) for number in range(len(samples))]
    mixes = _MIXES if len(set(samples)) >= _ENOUGH else _MIXES[:1]
    found = []
    for mix in mixes:
        bases = [max(1.0, _mixed(one.tokens, one.size, mix)) for one in samples]
        ratio = _median(
            [(one.billed / base, w) for one, base, w in zip(samples, bases, weights, strict=True)]
        )
        ratio = min(_HIGH, max(_LOW, ratio))
        errors = (abs(ratio * base / one.billed - 1) for one, base in zip(samples, bases, strict=True))
        error = sum(w * e for w, e in zip(weights, errors, strict=True)) / sum(weights)
        found.append((error * (1 + _RELUCTANCE * mix), mix, ratio))
    _, mix, ratio = min(found)
    return Fit(ratio, mix)


def _mixed(tokens: int, size: int, mix: float) -> float:
    return (1 - mix) * tokens + mix * size / BYTES_PER_TOKEN


def _median(values: Iterable[tuple[float, float]]) -> float:
    """Of values with weights."""
    ordered = sorted(values)
    half, seen = sum(weight for _, weight in ordered) / 2, 0.0
    for value, weight in ordered:
        seen += weight
        if seen >= half:
            return value
    return 1.0


class Calibration:
    """Per model. A missing or broken file is no calibration, not an error; one that cannot be written is left alone."""

    def __init__(self, state_dir: Path | None):
        self._file = state_dir / "calibration.json" if state_dir else None
        self._samples: dict[tuple[str, str], list[Sample]] = {}
        self._fits: dict[tuple[str, str], Fit] = {}
        with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
            if self._file:
                self._read(json.loads(self._file.read_text("utf-8")))

    def prefix(self, model: str, count: Count) -> int:
        """Tokens of what is cached: instructions, the project's and the module's part."""
        return self._fit(model, "prefix").tokens(count)

    def tail(self, model: str, count: Count) -> int:
        """Tokens of what differs in every request."""
        return self._fit(model, "tail").tokens(count)

    def ratio(self, model: str) -> float:
        """By how much the model's tokenizer counts more code than the estimator."""
        return self._fit(model, "tail").ratio

    def learn(self, model: str, prefix: Count, tail: Count, usage: Usage) -> None:
        """One request's parts and its bill."""
        cached = usage.input - usage.plain
        if cached and prefix.tokens and usage.plain:
            parts = [("prefix", prefix, cached), ("tail", tail, usage.plain)]
        else:  # one sum for both: each gets its share
            share = usage.input / max(1, prefix.tokens + tail.tokens)
            parts = [
                (name, count, round(count.tokens * share))
                for name, count in (("prefix", prefix), ("tail", tail))
            ]
        for name, count, billed in parts:
            if count.tokens > 0 and billed > 0:
                samples = self._samples.setdefault((model, name), [])
                samples.append(Sample(count.tokens, count.size, billed))
                del samples[:-_WINDOW]
                self._fits.pop((model, name), None)
        self._save()

    def _fit(self, model: str, part: str) -> Fit:
        key = model, part
        if key not in self._fits:
            self._fits[key] = fit(self._samples.get(key, ()))
        return self._fits[key]

    def _read(self, stored: dict[str, dict[str, list[list[int]]]]) -> None:
        for model, parts in stored.items():
            for name, rows in parts.items():
                samples = [Sample(*map(int, row)) for row in rows]
                self._samples[model, name] = [one for one in samples if min(one) > 0][-_WINDOW:]

    def _save(self) -> None:
        if self._file is None:
            return
        stored: dict[str, dict[str, list[Sample]]] = {}
        for (model, name), samples in self._samples.items():
            stored.setdefault(model, {})[name] = samples
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self._file.parent, prefix=".calibration-")
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                json.dump(stored, out, sort_keys=True)
            os.replace(temporary, self._file)
