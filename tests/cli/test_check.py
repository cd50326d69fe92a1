"""`bigo check`: what it prints, and how it ends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_project import FINE, SLOW, Bigo

RULES = {"nested-scan", "membership-in-list", "copy-in-loop"}


def test_clean_code_ends_with_0_and_prints_nothing(project: Path, bigo: Bigo) -> None:
    (project / "fine.py").write_text(FINE)
    done = bigo("check")
    assert (done.status, done.out) == (0, "")
    assert "no findings in 1 file" in done.err


def test_findings_end_with_1_one_line_each(project: Path, bigo: Bigo) -> None:
    (project / "slow.py").write_text(SLOW)
    done = bigo("check", "slow.py")
    assert done.status == 1
    heads = [line for line in done.out.splitlines() if not line.startswith(" ")]
    assert all(
        re.fullmatch(r"slow\.py:\d+:\d+: (hint|information|warning) [a-z-]+: .+", line) for line in heads
    )
    assert {line.split()[2].rstrip(":") for line in heads} == RULES
    assert re.search(
        r": 3 findings \((\d warnings?, )?\d information\) in 1 file, \d+ lines$", done.err.strip()
    )


def test_the_evidence_stands_below_a_finding_unless_it_is_not_wanted(project: Path, bigo: Bigo) -> None:
    (project / "slow.py").write_text(SLOW)
    assert re.search(r"^    slow\.py:\d+:\d+: ", bigo("check").out, re.MULTILINE)
    assert not re.search(r"^ ", bigo("check", "--no-reasons").out, re.MULTILINE)


def test_paths_are_spelled_as_they_were_given(project: Path, bigo: Bigo) -> None:
    (project / "app").mkdir()
    (project / "app" / "slow.py").write_text(SLOW)
    assert bigo("check").out.startswith("app/slow.py:")
    assert bigo("check", "slow.py", cwd=project / "app").out.startswith("slow.py:")
    assert bigo("check", str(project)).out.startswith(f"{project}/app/slow.py:")


def test_a_path_that_is_not_there_is_an_error(project: Path, bigo: Bigo) -> None:
    done = bigo("check", "nowhere.py")
    assert (done.status, done.out) == (2, "")
    assert done.err == "bigo: there is no nowhere.py\n"


def test_rules_are_selected_and_left_out(project: Path, bigo: Bigo) -> None:
    (project / "slow.py").write_text(SLOW)

    def rules(*options: str) -> set[str]:
        return {one["rule"] for one in bigo("check", "--format", "json", *options).json["findings"]}

    assert rules("--select", "nested-scan") == {"nested-scan"}
    assert rules("--select", "nested-scan,copy-in-loop") == {"nested-scan", "copy-in-loop"}
    assert rules("--ignore", "nested-scan", "--ignore", "copy-in-loop") == {"membership-in-list"}


def test_an_unknown_rule_is_an_error_that_names_the_rules(project: Path, bigo: Bigo) -> None:
    done = bigo("check", "--select", "nested-loop")
    assert done.status == 2
    assert "there is no rule nested-loop" in done.err
    assert "nested-scan" in done.err


def test_the_threshold_decides_output_and_status(project: Path, bigo: Bigo) -> None:
    (project / "test_slow.py").write_text(SLOW)  # a quiet path: hints at most
    severities = {one["severity"] for one in bigo("check", "--format", "json").json["findings"]}
    assert severities == {"hint"}
    above = bigo("check", "--min-severity", "information")
    assert (above.status, above.out) == (0, "")
    (project / "slow.py").write_text(SLOW)
    assert "3 hints) in 2 files, " in (told := bigo("check").err)
    assert told.endswith("; --min-severity information leaves the hints out\n")


def test_a_project_that_lies_among_tests_is_no_test(project: Path, bigo: Bigo) -> None:
    shop = project / "tests" / "shop"
    (shop / "tests").mkdir(parents=True)
    (shop / "prices.py").write_text(SLOW)
    (shop / "tests" / "prices.py").write_text(SLOW)

    def severities(*arguments: str, cwd: Path = project) -> dict[str, set[str]]:
        by_path: dict[str, set[str]] = {}
        for one in bigo("check", "--format", "json", *arguments, cwd=cwd).json["findings"]:
            by_path.setdefault(Path(one["path"]).as_posix(), set()).add(one["severity"])
        return by_path

    assert severities() == {"tests/shop/prices.py": {"hint"}, "tests/shop/tests/prices.py": {"hint"}}
    assert severities("tests") == severities()
    (shop / "setup.py").write_text("")
    assert severities() == {"tests/shop/prices.py": {"hint"}, "tests/shop/tests/prices.py": {"hint"}}
    own = severities("tests/shop")
    assert own["tests/shop/tests/prices.py"] == {"hint"}
    assert "warning" in own["tests/shop/prices.py"]


def test_a_query_in_a_helper_of_another_file_is_seen_when_one_file_is_checked(
    project: Path, bigo: Bigo
) -> None:
    (project / "shop").mkdir()
    (project / "shop" / "__init__.py").touch()
    (project / "shop" / "models.py").write_text(
        "from django.db import models\n\n\nclass Order(models.Model):\n    number = models.IntegerField()\n"
    )
    (project / "shop" / "helper.py").write_text(
        "from shop.models import Order\n\n\ndef load(number):\n    return Order.objects.get(number=number)\n"
    )
    (project / "shop" / "view.py").write_text(
        "from shop.helper import load\n\n\ndef view(numbers):\n    return [load(number) for number in numbers]\n"
    )
    done = bigo("check", "shop/view.py", "--format", "json")
    (finding,) = done.json["findings"]
    assert finding["rule"] == "query-in-loop"
    assert "shop/helper.py" in {step["path"] for step in finding["related"]}
    assert (done.json["stats"]["files"], done.json["stats"]["indexed"]) == (1, 4)


# ------------------------------------------------------------------------------------------------- bad input


def test_files_that_cannot_be_read_are_named_and_the_rest_goes_on(project: Path, bigo: Bigo) -> None:
    (project / "a_binary.py").write_bytes(b"\x7fELF\0\0\0\1")
    (project / "b_latin.py").write_bytes("näme = 1\n".encode("latin-1"))
    (project / "slow.py").write_text(SLOW)
    done = bigo("check", "--format", "json")
    assert done.status == 1
    assert len(done.json["findings"]) == 3
    assert {one["path"] for one in done.json["stats"]["skipped"]} == {"a_binary.py", "b_latin.py"}
    assert "bigo: a_binary.py is a binary file" in done.err
    assert "bigo: b_latin.py is not UTF-8: byte 0xe4 at offset 1" in done.err


def test_a_named_file_that_cannot_be_read_is_an_error(project: Path, bigo: Bigo) -> None:
    (project / "binary.py").write_bytes(b"\0\1\2")
    assert bigo("check", "binary.py").status == 2
    (project / "notes.txt").write_text("hello")
    done = bigo("check", "notes.txt")
    assert done.status == 2
    assert "notes.txt is in no language bigo reads" in done.err


def test_a_declared_encoding_is_read_and_columns_are_characters(project: Path, bigo: Bigo) -> None:
    head = "# -*- coding: latin-1 -*-\n# Größe\n"
    (project / "slow.py").write_bytes((head + SLOW).encode("latin-1"))
    done = bigo("check", "--format", "json")
    assert {one["rule"] for one in done.json["findings"]} == RULES
    assert not done.json["stats"]["skipped"]


def test_half_typed_code_is_checked(project: Path, bigo: Bigo) -> None:
    (project / "slow.py").write_text(SLOW + "\n\ndef broken(:\n    for x in\n")
    done = bigo("check", "--format", "json")
    assert done.status == 1
    assert {one["rule"] for one in done.json["findings"]} >= {"copy-in-loop"}


def test_a_file_over_the_limit_is_skipped(project: Path, bigo: Bigo) -> None:
    (project / "pyproject.toml").write_text("[tool.bigo.analysis]\nmax-file-size = 1000\n")
    (project / "big.py").write_text(SLOW + "# padding\n" * 200)
    assert bigo("check").status == 0
    named = bigo("check", "big.py")
    assert named.status == 2
    assert "big.py is larger than 1000 bytes" in named.err


def test_a_broken_link_is_passed_over_and_named_when_asked_for(project: Path, bigo: Bigo) -> None:
    (project / "gone.py").symlink_to(project / "nowhere.py")
    assert bigo("check").status == 0
    assert bigo("check", "gone.py").status == 2


def test_settings_of_the_project_count_and_wrong_ones_are_named(project: Path, bigo: Bigo) -> None:
    (project / "slow.py").write_text(SLOW)
    (project / "pyproject.toml").write_text(
        '[tool.bigo.analysis]\nignore = ["nested-scan"]\nmin-severity = "loud"\nselect = ["no-such-rule", "copy-in-loop"]\n'
    )
    done = bigo("check", "--format", "json")
    assert {one["rule"] for one in done.json["findings"]} == {"copy-in-loop"}
    assert "min-severity: 'loud' is not one of hint, information, warning, error; 'hint' is used" in done.err
    assert "there is no 'no-such-rule'" in done.err


def test_a_broken_pyproject_is_named_with_its_line_and_the_defaults_are_used(
    project: Path, bigo: Bigo
) -> None:
    (project / "slow.py").write_text(SLOW)
    (project / "pyproject.toml").write_text("[tool.bigo.analysis]\nignore = [\n")
    done = bigo("check", "--format", "json")
    assert len(done.json["findings"]) == 3
    assert re.search(r"pyproject\.toml: not valid TOML: .*line \d", done.err)


def test_a_closed_pipe_ends_without_a_traceback(project: Path, bigo: Bigo) -> None:
    (project / "slow.py").write_text(SLOW * 200)
    import subprocess
    import sys

    command = f"'{Path(sys.executable).with_name('bigo')}' check slow.py | head -n 1"
    done = subprocess.run(["bash", "-c", command], cwd=project, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("slow.py:1:") or done.stdout.startswith("slow.py:")
    assert "Traceback" not in done.stderr


# --------------------------------------------------------------------------------------- baseline, since, fixes


def test_a_baseline_leaves_out_what_was_there_and_shows_what_is_new(project: Path, bigo: Bigo) -> None:
    (project / "slow.py").write_text(SLOW)
    written = bigo("check", "--write-baseline", "known.json")
    assert written.status == 0
    assert "3 findings written to known.json" in written.err

    (project / "slow.py").write_text("import os\n\n\n" + SLOW)  # lines move; findings stay known
    assert bigo("check", "--baseline", "known.json").status == 0

    again = SLOW[SLOW.index("def totals") :].replace("totals", "more_totals")
    (project / "slow.py").write_text(SLOW + "\n\n" + again)
    new = bigo("check", "--baseline", "known.json", "--format", "json")
    assert [one["function"] for one in new.json["findings"]] == ["more_totals"]
    assert new.json["stats"]["baseline"] == 3


def test_a_second_finding_like_a_known_one_is_new(project: Path, bigo: Bigo) -> None:
    scan = "    for a in xs:\n        for b in ys:\n            if a.k == b.k:\n                use(a, b)\n"
    (project / "slow.py").write_text("def join(xs, ys):\n" + scan)
    bigo("check", "--write-baseline", "known.json")
    (project / "slow.py").write_text("def join(xs, ys):\n" + scan + scan)
    assert len(bigo("check", "--baseline", "known.json", "--format", "json").json["findings"]) == 1


@pytest.mark.parametrize("content", [None, "not json", '{"version": 99, "findings": []}', "[]"])
def test_a_baseline_that_is_none_is_an_error(project: Path, bigo: Bigo, content: str | None) -> None:
    if content is not None:
        (project / "known.json").write_text(content)
    done = bigo("check", "--baseline", "known.json")
    assert (done.status, done.out) == (2, "")
    assert "known.json" in done.err
    assert "Traceback" not in done.err


SEARCHES = """\
def is_known(names: list[str], name: str) -> bool:
    return {body}


