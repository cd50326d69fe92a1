"""What programs read: JSON, SARIF, workflow commands; and that nothing else is on standard output."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cli_project import FINE, SLOW, Bigo

FINDING_KEYS = {
    *("path", "line", "column", "end_line", "end_column", "rule", "severity", "confidence", "message"),
    *("cost", "function", "related", "tags", "fixes"),
}


def test_json_has_every_key_of_its_contract(project: Path, bigo: Bigo) -> None:
    (project / "slow.py").write_text(SLOW)
    document = bigo("check", "--format", "json").json
    assert set(document) == {"findings", "stats"}
    for one in document["findings"]:
        assert set(one) == FINDING_KEYS
        assert set(one["cost"]) == {"before", "after"}
        for step in one["related"]:
            assert set(step) == {"path", "line", "column", "message"}
        assert one["function"] in {"spending", "strangers", "totals"}
    assert document["stats"]["files"] == 1
    assert document["stats"]["lines"] == SLOW.count("\n")
    assert sum(document["stats"]["findings"].values()) == len(document["findings"])


def test_json_is_the_only_thing_on_standard_output_even_when_files_fail(project: Path, bigo: Bigo) -> None:
    (project / "fine.py").write_text(FINE)
    (project / "binary.py").write_bytes(b"\0")
    done = bigo("check", "--format", "json")
    assert done.json["findings"] == []
    assert done.err


def test_lines_and_columns_begin_at_1_and_count_characters(project: Path, bigo: Bigo) -> None:
    lines = [
        "def f(xs: list[int], ys: list[int]) -> int:",
        "    n = 0",
        "    for x in xs:",
        '        n += "🦋é" == "é" or x in ys',
        "    return n",
    ]
    (project / "wide.py").write_text("\n".join(lines) + "\n")
    (one,) = bigo("check", "--format", "json", "--select", "membership-in-list").json["findings"]
    marked = lines[one["line"] - 1][one["column"] - 1 : one["end_column"] - 1]
    assert one["line"] == one["end_line"] == 4
    assert marked == "x in ys"


def test_sarif_has_what_code_scanning_needs(project: Path, bigo: Bigo) -> None:
    (project / "a folder").mkdir()
    (project / "a folder" / "slow.py").write_text(SLOW)
    (project / "binary.py").write_bytes(b"\0")
    document = bigo("check", "--format", "sarif").json
    assert document["version"] == "2.1.0"
    assert document["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert run["tool"]["driver"]["name"] == "bigo"
    assert run["columnKind"] == "unicodeCodePoints"
    assert len(run["results"]) == 3
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"note", "warning", "error"}
        assert result["message"]["text"]
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        assert physical["artifactLocation"]["uri"] == "a%20folder/slow.py"
        region = physical["region"]
        assert 1 <= region["startLine"] <= region["endLine"]
        assert [step["id"] for step in result["relatedLocations"]] == list(
            range(len(result["relatedLocations"]))
        )
    assert len({result["partialFingerprints"]["bigo/v1"] for result in run["results"]}) == 3
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert "binary.py is a binary file" in notification["message"]["text"]


def test_a_fingerprint_stays_when_lines_move(project: Path, bigo: Bigo) -> None:
    def fingerprints() -> list[str]:
        (run,) = bigo("check", "--format", "sarif").json["runs"]
        return [result["partialFingerprints"]["bigo/v1"] for result in run["results"]]

    (project / "slow.py").write_text(SLOW)
    before = fingerprints()
    (project / "slow.py").write_text("import os\n\n\n" + SLOW)
    assert fingerprints() == before


def test_github_commands_escape_what_would_end_them(project: Path, bigo: Bigo) -> None:
    (project / "50%,a:b.py").write_text(SLOW)
    done = bigo("check", "--format", "github")
    lines = done.out.splitlines()
    assert done.status == 1
    assert len(lines) == 3
    for line in lines:
        assert re.match(r"::(notice|warning|error) file=50%25%2Ca%3Ab\.py,line=\d+,", line)
        assert ",title=bigo " in line


def test_complexity_has_every_key_of_its_contract(project: Path, bigo: Bigo) -> None:
    (project / "slow.py").write_text(SLOW)
    functions = {
        one["qualname"]: one for one in bigo("complexity", "slow.py", "--format", "json").json["functions"]
    }
    assert set(functions) == {"<module>", "spending", "strangers", "totals"}
    spending = functions["spending"]
    assert {
        "path",
        "qualname",
        "line",
        "end_line",
        "time",
        "time_class",
        "space",
        "sizes",
        "confidence",
        "why",
    } <= set(spending)
    assert (spending["path"], spending["line"], spending["end_line"]) == ("slow.py", 1, 7)
    assert spending["time_class"] == "quadratic"
    assert "customers" in spending["time"]
    assert "orders" in spending["time"]
    assert spending["why"]
    assert functions["<module>"]["time_class"] == "constant"


def test_complexity_of_several_files_keeps_their_order_and_goes_on_after_a_bad_one(
    project: Path, bigo: Bigo
) -> None:
    (project / "b.py").write_text(FINE)
    (project / "a.py").write_bytes(b"\0")
    (project / "c.js").write_text("function f(xs) { for (const x of xs) { use(x) } }\n")
    done = bigo("complexity", "b.py", "a.py", "c.js", "--format", "json")
    assert [one["qualname"] for one in done.json["functions"]] == ["<module>", "largest", "<module>", "f"]
    assert done.status == 2
    assert "a.py is a binary file" in done.err


def test_complexity_as_text(project: Path, bigo: Bigo) -> None:
    (project / "slow.py").write_text(SLOW)
    assert re.search(r"^slow\.py:1: spending: time O\(.+\)", bigo("complexity").out, re.MULTILINE)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_output_is_utf_8_whatever_the_terminal_says(project: Path, bigo: Bigo, encoding: str) -> None:
    (project / "slow.py").write_text(SLOW)
    for form in ("text", "json"):
        done = bigo("check", "--format", form, PYTHONIOENCODING=encoding, LC_ALL="C")
        assert done.status == 1
        assert "·" in done.out
