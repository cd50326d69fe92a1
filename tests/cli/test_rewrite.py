"""`bigo rewrite` against the stand-in of the Messages API: what is sent, what is shown, what is written."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cli_project import SLOW, Bigo, Done

FAST = """\
def spending(customers, orders):
    cents = {}
    for order in orders:
        cents[order.customer_id] = cents.get(order.customer_id, 0) + order.cents
    result = {}
    for customer in customers:
        if customer.id in cents:
            result[customer.id] = cents[customer.id]
    return result"""


def answer(code: str) -> str:
    return (
        "<before>time O(|customers|·|orders|), space O(|customers|)</before>\n<after>time O(|customers| + |orders|)</after>\n"
        f"<why>One pass over the orders.</why>\n<assumptions>none</assumptions>\n<rewrite>\n{code}\n</rewrite>"
    )


@pytest.fixture
def claude(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Starts a stand-in that gives one answer; gives its address."""
    programs: list[subprocess.Popen[str]] = []
    folder = tmp_path_factory.mktemp("api")

    def start(**rule: object) -> str:
        script = folder / "rules.json"
        script.write_text(json.dumps({"rules": [{"match": {}, **rule}]}))
        program = subprocess.Popen(
            [
                sys.executable,
                repository / "tests/reference/fake_messages_api.py",
                "--port",
                "0",
                "--script",
                script,
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        programs.append(program)
        assert program.stdout is not None
        return program.stdout.readline().strip()

    yield start
    for program in programs:
        program.kill()
        program.communicate()


@pytest.fixture
def rewrite(project: Path, bigo: Bigo) -> Callable[..., Done]:
    (project / "slow.py").write_text(SLOW)

    def run(url: str, *options: str) -> Done:
        environment = {"ANTHROPIC_API_KEY": "sk-ant-test", "ANTHROPIC_BASE_URL": url}
        return bigo("rewrite", "slow.py::spending", *options, **environment)

    return run


def test_a_checked_answer_is_written(
    project: Path, bigo: Bigo, claude: Callable[..., str], rewrite: Callable[..., Done]
) -> None:
    done = rewrite(claude(reply={"text": answer(FAST)}), "--apply")
    assert done.status == 0, done.err
    assert done.out.startswith("--- a/slow.py\n+++ b/slow.py\n")
    assert (project / "slow.py").read_text() == FAST + SLOW[SLOW.index("\n\n\ndef strangers") :]
    assert "written to slow.py" in done.err
    functions = {one["function"] for one in bigo("check", "--format", "json").json["findings"]}
    assert functions == {"strangers", "totals"}
    assert bigo("stats", "--format", "json").json["requests"] == 1
    assert "1 sent (1 ok)" in bigo("stats").out


def test_without_apply_the_difference_is_shown_and_nothing_is_written(
    project: Path, claude: Callable[..., str], rewrite: Callable[..., Done]
) -> None:
    done = rewrite(claude(reply={"text": answer(FAST)}))
    assert done.status == 0, done.err
    assert "+    cents = {}" in done.out
    assert "nothing was changed; --apply writes it" in done.err
    assert (project / "slow.py").read_text() == SLOW


@pytest.mark.parametrize(
    "reply",
    [
        answer("def spending(customers, orders):\n    return {"),
        answer("def spending(customers):\n    return {}"),
        answer("def spending(customers, orders):\n    ...  # rest unchanged"),
        answer(
            SLOW.split("\n\n\n")[0].replace(
                "        for order in orders:", "        for order in sorted(orders):"
            )
        ),
        "no idea",
        "<no_change>It is as fast as it gets.</no_change>",
    ],
    ids=["does not parse", "other signature", "elision", "slower", "no answer", "no change"],
)
def test_an_answer_that_fails_its_checks_changes_nothing(
    project: Path, claude: Callable[..., str], rewrite: Callable[..., Done], reply: str
) -> None:
    done = rewrite(claude(reply={"text": reply}), "--apply")
    assert (done.status, done.out) == (2, "")
    assert len(done.err.strip().splitlines()) >= 2  # what it costs; why nothing came of it
    assert "Traceback" not in done.err
    assert (project / "slow.py").read_text() == SLOW


def test_a_refused_key_is_said(
    project: Path, claude: Callable[..., str], rewrite: Callable[..., Done]
) -> None:
    url = claude(fault={"status": 401, "type": "authentication_error", "message": "invalid x-api-key"})
    done = rewrite(url, "--apply")
    assert (done.status, done.out) == (2, "")
    assert "key" in done.err
    assert (project / "slow.py").read_text() == SLOW


def test_no_network_is_said(project: Path, rewrite: Callable[..., Done]) -> None:
    done = rewrite("http://127.0.0.1:9", "--apply")
    assert (done.status, done.out) == (2, "")
    assert "127.0.0.1:9" in done.err or "connect" in done.err.lower() or "reach" in done.err.lower()
    assert (project / "slow.py").read_text() == SLOW


def test_kept_answers_are_counted_and_forgotten(bigo: Bigo, project: Path) -> None:
    assert "0 answers on this machine" in bigo("cache").out
    assert "0 answers on this machine were forgotten" in bigo("cache", "clear").out


BATCH = ["rewrite", ".", "--all", "--batch", "--poll", "0.05"]


def test_a_batch_writes_patches_and_a_report(project: Path, bigo: Bigo, claude: Callable[..., str]) -> None:
    (project / "slow.py").write_text(SLOW)
    url = claude(reply={"text": answer(FAST)})
    environment = {"ANTHROPIC_API_KEY": "sk-ant-test", "ANTHROPIC_BASE_URL": url}
    sent = bigo(*BATCH, "--no-wait", **environment)
    assert sent.status == 0, sent.err
    # Another process takes the results; it sends nothing again.
    done = bigo(*BATCH, **environment)
    assert done.status == 0, done.err
    assert "sending" not in done.err
    folder = project / "bigo-patches"
    names = (folder / "series").read_text().split()
    assert names == ["0001-spending.patch"]
    assert (project / "slow.py").read_text() == SLOW  # nothing is changed by itself
    patched = subprocess.run(
        ["patch", "-p1", "-i", folder / names[0]], cwd=project, capture_output=True, check=False
    )
    assert patched.returncode == 0, patched.stdout
    assert (project / "slow.py").read_text() == FAST + SLOW[SLOW.index("\n\n\ndef strangers") :]
    report = (folder / "report.md").read_text()
    assert "slow.py: `spending`" in report
    assert "the analyzer says" in report
    assert "No patch. Claude's rewrite cannot be used" in report  # the same answer for other functions
    stats = bigo("stats", "--format", "json").json
    assert stats["operations"]["batch"]["requests"] >= 2
    assert stats["cost_usd"] > 0


def test_a_batch_has_answers_for_functions_as_they_were(
    project: Path, bigo: Bigo, claude: Callable[..., str]
) -> None:
    (project / "slow.py").write_text(SLOW)
    environment = {
        "ANTHROPIC_API_KEY": "sk-ant-test",
        "ANTHROPIC_BASE_URL": claude(reply={"text": answer(FAST)}),
    }
    assert bigo(*BATCH, "--no-wait", **environment).status == 0
    (project / "slow.py").write_text(SLOW.replace("def spending(customers", "def spending(buyers"))
    assert bigo(*BATCH, **environment).status == 0
    assert (project / "bigo-patches" / "series").read_text() == ""
    assert "was changed" in (project / "bigo-patches" / "report.md").read_text()


def test_all_lists_what_is_worth_a_rewrite_and_sends_nothing(project: Path, bigo: Bigo) -> None:
    (project / "slow.py").write_text(SLOW)
    done = bigo("rewrite", ".", "--all", "--limit", "2")
    assert done.status == 0, done.err
    rows = [line for line in done.out.splitlines() if line[:1].isdigit()]
    assert rows[0].startswith("1. slow.py::")
    assert len(rows) == 2
    assert "tokens, $" in done.out
    assert "Nothing was sent" in done.err


def test_the_small_model_ranks_when_asked(project: Path, bigo: Bigo, claude: Callable[..., str]) -> None:
    (project / "slow.py").write_text(SLOW)
    shown = bigo("rewrite", ".", "--all", "--rank", "--show-request")
    assert "claude-haiku-5-5" in shown.out
    assert "for order in orders" not in shown.out
    url = claude(reply={"text": "2 rewrite users wait for it\n1 leave it is small"})
    done = bigo("rewrite", ".", "--all", "--rank", ANTHROPIC_API_KEY="sk-ant-test", ANTHROPIC_BASE_URL=url)
    assert done.status == 0, done.err
    assert "ranking 3 functions: claude-haiku-5-5, ≈ " in done.err
    own = [row for row in bigo("rewrite", ".", "--all").out.splitlines() if row[:1].isdigit()]
    rows = [row for row in done.out.splitlines() if row[:1].isdigit()]
    assert [row[3:] for row in rows] == [own[1][3:], own[2][3:]]
    assert "   rewrite: users wait for it" in done.out
    assert "left out: slow.py::" in done.err


def test_a_finding_is_explained_at_its_line(project: Path, bigo: Bigo, claude: Callable[..., str]) -> None:
    (project / "slow.py").write_text(SLOW)
    line = bigo("check", "slow.py", "--format", "json").json["findings"][0]["line"]
    plain = bigo("explain", f"slow.py:{line}")
    assert plain.out.startswith(f"slow.py:{line}:")
    assert "Claude" not in plain.out
    url = claude(reply={"text": "<explanation>Every customer walks all orders.</explanation>"})
    environment = {"ANTHROPIC_API_KEY": "sk-ant-test", "ANTHROPIC_BASE_URL": url}
    done = bigo("explain", f"slow.py:{line}", "--claude", **environment)
    assert (done.status, done.out.splitlines()[-1]) == (0, "    Claude: Every customer walks all orders.")
    assert "claude-haiku-5-5, ≈ " in done.err
    assert "for order in orders" in bigo("explain", f"slow.py:{line}", "--show-request").out
    assert bigo("explain", "slow.py:1").status == 2
    # Kept: no key is needed the second time.
    again = bigo("explain", f"slow.py:{line}", "--claude")
    assert again.out == done.out


PROVABLE = "def common(a: list[int], b: list[int]):\n    return [x for x in a if x in b]\n"
PROVED = (
    "def common(a: list[int], b: list[int]):\n    known = set(b)\n    return [x for x in a if x in known]\n"
)


@pytest.mark.skipif(sys.platform == "win32", reason="no limits for a process there")
def test_only_what_is_verified_is_written(project: Path, bigo: Bigo, claude: Callable[..., str]) -> None:
    file = project / "slow.py"
    for rewritten, status in (
        (PROVED, 0),
        (PROVABLE.replace("[x for x in a if x in b]", "sorted(set(a) & set(b))"), 2),
    ):
        file.write_text(PROVABLE)
        url = claude(reply={"text": answer(rewritten)})
        environment = {"ANTHROPIC_API_KEY": "sk-ant-test", "ANTHROPIC_BASE_URL": url}
        done = bigo("rewrite", "slow.py::common", "--verify", "--apply", **environment)
        assert done.status == status, done.err
        assert ("Verified: the same answers" in done.err) == (status == 0)
        assert file.read_text() == (rewritten if status == 0 else PROVABLE)
        bigo("cache", "clear")


@pytest.mark.skipif(sys.platform == "win32", reason="no limits for a process there")
def test_a_function_is_compared_with_its_former_self(
    project: Path, bigo: Bigo, git: Callable[..., str]
) -> None:
    (project / "slow.py").write_text(PROVABLE + "\n\ndef read(names):\n    return [open(n) for n in names]\n")
    git("init", "-q")
    git("add", "slow.py")
    git("commit", "-q", "-m", "first")
    assert "both versions are the same" in bigo("verify", "slow.py::common").err
    (project / "slow.py").write_text(PROVED)
    done = bigo("verify", "slow.py::common")
    assert (done.status, done.out.startswith("Verified: ")) == (0, True), done.err
    assert bigo("verify", "slow.py::common", "--format", "json").json["growth_after"] < 1.2
    (project / "slow.py").write_text(PROVED.replace("in known", "not in known"))
    assert bigo("verify", "slow.py::common").status == 1
    missing = bigo("verify", "slow.py::read")
    assert (missing.status, "cannot verify, because" in missing.err) == (2, True)
