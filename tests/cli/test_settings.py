"""Settings: four places, one value, and a sentence for everything that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.settings import Settings, load, rows, user_file


@pytest.fixture(autouse=True)
def own_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def project(folder: Path, toml: str) -> Path:
    (folder / "pyproject.toml").write_text(toml)
    return folder


def user(toml: str) -> None:
    user_file().parent.mkdir(parents=True)
    user_file().write_text(toml)


def test_defaults() -> None:
    assert load(None) == (Settings(), [])


@pytest.mark.parametrize(
    "client",
    [
        {"analysis": {"minSeverity": "warning"}},
        {"bigo": {"analysis": {"minSeverity": "warning"}}},
        {"analysis.minSeverity": "warning"},
        {"bigo.analysis.minSeverity": "warning"},
        {"bigo": {"analysis.minSeverity": "warning"}},
    ],
)
def test_every_shape_an_editor_sends(client: Mapping[str, Any]) -> None:
    settings, problems = load(None, client)
    assert settings.analysis.min_severity == "warning"
    assert problems == []


def test_a_later_place_wins(tmp_path: Path) -> None:
    user('[rewrite]\nmodel = "u"\n[diagnostics]\ndebounce = 1\n[hover]\nmax-reasons = 1\n')
    project(tmp_path, "[tool.bigo.diagnostics]\ndebounce = 2\n[tool.bigo.hover]\nmax-reasons = 2\n")
    settings, problems = load(tmp_path, {"hover": {"maxReasons": 3}})
    assert (settings.rewrite.model, settings.diagnostics.debounce, settings.hover.max_reasons) == ("u", 2, 3)
    assert problems == []


def test_a_wrong_value_names_key_value_and_choices_and_the_value_before_stays(tmp_path: Path) -> None:
    project(tmp_path, '[tool.bigo.analysis]\nmin-severity = "warning"\n')
    settings, problems = load(tmp_path, {"analysis": {"minSeverity": "loud", "select": "nested-scan"}})
    assert settings.analysis.min_severity == "warning"
    assert problems == [
        "bigo.analysis.minSeverity: 'loud' is not one of hint, information, warning, error; 'warning' is used",
        "bigo.analysis.select: 'nested-scan' is not a list of strings; [] is used",
    ]


@pytest.mark.parametrize(
    ("toml", "problem"),
    [
        ("[tool.bigo.analysis]\nminSeverity = 'hint'", "[tool.bigo.analysis] minSeverity: there is no such setting; did you mean min-severity?"),
        ("[tool.bigo.anaylsis]\nselect = []", "[tool.bigo.anaylsis]: there is no such section; did you mean analysis?"),
        ("[tool.bigo]\nanalysis = 3", "[tool.bigo.analysis]: 3 is not a table of settings; it is ignored"),
        ("[tool]\nbigo = 3", "[tool] bigo: 3 is not a table; it is ignored"),
        ("[tool.bigo.diagnostics]\ndebounce = true", "debounce: True is not a whole number from 0 to 10000; 150 is used"),
        ("[tool.bigo.diagnostics]\ndebounce = -1", "debounce: -1 is not a whole number from 0 to 10000; 150 is used"),
        ("[tool.bigo.profiles]\npath-mappings = ['a']", "path-mappings: ['a'] is not a table of strings; {} is used"),
        ("[tool.bigo\n", "pyproject.toml: not valid TOML: "),
    ],
)  # fmt: skip
def test_what_is_wrong_in_pyproject_is_said(tmp_path: Path, toml: str, problem: str) -> None:
    settings, problems = load(project(tmp_path, toml))
    assert settings == Settings()
    assert len(problems) == 1
    assert problems[0].startswith("pyproject.toml")
    assert problem in problems[0]


def test_a_pyproject_that_is_no_text_is_said(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"\xff\xfe\x00")
    assert load(tmp_path)[1] == ["pyproject.toml: not UTF-8 at byte 0; its settings are not used"]


def test_a_workspace_cannot_redirect_the_key(tmp_path: Path) -> None:
    project(tmp_path, "[tool.bigo.rewrite]\nbase-url = 'http://evil.example'\napi-key = 'x'\n")
    settings, problems = load(tmp_path)
    assert settings == Settings()
    assert len(problems) == 2
    assert all("come from the environment only" in problem for problem in problems)


@pytest.mark.parametrize(
    "toml",
    [
        *("budget-per-day = 100.0", "budget-per-day = 0", "confirm = false", "prewarm = true"),
        *('cache-url = "redis://elsewhere.example/0"', "open-telemetry = true"),
    ],
)
def test_a_workspace_cannot_loosen_what_a_person_set(tmp_path: Path, toml: str) -> None:
    settings, problems = load(project(tmp_path, f"[tool.bigo.rewrite]\n{toml}\n"))
    assert settings == Settings()
    assert "a workspace cannot loosen this" in problems[0]


def test_a_workspace_can_tighten_and_a_person_can_loosen(tmp_path: Path) -> None:
    settings, problems = load(project(tmp_path, "[tool.bigo.rewrite]\nbudget-per-day = 1.5\n"))
    assert (settings.rewrite.budget_per_day, problems) == (1.5, [])
    user("[rewrite]\nbudget-per-day = 0\nconfirm = false\n")
    settings, problems = load(None)
    assert (settings.rewrite.budget_per_day, settings.rewrite.confirm, problems) == (0, False, [])


def test_what_is_never_sent_only_grows(tmp_path: Path) -> None:
    project(tmp_path, '[tool.bigo.privacy]\nnever-send = ["pricing/**"]\n')
    settings, _ = load(tmp_path, {"privacy": {"neverSend": []}})
    assert settings.privacy.never_send == (*Settings().privacy.never_send, "pricing/**")


def test_what_belongs_to_the_extension_is_passed_over() -> None:
    assert load(None, {"path": ["bigo"], "trace": {"server": "off"}, "analysis": {"select": None}}) == (
        Settings(),
        [],
    )


keys = st.sampled_from(
    ["bigo", "analysis", "bigo.analysis.select", "rewrite", "budgetPerDay", "select", ""]
) | st.text(max_size=6)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


@given(anything)
def test_nothing_an_editor_sends_raises(client: Any) -> None:
    settings, problems = load(None, client)
    assert isinstance(settings, Settings)
    assert all(len(problem.splitlines()) == 1 for problem in problems)


def test_every_setting_is_described_and_its_default_is_one_it_takes() -> None:
    for row in rows():
        assert row.schema["description"].endswith("."), row.client_key
        assert "type" in row.schema or "enum" in row.schema, row.client_key
        section, name = row.client_key.split(".")[1:]
        value = list(row.default) if isinstance(row.default, tuple) else row.default
        assert load(None, {section: {name: value}}) == (Settings(), []), row.client_key
