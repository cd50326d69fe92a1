"""How many tokens a request has, and what it costs.

The estimator is a linear model of ten counts over the bytes, fitted on about 700 functions of the Python standard
library against the tokenizer of the Claude 4.7 and 5.x models; on unseen packages its total error was within 2.1 %
and its error per function 3 to 5 % (median). It needs no vocabulary, no network and a fraction of a millisecond.
"""

from __future__ import annotations

import hashlib
import math
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lsp_server.rewrites.asking.route import Model
from lsp_server.rewrites.contract import Usage

_LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = b"0123456789"
_SPACE = b" \t\r\n\f\v"
_WORDS = re.compile(rb"[A-Za-z]+").findall
_RUNS = re.compile(rb" {2,}").findall
_CAMEL = re.compile(rb"[a-z][A-Z]|[A-Z]{2,}").findall
_LONG = re.compile(rb"[A-Za-z]{8,}").findall
# words, letters, digits, other visible bytes, newlines, runs of spaces, camel humps, long words, underscores, constant
_COEFFICIENTS = (0.893, 0.094, 0.888, 0.982, -0.965, 3.281, 2.506, 1.112, -0.197, -3.203)
_OLD_TOKENIZER = 1 / 1.27  # the older models' tokenizer counts 27 % less on the same source
_MARGIN = 1.10  # prices that are told before err on the dear side; token counts do not
BYTES_PER_TOKEN = 2.76  # of source code with the present tokenizer, on average


def estimate_tokens(text: str, tokenizer: str = "new") -> int:
    """Tokens of a piece of source or prose, for the "new" (4.7 and later) or the "old" tokenizer."""
    data = text.encode("utf-8", "replace")
    n = len(data)
    letters, digits, space = (n - len(data.translate(None, chars)) for chars in (_LETTERS, _DIGITS, _SPACE))
    counts = (
        len(_WORDS(data)),
        letters,
        digits,
        n - letters - digits - space,
        data.count(b"\n"),
        len(_RUNS(data)),
        len(_CAMEL(data)),
        len(_LONG(data)),
        data.count(b"_"),
        1,
    )
    total = sum(k * c for k, c in zip(_COEFFICIENTS, counts, strict=True))
    return max(1, round(total * (1.0 if tokenizer == "new" else _OLD_TOKENIZER))) if text else 0


@dataclass(frozen=True, slots=True)
class Count:
    """Texts by their estimated tokens, before calibration, and their bytes."""

    tokens: int = 0
    size: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.tokens + other.tokens, self.size + other.size)


def count(text: str, tokenizer: str = "new") -> Count:
    return Count(estimate_tokens(text, tokenizer), len(text.encode("utf-8", "replace")))


def prose(text: str, tokenizer: str = "new") -> Count:
    """Of instructions, notes and schemas, by their bytes: the estimator knows source, which has 2.76 bytes a token, and the
    documentation says 2.5 characters of text in general. The first bill says it exactly."""
    size = len(text.encode("utf-8", "replace"))
    return Count(round(size / BYTES_PER_TOKEN * (1.0 if tokenizer == "new" else _OLD_TOKENIZER)), size)


# What the API adds on its own: the frame of a conversation, and the preamble of tools (286 to 496 by the model).
FRAME = Count(6, 17)
TOOLS_PREAMBLE = Count(300, 828)


@dataclass(frozen=True, slots=True)
class Estimate:
    """Input tokens by part, expected output tokens, and prices in US dollars, which err on the dear side.

    `uncached_usd` as if nothing were ever cached; `cold_usd` the first request, which writes the cache; `warm_usd`
    with prefix and module cached; `worst_usd` cold with every output token that is allowed.
    """

    frozen: int
    module: int
    tail: int
    output: int
    uncached_usd: float
    cold_usd: float
    warm_usd: float
    worst_usd: float

    @property
    def input(self) -> int:
        return self.frozen + self.module + self.tail

    def title(self) -> str:
        """For the title of a code action."""
        low, high = sorted((dollars(self.warm_usd), dollars(self.cold_usd)), key=lambda d: float(d[1:]))
        price = low if low == high else f"{low} to {high}"
        return f"≈ {self.input + self.output:,} tokens, {price}"