def is_short(names: list[str], name: str) -> bool:
    return name in names
"""
LOOPS = """\
from searches import {name}


def unknown(names: list[str], people: list[str]) -> list[str]:
    return [person for person in people if not {name}(names, person)]
"""
BETWEEN = """\
from searches import is_known as known


def seen(names: list[str], name: str) -> bool:
    return known(names, name)
"""
FAR = """\
from between import seen


def unseen(names: list[str], people: list[str]) -> list[str]:
    return [person for person in people if not seen(names, person)]
"""


def test_since_looks_at_who_depends_on_what_changed(
    project: Path, bigo: Bigo, git: Callable[..., str]
) -> None:
    (project / "searches.py").write_text(SEARCHES.format(body="bool(name)"))
    (project / "near.py").write_text(LOOPS.format(name="is_known"))
    (project / "between.py").write_text(BETWEEN)
    (project / "far.py").write_text(FAR)
    (project / "other.py").write_text(LOOPS.format(name="is_short"))
    git("add", "--all")
    git("commit", "--quiet", "-m", "second")
    (project / "searches.py").write_text(SEARCHES.format(body="name in names"))
    done = bigo("check", "--since", "HEAD", "--format", "json")
    assert {one["path"] for one in done.json["findings"]} == {"near.py", "far.py"}
    assert done.json["stats"]["files"] == 4  # nobody looks at other.py
    below = bigo("check", "far.py", "--since", "HEAD", "--format", "json")
    assert {one["path"] for one in below.json["findings"]} == {"far.py"}


def test_since_looks_at_changed_and_new_files_only(
    project: Path, bigo: Bigo, git: Callable[..., str]
) -> None:
    for name in ("same.py", "changed.py"):
        (project / name).write_text(SLOW)
    git("add", "--all")
    git("commit", "--quiet", "-m", "second")
    (project / "changed.py").write_text(SLOW + "\n")
    (project / "new file.py").write_text(SLOW)
    done = bigo("check", "--since", "HEAD", "--format", "json")
    assert {one["path"] for one in done.json["findings"]} == {"changed.py", "new file.py"}
    assert done.json["stats"]["indexed"] == 3


def test_since_needs_a_revision_that_exists(project: Path, bigo: Bigo, git: Callable[..., str]) -> None:
    done = bigo("check", "--since", "no-such-branch")
    assert done.status == 2
    assert "there is no revision no-such-branch" in done.err


def test_since_needs_a_repository(project: Path, bigo: Bigo) -> None:
    done = bigo("check", "--since", "HEAD")
    assert done.status == 2
    assert "not a git repository" in done.err


FIXABLE = """\
def strangers(known: list[int], orders: list[int]) -> list[int]:
    found = []
    for order in orders:
        if order not in known:
            found.append(order)
    return found
