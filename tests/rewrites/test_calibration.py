"""What the estimate learns from bills: whatever the tokenizer, never far, never led astray by one odd request."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from lsp_server.rewrites import Calibration, Usage
from lsp_server.rewrites.asking.budget import Count
from lsp_server.rewrites.asking.calibration import Fit, Sample, fit

PREFIX = Count(4700, 16_000)


def bill(tail: Count, billed: int) -> tuple[Count, Count, Usage]:
    return PREFIX, tail, Usage(plain=billed, read=4700)


def test_it_follows_the_bill_and_survives(tmp_path: Path) -> None:
    calibration = Calibration(tmp_path)
    assert (calibration.tail("m", Count(500, 1500)), calibration.ratio("m")) == (500, 1.0)
    calibration.learn("m", *bill(Count(1000, 3000), 1200))
    assert calibration.tail("m", Count(500, 1500)) == 600
    assert calibration.prefix("m", Count(500, 1500)) == 500  # it was billed as estimated
    assert calibration.tail("other", Count(500, 1500)) == 500
    assert Calibration(tmp_path).tail("m", Count(500, 1500)) == 600


def test_one_odd_bill_changes_little_and_none_much(tmp_path: Path) -> None:
    calibration = Calibration(tmp_path)
    for _ in range(10):
        calibration.learn("m", *bill(Count(1000, 3000), 1100))
    calibration.learn("m", *bill(Count(1000, 3000), 90_000))
    assert calibration.ratio("m") == pytest.approx(1.1)
    for _ in range(50):
        calibration.learn("m", *bill(Count(1000, 3000), 90_000))
    assert calibration.ratio("m") == 1.5
    assert len((tmp_path / "calibration.json").read_text()) < 10_000


def test_a_bill_that_does_not_tell_the_parts_is_shared_out() -> None:
    calibration = Calibration(None)
    calibration.learn("m", Count(900, 2700), Count(100, 300), Usage(plain=1200))
    assert (calibration.prefix("m", Count(900, 0)), calibration.tail("m", Count(100, 0))) == (1080, 120)


def drawn(seed: int) -> list[Count]:
    """Functions of all sizes, whose bytes per token differ."""
    draw = random.Random(seed)
    sizes = [draw.randint(60, 900) for _ in range(40)]
    return [Count(tokens, round(tokens * draw.uniform(2.4, 3.6))) for tokens in sizes]


def test_a_tokenizer_that_follows_the_bytes_is_recognised() -> None:
    found = fit([Sample(one.tokens, one.size, round(one.size / 2.5)) for one in drawn(1)[:20]])
    errors = [abs(found.tokens(one) / (one.size / 2.5) - 1) for one in drawn(2)]
    assert max(errors) < 0.05


def test_a_tokenizer_that_the_estimator_was_made_for_is_left_to_it() -> None:
    draw = random.Random(3)
    found = fit(
        [Sample(one.tokens, one.size, round(one.tokens * draw.uniform(0.96, 1.04))) for one in drawn(1)[:20]]
    )
    assert found.mix == 0
    assert found.ratio == pytest.approx(1.0, abs=0.03)


def test_a_few_bills_say_a_factor_and_no_more() -> None:
    assert fit([Sample(100, 400, 145)] * 8) == Fit(pytest.approx(1.45), 0.0)
    assert fit([]) == Fit(1.0, 0.0)


@pytest.mark.parametrize("broken", ["", "[]", '{"m": "x"}', '{"m": {"tail": [[1, 2]]}}', '{"m": 1.2}', "{"])
def test_a_broken_file_is_none(tmp_path: Path, broken: str) -> None:
    (tmp_path / "calibration.json").write_text(broken)
    assert Calibration(tmp_path).tail("m", Count(500, 1500)) == 500
