"""How many tokens a request has, what it costs, and how the estimate learns from what was billed.

The estimator is a linear model of ten counts over the bytes, fitted on about 700 functions of the Python standard
library against the tokenizer of the Claude 4.7 and 5.x models; on unseen packages its total error was within 2.1 %
and its error per function 3 to 5 % (median). It needs no vocabulary, no network and a fraction of a millisecond.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
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
_FRAME = 6  # tokens of the conversation's own frame
_MARGIN = 1.10  # a preview errs on the dear side


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
class Estimate:
    """Input tokens by part, expected output tokens, and prices in US dollars.

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


def price(
    model: Model, *, frozen: int, module: int, tail: int, function: int, max_output: int, ratio: float = 1.0
) -> Estimate:
    """The estimate for a request whose parts have those many (uncalibrated) tokens; `ratio` is the calibration.

    The output is expected to hold the function once, a little longer, and about 250 tokens of explanation.
    """
    frozen, module, tail = (math.ceil(part * ratio * _MARGIN) for part in (frozen + _FRAME, module, tail))
    output = min(max_output, math.ceil((function * 1.15 + 250) * ratio) + model.allowance)
    # A prefix under the model's minimum is not cached, and no error says so.
    hour = frozen if frozen >= model.minimum else 0
    five = module if module and frozen + module >= model.minimum else 0
    if five and not hour:
        five, hour = frozen + module, 0
    plain = frozen + module + tail - hour - five
    cold = Usage(plain=plain, written_5m=five, written_1h=hour, output=output)
    return Estimate(
        frozen=frozen,
        module=module,
        tail=tail,
        output=output,
        uncached_usd=cost(model, Usage(plain=frozen + module + tail, output=output)),
        cold_usd=cost(model, cold),
        warm_usd=cost(model, Usage(plain=plain, read=hour + five, output=output)),
        worst_usd=cost(model, Usage(plain, five, hour, 0, max_output)),
    )


class Calibration:
    """Per model, what was billed divided by what was estimated: an exponentially weighted mean, kept on disk.

    A missing or broken file is no calibration, not an error; a file that cannot be written is left alone.
    """

    WEIGHT = 0.3
    LOW, HIGH = 0.7, 1.5

    def __init__(self, state_dir: Path | None):
        self._file = state_dir / "calibration.json" if state_dir else None
        self._ratios: dict[str, float] = {}
        with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
            if self._file:
                stored = json.loads(self._file.read_text("utf-8"))
                self._ratios = {str(k): self._clamp(float(v)) for k, v in stored.items()}

    def ratio(self, model: str) -> float:
        return self._ratios.get(model, 1.0)

    def learn(self, model: str, estimated: int, billed: int) -> None:
        """`estimated` is the uncalibrated count of the request that was billed as `billed` input tokens."""
        if estimated <= 0 or billed <= 0:
            return
        seen = self._clamp(billed / estimated)
        old = self._ratios.get(model)
        self._ratios[model] = seen if old is None else (1 - self.WEIGHT) * old + self.WEIGHT * seen
        self._save()

    def _clamp(self, ratio: float) -> float:
        return min(self.HIGH, max(self.LOW, ratio))

    def _save(self) -> None:
        if self._file is None:
            return
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self._file.parent, prefix=".calibration-")
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                json.dump(self._ratios, out, sort_keys=True, indent=1)
            os.replace(temporary, self._file)


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
