"""The commands beside `check`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cli_project import FINE, SLOW, Bigo


def test_the_version_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom lsp_server.cli import main\n"
        "try:\n    main(['--version'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'pygls', 'lsprotocol', 'anthropic', 'tree_sitter', 'tiktoken', 'rich', 'asyncio', 'analyzers'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    version, heavy = done.stdout.splitlines()
    assert version.startswith("bigo ")
    assert heavy == "[]"


def test_without_a_command_the_help_is_shown(bigo: Bigo) -> None:
    done = bigo()
    assert (done.status, done.out) == (2, "")
    for command in (
        "check",
        "complexity",
        "rewrite",
        "explain",
        "rules",
        "profile",
        "stats",
        "doctor",
        "server",
    ):
        assert command in done.err


def test_an_unknown_command_is_an_error(bigo: Bigo) -> None:
    done = bigo("chek")
    assert (done.status, done.out) == (2, "")
    assert "chek" in done.err


def test_rules_are_listed_and_explained(bigo: Bigo) -> None:
    rules = bigo("rules", "--format", "json").json["rules"]
    names = [rule["name"] for rule in rules]
    assert {"nested-scan", "membership-in-list", "query-in-loop", "lazy-relation-in-loop"} <= set(names)
    for rule in rules:
        page = bigo("explain", rule["name"])
        assert page.status == 0
        assert rule["summary"] in page.out
        assert rule["bad"]
        assert rule["good"]
        for example in (*rule["bad"], *rule["good"]):
            assert example["code"].strip("\n") in page.out
    assert [line.split()[0] for line in bigo("rules").out.splitlines()] == names


def test_explaining_an_unknown_rule_names_the_near_one(bigo: Bigo) -> None:
    done = bigo("explain", "nested-scans")
    assert done.status == 2
    assert "did you mean nested-scan?" in done.err


def test_doctor_says_what_works_and_never_prints_the_key(bigo: Bigo) -> None:
    secret = "sk-ant-api03-" + "x" * 40
    for form in ("text", "json"):
        done = bigo("doctor", "--format", form, ANTHROPIC_API_KEY=secret)
        assert done.status == 0
        assert secret not in done.out + done.err
        assert "x" * 8 not in done.out
        for what in ("python", "grammar python", "grammar tsx", "cache folder", "git", "pygls"):
            assert what in done.out


def test_doctor_finds_a_folder_it_cannot_use_and_a_wrong_setting(project: Path, bigo: Bigo) -> None:
    (project / "pyproject.toml").write_text("[tool.bigo.analysis]\nmax-file-size = -1\n")
    (project / "file").touch()
    done = bigo("doctor", XDG_CACHE_HOME=str(project / "file"))
    assert done.status == 1
    assert "BAD cache folder" in done.out
    assert "max-file-size: -1 is not a whole number, 1000 or more" in done.out


def test_stats_of_a_fresh_machine(bigo: Bigo) -> None:
    assert bigo("stats").out == "No rewrites in the last 30 days.\n"
    assert bigo("stats", "--format", "json").json["requests"] == 0


def test_stats_are_written_as_a_page(project: Path, bigo: Bigo) -> None:
    done = bigo("stats", "--days", "7", "--html", "costs.html")
    assert (done.status, done.out) == (0, "")
    assert "page written to costs.html" in done.err
    assert "The last 7 days" in (project / "costs.html").read_text()
    assert bigo("stats", "--html", "no/such/folder.html").status == 2
    assert bigo("stats", "--days", "0").status == 2


def test_a_profile_is_shown_hottest_first(bigo: Bigo, example: Path) -> None:
    shown = bigo("profile", "show", str(example / "profile.prof"), "--format", "json").json
    shares = [one["self_share"] for one in shown["functions"]]
    assert shares == sorted(shares, reverse=True)
    assert (shown["functions"][0]["name"], shown["functions"][0]["file"]) == (
        "spending_by_customer",
        "reports/customers.py",
    )
    assert "spending_by_customer" in bigo("profile", "show", str(example / "profile.prof")).out


@pytest.mark.parametrize("content", [b"", b"hello", b"\x80\x04\x95."])
def test_a_profile_that_is_none_is_an_error(project: Path, bigo: Bigo, content: bytes) -> None:
    (project / "x.prof").write_bytes(content)
    (project / "slow.py").write_text(SLOW)
    for command in (["profile", "show", "x.prof"], ["check", "--profile", "x.prof"]):
        done = bigo(*command)
        assert (done.status, done.out) == (2, "")
        assert "x.prof" in done.err
        assert "Traceback" not in done.err


def test_a_profile_that_is_not_there_is_an_error(bigo: Bigo) -> None:
    done = bigo("profile", "show", "nowhere.prof")
    assert (done.status, done.err) == (2, "bigo: there is no profile nowhere.prof\n")


def test_settings_are_listed_with_what_is_set(project: Path, bigo: Bigo) -> None:
    (project / "pyproject.toml").write_text('[tool.bigo.rewrite]\nmodel = "claude-opus-5-5"\n')
    assert 'bigo.rewrite.model = "claude-opus-5-5"  (set)' in bigo("settings").out.splitlines()
    assert bigo("settings", "--format", "json").json["rewrite"]["model"] == "claude-opus-5-5"


def test_the_extension_declares_the_settings_as_they_are(bigo: Bigo, repository: Path) -> None:
    made = bigo("settings", "--format", "vscode").json
    package = json.loads((repository / "vscode-client" / "package.json").read_text("utf-8"))
    declared = package["contributes"]["configuration"]
    declared = declared if isinstance(declared, list) else [declared]
    properties = {key: value for part in declared for key, value in part["properties"].items()}
    assert {key: properties.get(key) for key in made} == made


# ------------------------------------------------------------------------------------------------- rewrite


def test_the_request_is_shown_without_a_key_and_nothing_is_sent(project: Path, bigo: Bigo) -> None:
    (project / "slow.py").write_text(SLOW)
    # Nothing listens there: a request that was sent would fail.
    done = bigo("rewrite", "slow.py::spending", "--show-request", ANTHROPIC_BASE_URL="http://127.0.0.1:9")
    assert done.status == 0
    assert "def spending(customers, orders):" in done.out
    assert "nested-scan" in done.out
    assert "tokens" in done.out
    assert "$" in done.out
    assert str(project) not in done.out


def test_the_request_names_the_model_that_was_asked_for(project: Path, bigo: Bigo) -> None:
    (project / "slow.py").write_text(SLOW)
    done = bigo("rewrite", "slow.py::spending", "--show-request", "--model", "claude-opus-5-5")
    assert "claude-opus-5-5" in done.out


def test_without_a_key_a_rewrite_says_so_and_changes_nothing(project: Path, bigo: Bigo) -> None:
    (project / "slow.py").write_text(SLOW)
    done = bigo("rewrite", "slow.py::spending", "--apply")
    assert (done.status, done.out) == (2, "")
    assert "ANTHROPIC_API_KEY" in done.err
    assert "Traceback" not in done.err
    assert (project / "slow.py").read_text() == SLOW


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("slow.py", "write PATH::QUALNAME"),
        ("slow.py::", "write PATH::QUALNAME"),
        ("slow.py::nothing", "there is no function nothing; there are: spending, strangers, totals"),
        ("nowhere.py::f", "there is no nowhere.py"),
        (".::f", "is no file"),
        ("secrets/keys.py::largest", "secrets/keys.py"),
    ],
)
def test_a_target_that_cannot_be_rewritten_is_an_error(
    project: Path, bigo: Bigo, target: str, said: str
) -> None:
    (project / "slow.py").write_text(SLOW)
    (project / "secrets").mkdir()
    (project / "secrets" / "keys.py").write_text(FINE)
    done = bigo("rewrite", target, "--show-request")
    assert (done.status, done.out) == (2, "")
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_server_address_must_be_one(bigo: Bigo) -> None:
    done = bigo("server", "--tcp", "here")
    assert done.status == 2
    assert "write HOST:PORT" in done.err
