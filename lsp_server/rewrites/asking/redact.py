"""Secrets stay on the machine: each becomes a typed placeholder before the text leaves, and comes back in the answer.

The patterns are chosen for precision: the public formats of well-known providers (secrets.toml), what is assigned to or
stands beside a name that says "password", and long random text. A private key is not replaced; it stops the request.
"""

from __future__ import annotations

import itertools
import math
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_PRIVATE_KEY = re.compile(
    r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d|AGE-SECRET-KEY-1[0-9A-Z]{20,}"
)
_PROVIDERS: dict[str, str] = tomllib.loads(
    files("lsp_server.rewrites.asking").joinpath("secrets.toml").read_text("utf-8")
)
_ANY_PROVIDER = re.compile(
    "|".join(
        rf"(?P<{kind}>(?<![A-Za-z0-9_])(?:{pattern})(?![A-Za-z0-9]))" for kind, pattern in _PROVIDERS.items()
    )
)
# No format is shorter than this, so the patterns need to be tried on few places only.
_LONG_RUN = re.compile(r"[A-Za-z0-9_./+=:@%$~-]{16,}")
# Names have no digits and none of these heads, as a rule; the patterns are dear, so most runs are spared them.
_MAYBE = re.compile(r"\d|-|[A-Z]{16}|(?:sk|[rp]k|gh[pousr]|pat|npm|hf|ntn|secret|gsk|r8|fig[duo]|whsec)_")
# `scheme://user:password@host`: only the password is a secret; in `scheme://token@host`, the token.
_URL = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,20}://(?:[^\s:/@\"'{}]{0,80}:(?P<value>[^\s:/@\"'{}$%]{3,120})|(?P<alone>[A-Za-z0-9_-]{20,}))@"
)
# A name that says that its value is a secret, and one that says so only of a value that looks like one.
_SURE = r"(?:pass(?:word|wd|phrase|code)|pwd|secret|token|(?:api|access|private|auth|encryption|signing|master|account)[_ -]?key|apikey|credential)"
_LIKELY = (
    r"(?:(?<![a-z])(?:key|auth|dsn|salt|pat|signature|session|cookie|bearer|pw|pass|webhook)(?![a-z])|_key\b)"
)
_NAMED = re.compile(
    rf"""(?ix) {_SURE}[\w\-]*
        ["'\]]*\s* (?: :\s*[\w.\[\]| ]+ = | :?= | : | == | != | => | (?P<comma>,) )\s* \(?\s* [rbuf]{{0,2}}
        (?P<quote>["'`])(?P<value>[^"'`\n]{{8,}}?)(?P=quote)""",
)
_TELLING = re.compile(rf"(?i){_SURE}|{_LIKELY}")
_SURELY = re.compile(rf"(?i){_SURE}")
# `name: value` without quotes, as notes and environment files have it.
_BARE = re.compile(
    rf"""(?ix) (?:{_SURE}[\w\-]*|{_LIKELY}) \\?["']?\s*(?:[:=]|\bis\b|\s)\s*\\?["']?(?P<value>[^\s"'`,;<>{{}}\[\]\\]{{7,}}[^\s"'`,;<>{{}}\[\]\\)])"""
)
_PARAMETER = re.compile(rf"(?i)[?&][\w-]*(?:{_SURE}|{_LIKELY})[\w-]*=(?P<value>[^\s&\"'`]{{8,}})")
_HEADER = re.compile(r"(?i)\b(?:Bearer|Basic|Token)\s+(?P<value>[^\s\"'`<>{}()\[\]]{8,})")
_LOGIN = re.compile(r"(?:^|\s)(?:-u|--user)[ =][\"']?[^\s:\"']+:(?P<value>[^\s\"']{6,})")
_QUOTED = re.compile(r"""(?P<quote>["'`])(?P<value>[\w+/=.~!#%&*@^$()-]{8,200})(?P=quote)""")
_RUN = re.compile(r"[A-Za-z0-9+/_~-]{16,}={0,2}")
_NOTE = re.compile(r"(?:^|[\s(])(?:#|//|/\*|\*\s)|^\s*[A-Z][A-Z0-9_]*=\S+\s*$|\"\"\"")
# Strings side by side, or joined by `+`: one value in two parts.
_JOINED = re.compile(
    r"""(?P<q>["'`])[^"'`\n]{3,}(?P=q)(?:\s*\+?\s*[rbuf]{0,2}(?P<p>["'`])[^"'`\n]{3,}(?P=p))+"""
)
_PIECE = re.compile(r"""["'`](?P<value>[^"'`\n]{3,})["'`]""")
# A person's folder, at the head of a path or below a mount point: `templates/home/page.html` is none.
_HOME = re.compile(
    r"(?:(?<![\w.}-])(?:/[\w.-]+){0,3}/(?:home|Users)/|(?<![A-Za-z])[A-Za-z]:(?:\\\\|\\|/)Users(?:\\\\|\\|/))"
    r"(?P<value>[A-Za-z0-9._-]+)"
)
_PLACEHOLDER = re.compile(r"__REDACTED_[A-Z0-9_]+?_\d+__")
# A dotted or dashed name, a plain word, a template, a mask, a sentence, an address without a password, or a label such
# as "access_token": no secret, though assigned to one.
_LOOKS_LIKE_CODE = re.compile(
    r"""(?x) ^[A-Za-z_]+(?:[._\-/:][A-Za-z_]+)+$ | .*\{[^{}]+\}.* | ^(?:%\(?\w+\)?s|<.*>|\$\w+|[*x.•]+|[*]+\w+[*]+)$
    | ^(?i:[a-z_\ -]*(?:password|passwd|secret|token|key|credential)[a-z_\ -]*\d?)$
    | ^https?://[^@?]*$ | ^[./]+[\w/.-]+$ | ^[\w.+-]*@[\w.-]+\.\w+$ | ^\w+\(.*\)$ | ^[\d./:,\s]+$
    | ^[A-Za-z]?[a-z]+(?:[A-Z][a-z]+)+$ | ^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$
    | ^%\w+% | ^[^\d]{0,40}%[sYmdHMS][^\d]{0,40}$ | ^[a-z_./*-]*\*[a-z_./*-]*$ | ^(?:user|pass|secret|foo|bar|example)$"""
)
# `0001_api_tokens`, `ISO-8859-1`, `tokens/<int:pk>/`: words and numbers with signs between them.
_WORDS = re.compile(r"^[./<>:_*-]*(?:[A-Za-z]+\d*|\d+)(?:[./<>:_-]+(?:[A-Za-z]+\d*|\d+))+[./<>:_*-]*$")
_PATH = re.compile(r"/[a-z]{3,}/|^[a-z]{2,}/[a-z]{3,}")  # the path of an address, perhaps with a hash in it
_ALPHABET = re.compile(r"(?i)abcdefgh|01234567|(.)\1{5}")
_SHARED_HOMES = frozenset({"shared", "public", "runner", "user", "username", "app", "name", "me", "you"})
_NEAR = 400  # characters: as far as a name tells something; the lines of packed scripts have no end
_BY_PLACE = frozenset({"URL_PASSWORD", "BEARER", "SECRET", "RANDOM", "USER"})


