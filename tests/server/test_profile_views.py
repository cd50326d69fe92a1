"""What linked profiles say in an editor: "profile again" after a rewrite, times beside queries, limits."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from analyzers.text import Text
from lsp_server.engine import Engine
from lsp_server.profiling import profile_loader
from lsp_server.profiling.profile_loader import link_loaded, load_in_child

SAMPLES = Path(__file__).parent.parent / "data" / "profiles"


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "ws"
    shutil.copytree(SAMPLES / "src" / "pyapp", folder)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def engine_with(folder: Path, *profiles: str) -> Engine:
    from analyzers.extract import facts_of
    from analyzers.languages import for_path

    engine = Engine()
    for path in sorted(folder.rglob("*.py")):
        language = for_path(path.as_posix())
        assert language is not None
        engine.learn([(path.as_posix(), facts_of(path.read_bytes(), language))])

    for name in profiles:
        attach(engine, folder, name)
    return engine


def attach(engine: Engine, folder: Path, name: str) -> None:
    linked = link_loaded(load_in_child(SAMPLES / name), engine.project, [folder.as_posix()], text_of)
    engine.attach(name, linked.summed())


def text_of(path: str) -> Text:
    return Text(Path(path).read_bytes())


def test_what_was_measured_before_a_rewrite_says_so(app: Path) -> None:
    engine = engine_with(app, "py/pyspy.speedscope")
    report = (app / "shop" / "report.py").as_posix()
    assert engine.measured(report)["find_pairs"].hot
    engine.rewritten(report, "find_pairs")
    measured = engine.measured(report)["find_pairs"]
    assert measured.summary == "40 % before the rewrite: profile again"
    assert not measured.hot
    assert "profile again" not in engine.measured(report)["dedupe_names"].summary


def test_a_newer_profile_ends_profile_again(app: Path) -> None:
    engine = engine_with(app, "py/pyspy.speedscope")
    report = (app / "shop" / "report.py").as_posix()
    engine.rewritten(report, "find_pairs")
    newer = engine_with(app, "py/cprofile.prof")
    newer.rewritten(report, "dedupe_names")
    attach(newer, app, "py/pyspy.raw")
    assert "profile again" not in newer.measured(report)["dedupe_names"].summary


def test_times_and_queries_are_shown_together(app: Path, tmp_path: Path) -> None:
    report = (app / "shop" / "report.py").as_posix()
    spans = [
        {"traceId": "t", "spanId": str(n), "attributes": [
            {"key": "db.query.text", "value": {"stringValue": "SELECT * FROM orders WHERE id = ?"}},
            {"key": "code.file.path", "value": {"stringValue": report}},
            {"key": "code.line.number", "value": {"intValue": "42"}},
            {"key": "code.function.name", "value": {"stringValue": "totals_per_customer"}}]}
        for n in range(12)
    ]  # fmt: skip
    import json

    traces = tmp_path / "otel.json"
    traces.write_text(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}))
    engine = engine_with(app, "py/pyspy.speedscope", str(traces))
    said = engine.measured(report)["totals_per_customer"].summary
    assert "total" in said
    assert "12 queries of one shape" in said


def test_a_profile_above_the_limit_is_a_word_and_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profile_loader, "LARGE", 1 << 20)
    big = tmp_path / "big.cpuprofile"
    big.write_bytes(b'{"nodes":[],"callFrame":1,"timeDeltas":[' + b"1," * (1 << 20) + b"1]}")
    said = profile_loader.too_large(str(big))
    assert "big.cpuprofile has 2 MiB" in said
    assert "--cpu-prof-interval" in said
    assert profile_loader.too_large(str(tmp_path / "none")) == ""
