"""Two hundred secrets of more than twenty kinds, planted in code, comments and profiles: none stands in a request."""

from __future__ import annotations

import base64
import json
import random
import string
from collections.abc import Callable
from dataclasses import replace

import pytest
from conftest import MODULE, target

from lsp_server.rewrites import ContextPart, Refused, RewriteSettings, prepare
from lsp_server.rewrites.asking.redact import restore

WORDS = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


class Make:
    """Values as the providers make them, the same in every run."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def text(self, n: int, of: str = WORDS) -> str:
        return "".join(self._random.choice(of) for _ in range(n))

    def b64(self, n: int) -> str:
        return base64.b64encode(self._random.randbytes(n)).decode()


# The name it is given, and the value; heads are in two parts, so that no scanner takes this file for a leak.
KINDS: dict[str, tuple[str, Callable[[Make], str]]] = {
    "aws id": ("aws_id", lambda m: "AKIA" + "".join(m.text(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))),
    "aws secret": ("aws_secret_access_key", lambda m: m.text(40, WORDS + "/+")),
    "github": ("gh_token", lambda m: "ghp" + "_" + m.text(36)),
    "gitlab": ("gitlab_token", lambda m: "glpat" + "-" + m.text(20)),
    "slack": ("slack", lambda m: "xoxb" + f"-{m.text(12, HEX[:10])}-{m.text(12, HEX[:10])}-{m.text(24)}"),
    "stripe": ("stripe", lambda m: "sk_live" + "_" + m.text(24)),
    "google": ("google", lambda m: "AIza" + m.text(35)),
    "anthropic": ("claude", lambda m: "sk-ant" + "-api03-" + m.text(93) + "AA"),
    "openai": ("openai", lambda m: "sk-" + m.text(48)),
    "jwt": ("session", lambda m: f"eyJ{m.text(20)}.eyJ{m.text(40)}.{m.text(43)}"),
    "sendgrid": ("mail", lambda m: "SG" + f".{m.text(22)}.{m.text(43)}"),
    "npm": ("npm", lambda m: "npm" + "_" + m.text(36)),
    "pypi": ("pypi", lambda m: "pypi" + "-AgEIcHlwaS5vcmc" + m.text(80)),
    "hugging face": ("hf", lambda m: "hf" + "_" + m.text(34)),
    "telegram": ("bot", lambda m: m.text(10, "123456789") + ":AA" + m.text(33)),
    "vault": ("vault", lambda m: "hvs" + "." + m.text(90)),
    "atlassian": ("jira", lambda m: "ATATT3" + m.text(180)),
    "figma": ("figma", lambda m: "figd" + "_" + m.text(40)),
    "password": ("db_password", lambda m: "pQ7" + m.text(9, WORDS + "!#%&*")),
    "hex": ("SECRET_KEY", lambda m: m.text(64, HEX)),
    "django": ("SECRET_KEY", lambda m: "django-insecure-x7" + m.text(48, HEX + "!@#$%^&*(-_=+)")),
    "fernet": ("FERNET_KEY", lambda m: m.b64(32)),
    "uuid": ("api_key", lambda m: "-".join(m.text(n, HEX) for n in (8, 4, 4, 4, 12))),
    "database": ("url", lambda m: f"postgres://app:{m.text(14)}@db:5432/shop"),
    "queue": ("broker", lambda m: f"amqp://guest:{m.text(12)}@mq/"),
}  # fmt: skip
FORMS = {
    "assigned": '{name} = "{value}"',
    "typed": "{name}: str = '{value}'",
    "an argument": 'client = Client({name}="{value}")',
    "an item": 'settings["{name}"] = "{value}"',
    "a default": '{name} = os.getenv("{name}", "{value}")',
    "a comment": "# the old {name}: {value}",
    "a comment behind code": "x = 1  # {name}={value}",
    "two strings": '{name} = ("{head}"\n        "{rest}")',
}


def planted() -> list[tuple[str, str, str]]:
    """(kind and form, line, secret)."""
    make, found = Make(7), []
    for kind, (name, value_of) in KINDS.items():
        for form, line in FORMS.items():
            value = value_of(make)
            half = len(value) // 2
            text = line.format(name=name, value=value, head=value[:half], rest=value[half:])
            found.append((f"{kind}, {form}", text, value))
    return found


def kept(secret: str, sent: str) -> bool:
    """Whether a run of the secret that would help anybody is in what is sent."""
    if "://" in secret:
        secret = secret.split(":")[2].split("@")[0]
    size = max(8, len(secret) // 2 - 4)
    return any(secret[at : at + size] in sent for at in range(len(secret) - size + 1))


PLANTED = planted()


def test_there_are_two_hundred() -> None:
    assert len(PLANTED) >= 200
    assert len(KINDS) >= 20


@pytest.mark.parametrize("place", ["code", "context", "profile", "notes", "message"])
def test_no_planted_secret_leaves(place: str) -> None:
    leaks = []
    for name, line, secret in PLANTED:
        asked = target()
        if place == "code":
            asked = target(text=MODULE.replace("    out = []\n", f"    out = []\n    {line}\n", 1))
        elif place == "context":
            part = ContextPart("shop/models.py", "model Order", f"class Order:\n    {line}\n")
            asked = replace(asked, module=(part,))
        elif place == "profile":
            asked = replace(asked, profile=f"120 calls, 0.5 s: pair({line})")
        elif place == "notes":
            asked = replace(asked, guidelines=f"Deploy with\n{line}\n")
        else:
            finding = replace(asked.findings[0], message=f"found in {line}".replace("\n", " "))
            asked = replace(asked, findings=(finding,))
        prepared = prepare(asked, RewriteSettings())
        sent = json.loads(json.dumps(prepared.body))
        if kept(secret, str(sent)):
            leaks.append(f"{name}: {line}")
        if place == "code":
            assert restore(prepared.function, prepared.redacted) == asked.function
    assert leaks == []


@pytest.mark.parametrize(
    "relative",
    [".env", "shop/.env.local", "deploy/prod.env", "keys/server.pem", ".ssh/config", "shop/secrets.py", ".envrc",
     "credentials.json", "settings/local_secrets.yaml", "terraform.tfvars", "kubeconfig", "id_rsa", "shop/.netrc"],
)  # fmt: skip
def test_files_that_are_secrets_are_never_sent(relative: str) -> None:
    with pytest.raises(Refused) as caught:
        prepare(target(relative=relative), RewriteSettings())
    assert caught.value.reason == "ignored-file"
    part = ContextPart(relative, "function load", "def load():\n    return 'THE CONTENT'\n")
    prepared = prepare(target(module=(part,), own=(part,)), RewriteSettings())
    assert "THE CONTENT" not in str(prepared.body)
    assert any(relative in reason for reason in prepared.left_out)


def test_marks_that_hide_text_are_not_sent() -> None:
    hidden = "\u202e\u200b\u2066\u061c\u180e\u3164\U000e0041\U000e0100"
    part = ContextPart("shop/models.py", "model Order", f"class Order:  # a{hidden}b\n    pass\n")
    text = MODULE.replace("    out = []\n", f"    out = []  # {hidden}\n", 1)
    prepared = prepare(target(text=text, module=(part,)), RewriteSettings())
    assert not any(mark in json.dumps(prepared.body, ensure_ascii=False) for mark in hidden)
    assert any("invisible" in warning for warning in prepared.warnings)
