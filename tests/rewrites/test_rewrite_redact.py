"""Secrets: which are found, that ordinary code is left alone, and that they come back."""

from __future__ import annotations

from pathlib import Path

import pytest

from lsp_server.rewrites.asking.redact import Redactor, entropy, holds_private_key, placeholders, restore

# Written in two parts, so that no scanner takes this file for a leak.
SECRETS = {
    "ANTHROPIC_KEY": ("sk-ant", "-api03-abcdefghijklmnop"),
    "OPENAI_KEY": ("sk-proj", "-abcdefghijklmnopqrstuvwx"),
    "STRIPE_KEY": ("sk_live", "_4eC39HqLyjWDarjtT1zdp7dc"),
    "AWS_KEY": ("AKIA", "IOSFODNN7EXAMPLE"),
    "GITHUB_TOKEN": ("ghp", "_abcdefghijklmnopqrstuvwxyz0123456789"),
    "GITLAB_TOKEN": ("glpat", "-abcdefghij0123456789"),
    "SLACK_TOKEN": ("xoxb", "-123456789012-abcdefghijkl"),
    "GOOGLE_KEY": ("AIza", "SyA0123456789abcdefghijklmnopqrstuv"),
    "NPM_TOKEN": ("npm", "_abcdefghijklmnopqrstuvwxyz0123456789"),
    "TELEGRAM_TOKEN": ("123456789", ":AAabcdefghijklmnopqrstuvwxyz0123456"),
    "JWT": ("eyJhbGciOiJIUzI1NiJ9", ".eyJzdWIiOiIxMjM0NTY3ODkwIn0.abcdefghijklmnop"),
}


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize("form", ['x = "{}"', "# see {} for more", "call({!r}, 1)", 'f"Bearer {}"'])
def test_a_known_kind_of_secret_is_replaced(kind: str, form: str) -> None:
    secret = "".join(SECRETS[kind])
    text = form.format(secret)
    redactor = Redactor()
    sent = redactor.redact(text)
    assert secret not in sent
    assert restore(sent, redactor.secrets) == text
    assert f"__REDACTED_{kind}_1__" in sent


@pytest.mark.parametrize(
    "text",
    [
        'password = "hunter2hunter2"',
        'PASSWORD: str = "hunter2hunter2"',
        "config['db_password'] = 'hunter2hunter2'",
        '{"api_key": "hunter2hunter2"}',
        'connect(password="hunter2hunter2")',
        'os.environ.setdefault("SECRET_KEY", "hunter2hunter2")',
        'const apiKey = "hunter2hunter2";',
        'secretToken: "hunter2hunter2",',
        'url = "postgres://app:hunter2hunter2@db:5432/x"',
        'headers = {"Authorization": "Basic aHVudGVyMjpodW50ZXIy"}',
        'password = "correct hunter2hunter2 battery"',
        'if token == "hunter2hunter2":',
        'value = "Zx9Qp2Lm7Rt4Vw8Ks1Nd6Hf3Jg5Bc0Ya"',
    ],
)
def test_a_secret_by_its_place_is_replaced(text: str) -> None:
    redactor = Redactor()
    sent = redactor.redact(text)
    assert "hunter2" not in sent
    assert "Zx9Qp2" not in sent
    assert "aHVudGVyMjpodW50ZXIy" not in sent
    assert restore(sent, redactor.secrets) == text


@pytest.mark.parametrize(
    "text",
    [
        "password = request.POST['password']",
        'token = get_token("shop.settings")',
        'path = "shop/templates/orders/list.html"',
        'name = "an_ordinary_snake_case_identifier_of_length"',
        'sql = "SELECT id, name FROM users WHERE id = %s"',
        "tokens = [t for t in tokens if t.kind == 'name']",
        'url = "https://example.com/a/b?c=d"',
        'digest = "sha256"',
        "password_field = 'password'",
        'api_key = "{api_key}"',
        'template = "shop/home/summary2.html"',
        'url = f"{base}/home/latest2"',
        'link = f"{BASE_URL}/register?token={invite.token4}"',
    ],
)
def test_ordinary_code_is_left_alone(text: str) -> None:
    assert Redactor().redact(text) == text


def test_our_own_source_is_left_alone() -> None:
    """No false alarm in a few thousand lines (the tables of formats themselves excepted)."""
    found: dict[str, str] = {}
    for file in sorted((Path(__file__).parents[2] / "lsp_server").rglob("*.py")):
        if file.name != "redact.py":
            redactor = Redactor()
            redactor.redact(file.read_text("utf-8"))
            found |= {f"{file.name}: {kind}": secret for kind, secret in redactor.secrets.items()}
    assert found == {}


def test_the_same_secret_has_one_name_and_numbers_follow_the_text() -> None:
    first, second = "AKIA" + "A" * 16, "AKIA" + "B" * 16
    text = f'a = "{second}"; b = "{first}"; c = "{second}"'
    one, two = Redactor(), Redactor()
    sent = one.redact(text)
    assert sent == 'a = "__REDACTED_AWS_KEY_1__"; b = "__REDACTED_AWS_KEY_2__"; c = "__REDACTED_AWS_KEY_1__"'
    assert two.redact(text) == sent
    assert placeholders(sent) == {"__REDACTED_AWS_KEY_1__": 2, "__REDACTED_AWS_KEY_2__": 1}
    assert one.redact(sent) == sent


@pytest.mark.parametrize(
    "path",
    [
        "/home/anna/data.csv",
        r"C:\Users\Anna\x",
        "/var/home/anna/x",
        "/mnt/c/Users/anna/x",
        "file:///home/anna/x",
    ],
)
def test_a_user_name_in_a_path_is_replaced(path: str) -> None:
    redactor = Redactor()
    assert "anna" not in redactor.redact(f'open(r"{path}")').lower()
    assert len(redactor.secrets) == 1


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "])
def test_private_keys_are_seen(kind: str) -> None:
    assert holds_private_key(f"x = '-----BEGIN {kind}" + "PRIVATE KEY-----'")
    assert not holds_private_key("-----BEGIN CERTIFICATE-----")


def test_entropy_is_in_bits_per_character() -> None:
    assert entropy("") == 0
    assert entropy("aaaa") == 0
    assert entropy("abcd") == 2