def holds_private_key(text: str) -> bool:
    """Whether the text has the head of a private key, in which case nothing of it may be sent."""
    return _PRIVATE_KEY.search(text) is not None


def entropy(text: str) -> float:
    """Shannon entropy in bits per character."""
    n = len(text)
    return -sum(c / n * math.log2(c / n) for c in Counter(text).values()) if n else 0.0


@dataclass
class Redactor:
    """Replaces secrets, the same secret always by the same placeholder. One per request; the map stays here."""

    secrets: dict[str, str] = field(default_factory=dict)  # placeholder -> secret
    _names: dict[str, str] = field(default_factory=dict)  # secret -> placeholder
    _counts: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, secrets: dict[str, str]) -> Redactor:
        """One that goes on where another stopped: what has a placeholder keeps it, and numbers follow."""
        made = cls(dict(secrets), {secret: name for name, secret in secrets.items()})
        for name in secrets:
            kind, _, number = name.removeprefix("__REDACTED_").removesuffix("__").rpartition("_")
            made._counts[kind] = max(made._counts[kind], int(number) if number.isdigit() else 0)
        return made

    def replace(self, pattern: re.Pattern[str], kind: str, text: str) -> str:
        """The text with every match of the pattern as a placeholder of that kind."""
        return pattern.sub(lambda m: self._placeholder(kind, m.group()), text)

    def redact(self, text: str) -> str:
        """The text without secrets. Numbers follow the order of first appearance, so equal input gives equal bytes."""
        pieces, at = [], 0
        for start, end, kind in _merged(_spans(text)):
            pieces += [text[at:start], self._placeholder(kind, text[start:end])]
            at = end
        return "".join([*pieces, text[at:]]) if pieces else text

    def _placeholder(self, kind: str, secret: str) -> str:
        if secret not in self._names:
            self._counts[kind] += 1
            name = f"__REDACTED_{kind}_{self._counts[kind]}__"
            self._names[secret], self.secrets[name] = name, secret
        return self._names[secret]