"""


def test_a_diff_shows_the_certain_fixes_and_changes_nothing(
    project: Path, bigo: Bigo, git: Callable[..., str]
) -> None:
    (project / "slow.py").write_text(FIXABLE)
    done = bigo("check", "--diff")
    assert done.status == 1
    assert done.out.startswith("--- a/slow.py\n+++ b/slow.py\n@@ ")
    assert (project / "slow.py").read_text() == FIXABLE
    (project / "fix.patch").write_text(done.out)
    git("apply", "--check", "fix.patch")


def test_fix_writes_what_the_diff_showed_and_the_code_answers_the_same(project: Path, bigo: Bigo) -> None:
    (project / "slow.py").write_text(FIXABLE)
    done = bigo("check", "--fix")
    assert done.status == 0
    assert "1 finding fixed in 1 file, 0 left" in done.err
    fixed = (project / "slow.py").read_text()
    assert fixed != FIXABLE
    names: dict[str, Callable[..., list[int]]] = {}
    exec(compile(fixed, "slow.py", "exec"), {}, names)  # type: ignore[arg-type]
    assert names["strangers"]([1, 2], [1, 3, 2, 4, 3]) == [3, 4, 3]
    assert bigo("check").status == 0


def test_a_fix_looks_again_only_at_what_it_may_change(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from lsp_server.cli import main
    from lsp_server.commands import checking

    monkeypatch.chdir(project)
    (project / "slow.py").write_text(FIXABLE)
    (project / "caller.py").write_text(
        "from slow import strangers\n\n\ndef some():\n    return strangers([1], [2])\n"
    )
    (project / "apart.py").write_text(FINE)
    looked: Counter[str] = Counter()
    check_file = checking.check_file

    def counted(gathered: Any, linked: Any, path: str) -> checking.OfFile:
        looked[Path(path).name] += 1
        return check_file(gathered, linked, path)

    monkeypatch.setattr(checking, "check_file", counted)
    main(["check", "--fix", "--no-cache"])
    assert looked == {"slow.py": 2, "caller.py": 2, "apart.py": 1}
    assert "1 finding fixed in 1 file, 0 left" in capsys.readouterr().err


def test_tests_and_migrations_are_fixed_only_where_they_are_named(project: Path, bigo: Bigo) -> None:
    (project / "migrations").mkdir()
    (project / "migrations" / "0002_slow.py").write_text(FIXABLE)
    nothing = bigo("check", "--diff")
    assert (nothing.status, nothing.out) == (0, "")
    for named in ("migrations", "migrations/0002_slow.py"):
        assert "1 certain fix in 1 file" in bigo("check", "--diff", named).err


def test_fix_keeps_encoding_mark_and_line_ends(project: Path, bigo: Bigo) -> None:
    (project / "slow.py").write_bytes(b"\xef\xbb\xbf" + FIXABLE.replace("\n", "\r\n").encode())
    assert bigo("check", "--fix").status == 0
    fixed = (project / "slow.py").read_bytes()
    assert fixed.startswith(b"\xef\xbb\xbfdef ")
    assert fixed.count(b"\r\n") == fixed.count(b"\n")
    assert b"set(" in fixed


def test_a_file_that_disappears_between_reading_and_checking_is_named(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from lsp_server.commands import gather
    from lsp_server.commands.check import check_all
    from lsp_server.render.located import Spelling

    monkeypatch.chdir(project)
    for name in ("a.py", "b.py"):
        (project / name).write_text(SLOW)
    root, settings = gather.settings_for(["."])
    gathered = gather.gather(["."], root, settings)
    (project / "a.py").unlink()
    checked = check_all(gathered, None, None, Spelling.for_arguments(["."]))
    assert {one.path for one in checked.located} == {"b.py"}
    assert not gathered.failed
    assert capsys.readouterr().err == "bigo: a.py cannot be read: No such file or directory\n"


def test_a_defect_in_one_file_is_named_and_ends_with_2_after_the_rest(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from analyzers import check
    from lsp_server.cli import main

    def fails_at_a(project: object, path: str, *rest: object) -> object:
        if path.endswith("/a.py"):
            raise RecursionError("too deep")
        return real(project, path, *rest)  # type: ignore[arg-type]

    real = check.check
    monkeypatch.setattr(check, "check", fails_at_a)
    monkeypatch.chdir(project)
    for name in ("a.py", "b.py"):
        (project / name).write_text(SLOW)
    assert main(["check", "--no-reasons"]) == 2
    said = capsys.readouterr()
    assert "a.py could not be checked: RecursionError: too deep (please report this)" in said.err
    assert len(said.out.splitlines()) == 3