def dollars(amount: float) -> str:
    """A price a person can read: two significant digits below a cent, else tenths of a cent."""
    if 0 < amount < 0.01:
        return f"${amount:.{1 - math.floor(math.log10(amount))}f}"
    return f"${amount:.3f}" if amount < 1 else f"${amount:.2f}"


def cost(model: Model, usage: Usage) -> float:
    """US dollars for those tokens at list price."""
    factor = model.long_factor if model.long_prompt and usage.input > model.long_prompt else 1.0
    total = (
        usage.plain * model.input
        + usage.written_5m * model.write_5m
        + usage.written_1h * model.write_1h
        + usage.read * model.read
        + usage.output * model.output
    )
    return factor * total / 1_000_000


def price(model: Model, *, frozen: int, module: int, tail: int, output: int, max_output: int) -> Estimate:
    """The estimate for a request whose parts have those many tokens, calibrated already."""
    output = min(max_output, output + model.allowance)
    # A prefix under the model's minimum is not cached, and no error says so.
    hour = frozen if frozen >= model.minimum else 0
    five = module if module and frozen + module >= model.minimum else 0
    if five and not hour:
        five, hour = frozen + module, 0
    plain = frozen + module + tail - hour - five

    def dear(written: int, **cached: int) -> float:
        dearer = {name: math.ceil(tokens * _MARGIN) for name, tokens in cached.items()}
        return cost(model, Usage(output=written, **dearer))

    return Estimate(
        frozen=frozen,
        module=module,
        tail=tail,
        output=output,
        uncached_usd=dear(output, plain=frozen + module + tail),
        cold_usd=dear(output, plain=plain, written_5m=five, written_1h=hour),
        warm_usd=dear(output, plain=plain, read=hour + five),
        worst_usd=dear(max_output, plain=plain, written_5m=five, written_1h=hour),
    )


def rewritten(function: int) -> int:
    """The tokens of an answer: the function once, a little longer, and about 250 tokens of explanation."""
    return math.ceil(function * 1.15 + 250)


# tiktoken names the file of a vocabulary after the SHA-1 of its URL. Loading one that is not there downloads it with
# no time limit, so it is looked for before tiktoken is ever imported.
_O200K = "fb374d419588a4632f3f557e76b4b70aebbca790"
_O200K_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
_O200K_TO_CLAUDE = 1.526  # fitted on the same functions as the estimator above


def local_vocabulary(environ: Mapping[str, str]) -> Path | None:
    """Where tiktoken would find o200k_base without a download; None when it would have to fetch it."""
    folder = environ.get("TIKTOKEN_CACHE_DIR", environ.get("DATA_GYM_CACHE_DIR"))
    if folder == "":
        return None
    place = Path(folder) if folder else Path(tempfile.gettempdir()) / "data-gym-cache"
    file = place / _O200K
    try:
        matches = hashlib.sha256(file.read_bytes()).hexdigest() == _O200K_SHA256
    except OSError:
        return None
    return file if matches else None  # a damaged file would be deleted and downloaded again


def second_opinion(text: str, environ: Mapping[str, str]) -> int | None:
    """The tokens of `text` by tiktoken's o200k_base, scaled to Claude; None without a vocabulary on the machine.

    Slow the first time (seconds) and less exact than the estimator on Python source: for reports, not for the editor.
    """
    if local_vocabulary(environ) is None:
        return None
    import tiktoken

    return round(
        len(tiktoken.get_encoding("o200k_base").encode(text, disallowed_special=())) * _O200K_TO_CLAUDE
    )