def placeholders(text: str) -> Counter[str]:
    """How often each placeholder stands in the text."""
    return Counter(_PLACEHOLDER.findall(text))


def restore(text: str, secrets: dict[str, str]) -> str:
    """The text with the secrets back in their places; unknown placeholders stay."""
    return _PLACEHOLDER.sub(lambda m: secrets.get(m.group(), m.group()), text)


def _spans(text: str) -> list[tuple[int, int, str]]:
    found = [
        (m.start(), m.end(), m.lastgroup or "SECRET")
        for run in _LONG_RUN.finditer(text)
        if _MAYBE.search(run.group())
        for m in _ANY_PROVIDER.finditer(text, run.start(), run.end())
    ]
    found += [
        (*m.span("value" if m["value"] else "alone"), "URL_PASSWORD")
        for m in _URL.finditer(text)
        if _plain_value(m["value"] or m["alone"])
    ]
    found += [(*m.span("value"), "BEARER") for m in _HEADER.finditer(text) if _has_digits(m["value"])]
    found += [(*m.span("value"), "SECRET") for m in _LOGIN.finditer(text) if _plain_value(m["value"])]
    found += [
        (*m.span("value"), "SECRET")
        for m in _PARAMETER.finditer(text)
        if _mixed(m["value"]) and _plain_value(m["value"])
    ]
    found += [
        (*m.span("value"), "SECRET")
        for m in _NAMED.finditer(text)
        if _plain_value(m["value"])
        and not (m["comma"] and (" " in m["value"] or not _mixed(m["value"])))
        and not (" " in m["value"] and not any(c.isdigit() for c in m["value"]))
    ]
    for joined in _JOINED.finditer(text):
        found += _in_parts(text, joined, always=False)
    for start, end in _telling_lines(text):
        found += _beside_a_name(text, start, end)
    found += [(m.start(), m.end(), "RANDOM") for m in _RUN.finditer(text) if _very_random(m.group())]
    found += [
        (*m.span("value"), "USER") for m in _HOME.finditer(text) if m["value"].lower() not in _SHARED_HOMES
    ]
    return [(start, end, kind) for start, end, kind in found if end > start]


