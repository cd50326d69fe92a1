"""Secrets stay on the machine: each becomes a typed placeholder before the text leaves, and comes back in the answer.

The patterns are chosen for precision: the public formats of well-known providers, assignments to names that say
"password", and long random strings that are assigned to something. A private key is not replaced; it stops the request.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field

_PRIVATE_KEY = re.compile(
    r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d|AGE-SECRET-KEY-1[0-9A-Z]{20,}"
)

# Kind and format, most specific first. Sources: the providers' own documentation of their token prefixes.
_PROVIDERS: tuple[tuple[str, str], ...] = (
    ("ANTHROPIC_KEY", r"sk-ant-[A-Za-z0-9_-]{16,}"),
    ("OPENAI_KEY", r"sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,}"),
    ("STRIPE_KEY", r"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}"),
    ("STRIPE_WEBHOOK", r"whsec_[A-Za-z0-9+/=]{20,}"),
    ("API_KEY", r"sk-[A-Za-z0-9]{20,}"),
    ("AWS_KEY", r"(?:AKIA|ASIA|AROA|AIDA|ABIA|ACCA)[A-Z2-7]{16}"),
    ("GITHUB_TOKEN", r"gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{22,}"),
    ("GITLAB_TOKEN", r"gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas|soat)-[A-Za-z0-9_-]{20,}"),
    ("SLACK_TOKEN", r"xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-\d-[A-Za-z0-9-]{10,}"),
    ("SLACK_WEBHOOK", r"https://hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]{20,}"),
    ("DISCORD_WEBHOOK", r"https://discord(?:app)?\.com/api/webhooks/\d+/[A-Za-z0-9_-]{20,}"),
    ("GOOGLE_KEY", r"AIza[A-Za-z0-9_-]{35}"),
    ("GOOGLE_SECRET", r"GOCSPX-[A-Za-z0-9_-]{20,}"),
    ("GOOGLE_TOKEN", r"ya29\.[A-Za-z0-9_-]{20,}"),
    ("SENDGRID_KEY", r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    ("TWILIO_KEY", r"(?:SK|AC)[0-9a-f]{32}"),
    ("MAILGUN_KEY", r"key-[0-9a-f]{32}"),
    ("MAILCHIMP_KEY", r"[0-9a-f]{32}-us\d{1,2}"),
    ("NPM_TOKEN", r"npm_[A-Za-z0-9]{30,}"),
    ("PYPI_TOKEN", r"pypi-[A-Za-z0-9_-]{30,}"),
    ("RUBYGEMS_KEY", r"rubygems_[0-9a-f]{40,}"),
    ("DOCKER_TOKEN", r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}"),
    ("HUGGINGFACE_TOKEN", r"hf_[A-Za-z0-9]{30,}"),
    ("DIGITALOCEAN_TOKEN", r"do[opr]_v1_[0-9a-f]{60,}"),
    ("HEROKU_KEY", r"HRKU-[A-Za-z0-9_-]{30,}"),
    ("LINEAR_KEY", r"lin_api_[A-Za-z0-9]{30,}"),
    ("NOTION_TOKEN", r"(?:secret|ntn)_[A-Za-z0-9]{40,}"),
    ("SHOPIFY_TOKEN", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{30,}"),
    ("SQUARE_TOKEN", r"sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{20,}"),
    ("TELEGRAM_TOKEN", r"\d{8,10}:AA[A-Za-z0-9_-]{32,}"),
    ("DATABRICKS_TOKEN", r"dapi[0-9a-f]{32}"),
    ("GRAFANA_TOKEN", r"glsa_[A-Za-z0-9]{30,}_[0-9a-f]{8}|glc_[A-Za-z0-9+/=]{30,}"),
    ("VAULT_TOKEN", r"hv[sbr]\.[A-Za-z0-9_-]{24,}"),
    ("AZURE_KEY", r"(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,}={0,2}"),
    ("SENTRY_TOKEN", r"sntry[su]_[A-Za-z0-9_=+/-]{30,}"),
    ("NEWRELIC_KEY", r"NRAK-[A-Z0-9]{25,}"),
    ("POSTMAN_KEY", r"PMAK-[0-9a-f]{24}-[0-9a-f]{30,}"),
    ("JWT", r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"),
)
_ANY_PROVIDER = re.compile(
    "|".join(rf"(?P<{kind}>(?<![A-Za-z0-9_])(?:{pattern})(?![A-Za-z0-9]))" for kind, pattern in _PROVIDERS)
)
# No format is shorter than this, so forty patterns need to be tried on few places only.
_LONG_RUN = re.compile(r"[A-Za-z0-9_./+=:-]{16,}")
# `scheme://user:password@host`: only the password is a secret.
_URL = re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@\"'{}]{0,80}:(?P<value>[^\s:/@\"'{}$%]{3,120})@")
_NAMED = re.compile(
    r"""(?ix) (?:password|passwd|passphrase|pwd|secret|token|api_?key|apikey|access_?key|private_?key|auth_?key|credential)[\w\-]*
        ["'\]]*\s* (?: :\s*[\w.\[\]| ]+ = | :=? | == | != | => | = | (?P<comma>,) )\s* [rbuf]{0,2}
        (?P<quote>["'`])(?P<value>[^"'`\n]{8,}?)(?P=quote)""",
)
_HEADER = re.compile(r"(?i)\b(?:Bearer|Basic)\s+(?P<value>[A-Za-z0-9+/_.~-]{16,}={0,2})")
_ASSIGNED = re.compile(r"""[=:]\s*[rbuf]{0,2}(?P<quote>["'`])(?P<value>[A-Za-z0-9+/=_\-.~]{24,})(?P=quote)""")
_HOME = re.compile(r"(?:/home/|/Users/|[A-Za-z]:(?:\\\\|\\|/)Users(?:\\\\|\\|/))(?P<value>[A-Za-z0-9._-]+)")
_PLACEHOLDER = re.compile(r"__REDACTED_[A-Z0-9_]+?_\d+__")
# A dotted or dashed name, a template, a mask, or a label such as "access_token": no secret, though assigned to one.
_LOOKS_LIKE_CODE = re.compile(
    r"""(?ix) ^[a-z]+(?:[._\-/][a-z]+)+$ | .*\{[^{}]+\}.* | ^(?:%\(?\w+\)?s|<.*>|\$\w+|\*+|x+|\.+)$
    | ^[a-z_\ -]*(?:password|passwd|secret|token|key|credential)[a-z_\ -]*$"""
)
_ALPHABET = re.compile(r"(?i)abcdefgh|01234567")
_SHARED_HOMES = frozenset({"shared", "public", "runner", "user", "username", "app", "name", "me", "you"})
_BY_PLACE = frozenset({"URL_PASSWORD", "BEARER", "SECRET", "RANDOM", "USER"})
_ENTROPY = 4.5  # bits per character; English prose and identifiers stay below


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

    def replace(self, pattern: re.Pattern[str], kind: str, text: str) -> str:
        """The text with every match of the pattern as a placeholder of that kind."""
        return pattern.sub(lambda m: self._placeholder(kind, m.group()), text)

    def redact(self, text: str) -> str:
        """The text without secrets. Numbers follow the order of first appearance, so equal input gives equal bytes."""
        found = sorted(_spans(text), key=lambda span: (span[0], span[2] in _BY_PLACE, -span[1]))
        pieces, at = [], 0
        for start, end, kind in found:
            if start < at:
                continue  # inside a span that an earlier, longer match has already replaced
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
        for m in _ANY_PROVIDER.finditer(text, run.start(), run.end())
    ]
    found += [(*m.span("value"), "URL_PASSWORD") for m in _URL.finditer(text)]
    found += [(*m.span("value"), "BEARER") for m in _HEADER.finditer(text)]
    found += [
        (*m.span("value"), "SECRET")
        for m in _NAMED.finditer(text)
        if not _LOOKS_LIKE_CODE.match(m["value"])
        and not _PLACEHOLDER.search(m["value"])
        and not (m["comma"] and " " in m["value"])
    ]
    found += [
        (*m.span("value"), "RANDOM")
        for m in _ASSIGNED.finditer(text)
        if entropy(m["value"]) >= _ENTROPY
        and not _ALPHABET.search(m["value"])
        and not _PLACEHOLDER.search(m["value"])
    ]
    found += [
        (*m.span("value"), "USER") for m in _HOME.finditer(text) if m["value"].lower() not in _SHARED_HOMES
    ]
    return [(start, end, kind) for start, end, kind in found if end > start]
