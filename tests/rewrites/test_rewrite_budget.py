"""Tokens and money: the estimate, the price, and what is learnt from the bill."""

from __future__ import annotations

import hashlib
import socket
from pathlib import Path

import pytest
from conftest import MODULE

from lsp_server.rewrites import Usage, doctor, dollars
from lsp_server.rewrites.asking.budget import cost, estimate_tokens, local_vocabulary, price, second_opinion
from lsp_server.rewrites.asking.route import model_named, models

SONNET = model_named("claude-sonnet-5-5")


def test_the_estimator_is_the_fitted_one() -> None:
    # The ten counts of this text by hand: words 3, letters 13, digits 1, others 5, newline 1, runs 1, long words 0,
    # underscores 0, humps 0.
    text = "def pay(x):\n    return 1"
    words, letters, digits, others, newlines, runs = 4, 13, 1, 3, 1, 1
    by_hand = (
        0.893 * words
        + 0.094 * letters
        + 0.888 * digits
        + 0.982 * others
        - 0.965 * newlines
        + 3.281 * runs
        - 3.203
    )
    assert estimate_tokens(text) == max(1, round(by_hand))
    assert estimate_tokens("") == 0


def test_the_old_tokenizer_counts_less() -> None:
    assert estimate_tokens(MODULE, "old") == pytest.approx(estimate_tokens(MODULE) / 1.27, abs=1)


def test_the_estimate_is_near_the_bytes_per_token_of_source() -> None:
    source = (Path(__file__).parents[2] / "lsp_server" / "rewrites" / "asking" / "request.py").read_text()
    assert estimate_tokens(source) == pytest.approx(len(source.encode()) / 2.76, rel=0.15)


def test_the_price_of_a_request_is_that_of_the_published_example() -> None:
    # 6k prefix, 6k module, 2k tail, 2k output on Sonnet 5.5: 0.048 uncached, 0.063 cold, 0.0252 warm.
    usage = {
        "uncached": Usage(plain=14_000, output=2000),
        "cold": Usage(plain=2000, written_5m=6000, written_1h=6000, output=2000),
        "warm": Usage(plain=2000, read=12_000, output=2000),
    }
    assert {k: round(cost(SONNET, u), 6) for k, u in usage.items()} == {
        "uncached": 0.048,
        "cold": 0.063,
        "warm": 0.0252,
    }
    haiku = model_named("cheap")
    assert cost(haiku, Usage(plain=150_000)) == pytest.approx(0.075)  # a long prompt costs five times as much


def test_an_estimate_is_ordered_and_its_prices_are_on_the_dear_side() -> None:
    estimate = price(SONNET, frozen=4000, module=600, tail=400, output=500, max_output=8000)
    assert estimate.warm_usd < estimate.uncached_usd < estimate.cold_usd < estimate.worst_usd
    assert estimate.input == 5000
    assert estimate.uncached_usd == pytest.approx(cost(SONNET, Usage(plain=5500, output=500)))
    assert estimate.title().startswith("≈ 5,500 tokens, $")


def test_a_prefix_under_the_minimum_is_priced_as_uncached() -> None:
    estimate = price(
        model_named("claude-haiku-4-5"), frozen=2000, module=500, tail=100, output=300, max_output=1000
    )
    assert estimate.warm_usd == estimate.cold_usd == estimate.uncached_usd


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0.0, "$0.000"), (0.00042, "$0.00042"), (0.0252, "$0.025"), (0.5, "$0.500"), (2.0, "$2.00")],
)
def test_prices_are_readable(amount: float, text: str) -> None:
    assert dollars(amount) == text


def test_every_model_has_a_whole_row() -> None:
    for model in models().values():
        assert model.read < model.input <= model.write_5m < model.write_1h < model.output
        assert model.max_output <= model.window


def test_tiktoken_is_never_allowed_to_download(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: object) -> None:
        raise AssertionError("something went to the network")

    monkeypatch.setattr(socket, "create_connection", connect)
    monkeypatch.setattr(socket, "getaddrinfo", connect)
    environ = {"TIKTOKEN_CACHE_DIR": str(tmp_path)}
    assert second_opinion("text", environ) is None
    assert second_opinion("text", {"TIKTOKEN_CACHE_DIR": ""}) is None
    name = hashlib.sha1(
        b"https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
    ).hexdigest()
    (tmp_path / name).write_bytes(b"damaged")
    assert local_vocabulary(environ) is None  # tiktoken would delete it and download another


def test_doctor_shows_no_secret(tmp_path: Path) -> None:
    rows = dict(doctor({"ANTHROPIC_API_KEY": "sk-ant-very-secret", "TIKTOKEN_CACHE_DIR": str(tmp_path)}))
    assert rows["Claude key"] == "set"
    assert "very-secret" not in str(rows)
    assert "ANTHROPIC_API_KEY" in dict(doctor({}))["Claude key"]