def _merged(found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Spans that do not overlap: a known format says the kind, and what only its place gave away may reach further."""
    merged: list[tuple[int, int, str]] = []
    for start, end, kind in sorted(found, key=lambda span: (span[0], span[2] in _BY_PLACE, -span[1])):
        if merged and start < merged[-1][1]:
            first, last, known = merged[-1]
            merged[-1] = first, max(last, end), kind if known in _BY_PLACE else known
        else:
            merged.append((start, end, kind))
    return merged


def _telling_lines(text: str) -> Iterator[tuple[int, int]]:
    """The lines that name a secret, each with the strings that go on below it."""
    done = -1
    for m in _TELLING.finditer(text):
        if m.start() < done:
            continue
        start = max(text.rfind("\n", 0, m.start()) + 1, m.start() - _NEAR)
        end = _line_end(text, m.end())
        while text[end + 1 : _line_end(text, end + 1)].lstrip(" \t+")[:1] in ('"', "'", "`"):
            end = _line_end(text, end + 1)
        yield start, end
        done = end


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return min(len(text) if end < 0 else end, at + _NEAR)


def _beside_a_name(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Values on lines that name a secret: random runs, quoted values of letters and digits, and what a note says."""
    for m in _RUN.finditer(text, start, end):
        if _random(m.group()) and _plain_value(m.group()) and not _WORDS.match(m.group()):
            yield m.start(), m.end(), "SECRET"
    line = text[start:end]
    if _SURELY.search(line):
        for m in _QUOTED.finditer(text, start, end):
            value = m["value"]
            named = value.isidentifier() or _WORDS.match(value) or "://" in value
            if _mixed(value) and _plain_value(value) and (not named or _random(value)):
                yield *m.span("value"), "SECRET"
    for joined in _JOINED.finditer(text, start, end):
        yield from _in_parts(text, joined, always=True)
    if _NOTE.search(line):
        for m in _BARE.finditer(text, start, end):
            if _has_digits(m["value"]) and _plain_value(m["value"]) and not _WORDS.match(m["value"]):
                yield *m.span("value"), "SECRET"


def _in_parts(text: str, joined: re.Match[str], always: bool) -> Iterator[tuple[int, int, str]]:
    """A known format, or with `always` anything random, that was written as several strings."""
    parts = list(_PIECE.finditer(text, *joined.span()))
    whole = "".join(part["value"] for part in parts)
    if " " in whole:
        return
    random = always and _random(whole) and not _WORDS.match(whole)
    if random or _URL.search(whole) or _ANY_PROVIDER.search(whole):
        for part in parts:
            yield *part.span("value"), "SECRET"


def _plain_value(value: str) -> bool:
    """Whether the text can be a value at all: no name, template, mask or placeholder."""
    return not _LOOKS_LIKE_CODE.match(value) and not _PLACEHOLDER.search(value)


def _has_digits(value: str) -> bool:
    """Letters and digits or signs: what no word has."""
    return any(c.isalpha() for c in value) and any(c.isdigit() or c in "!#%&*@^$" for c in value[1:])


def _mixed(value: str) -> bool:
    """Letters with digits, signs or capitals among them, as passwords and keys have them and words have not."""
    return _has_digits(value) or (any(c.isalpha() for c in value) and _switches(value)[0] >= 4)


def _switches(value: str) -> tuple[int, int]:
    """How often neighbours are of different kinds (capital, small, digit, other), and how often one is a digit.
    Underscores are left out: names have them where random text has something else."""
    kinds = [
        "d" if c.isdigit() else "u" if c.isupper() else "l" if c.islower() else "o" for c in value if c != "_"
    ]
    pairs = [(a, b) for a, b in itertools.pairwise(kinds) if a != b]
    return len(pairs), sum("d" in pair for pair in pairs)


def _random(value: str) -> bool:
    """Text of 16 characters or more that no person would choose as a name."""
    switches, digits = _switches(value)
    if _ALPHABET.search(value) or _PATH.search(value):
        return False
    return (digits >= 4 and switches / len(value) >= 0.25) or (digits >= 1 and switches / len(value) >= 0.4)


def _very_random(value: str) -> bool:
    """Text that is random wherever it stands: long, of capitals, small letters and digits all through."""
    if len(value) < 24 or value.isdigit():
        return False
    switches, digits = _switches(value)
    return (
        switches / len(value) >= 0.42
        and digits >= 3
        and any(c.islower() for c in value)
        and any(c.isupper() for c in value)
        and entropy(value) >= 4.0
        and not _ALPHABET.search(value)
        and not _PATH.search(value)
        and not _PLACEHOLDER.search(value)
        and "__" not in value
    )
