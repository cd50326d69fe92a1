"""Formats are known by what is in the file; names are not looked at."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import msgspec
import pytest

from analyzers.profiles.formats import BY_NAME, FORMATS
from analyzers.profiles.read import READERS, load, read, reader_of
from analyzers.profiles.sniff import HEAD, TAIL, sniff

SAMPLES = Path(__file__).parent.parent / "data" / "profiles"

FORMAT_OF = {
    "py/cprofile.prof": "pstats",
    "py/yappi.pstat": "pstats",
    "py/pyinstrument.pstats": "pstats",
    "py/tachyon/out.pstats": "pstats",
    "py/tachyon/tracing.prof": "pstats",
    "py/cprofile_cumtime.txt": "cprofile-text",
    "py/cprofile_m_module.txt": "cprofile-text",
    "py/pstats_stripdirs.txt": "cprofile-text",
    "py/pyspy.raw": "collapsed",
    "py/pyspy_function_idle.raw": "collapsed",
    "py/austin.austin": "collapsed",
    "py/tachyon/out.collapsed.txt": "collapsed",
    "py/pyspy.speedscope": "speedscope",
    "py/pyspy_function.speedscope": "speedscope",
    "py/pyspy_native.speedscope": "speedscope",
    "py/pyinstrument.speedscope.json": "speedscope",
    "js/node.cpuprofile": "cpuprofile",
    "js/node_200us.cpuprofile": "cpuprofile",
    "js/inl.cpuprofile": "cpuprofile",
    "js/inlx.cpuprofile": "cpuprofile",
    "js/chrome.cpuprofile": "cpuprofile",
    "js/chrome_trace.json.gz": "chrome-trace",
    "js/perf_script_js.txt.gz": "perf-script",
    "js/prof-process.txt": "prof-process",
    "py/pyinstrument.json": "pyinstrument-json",
    "py/pyinstrument.pyisession.gz": "pyinstrument-session",
    "py/pyinstrument.txt": "pyinstrument-text",
    "py/scalene_cpu.json.gz": "scalene",
    "py/line_profiler.txt": "line-profiler-text",
    "py/perf_script_Xperf.txt": "perf-script",
    "py/pyspy.chrometrace": "pyspy-chrometrace",
    "py/yappi.callgrind": "callgrind",
    "py/tachyon/out.jsonl": "tachyon-jsonl",
    "py/tachyon/out.gecko.json.gz": "gecko",
    "py/tachyon/stdout_report.txt": "tachyon-text",
    "go/cpu.pprof": "pprof",
    "java/execution_samples.json.gz": "jfr-json",
    "ruby/stackprof.json": "stackprof",
    "sql/connection_queries.json": "sql-queries",
    "sql/django_db_backends.log": "sql-log",
    "sql/sqlalchemy_echo.log": "sql-log",
    "sql/otlp_traces.json": "otlp",
    # Known, with advice instead of a reader.
    "py/austin.mojo": "mojo",
    "java/app.jfr": "jfr",
    # Never opened.
    "py/kernprof.lprof": "line-profiler-pickle",
    "py/yappi.ys": "yappi-pickle",
    "ruby/stackprof.dump": "ruby-marshal",
    # Unknown on purpose: allocations, and a listing of callers.
    "py/memray.csv": None,
    "py/memray_gprof2dot.json": None,
    "py/memray_stats.json": None,
    "py/pstats_callers.txt": None,
}


def content(name: str) -> bytes:
    data = (SAMPLES / name).read_bytes()
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data


@pytest.mark.parametrize("name", FORMAT_OF)
def test_every_sample_is_known_by_its_content(name: str) -> None:
    data = content(name)
    found = sniff(data[:HEAD], data[-TAIL:])
    assert (found.name if found else None) == FORMAT_OF[name]


def test_no_sample_is_left_out() -> None:
    files = {path.relative_to(SAMPLES).as_posix() for path in SAMPLES.rglob("*") if path.is_file()}
    assert {name for name in files if not name.startswith("src/")} == set(FORMAT_OF)


@pytest.mark.parametrize(
    "name", [name for name, form in FORMAT_OF.items() if form and not BY_NAME[form].readable]
)
def test_what_cannot_be_read_says_what_to_do(name: str) -> None:
    form = BY_NAME[str(FORMAT_OF[name])]
    with pytest.raises(ValueError, match="refused" if form.refused else "cannot be read yet") as caught:
        read((SAMPLES / name).read_bytes(), "x")
    assert form.advice in str(caught.value)
    assert str(caught.value).startswith("x holds ")


@pytest.mark.parametrize(
    "name", [name for name, form in FORMAT_OF.items() if form and BY_NAME[form].readable]
)
def test_another_name_gives_the_same_profile(name: str, tmp_path: Path) -> None:
    other = tmp_path / "notes.bin"
    shutil.copy(SAMPLES / name, other)
    one, two = load(SAMPLES / name), load(other)
    assert one.format == FORMAT_OF[name]
    assert msgspec.structs.replace(two, id=one.id, path=one.path, mtime=one.mtime) == one


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"hello\n",
        b"{}",
        b"[]",
        b"\xff\xfe\x00",
        b"a;b\n",
        b"<?php ?>",
        b"\x1f\x8b\x00",
        b"1\n2\n3\n",
    ],
)
def test_no_profile_is_no_profile(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"no profile|gzip"):
        read(data)


def test_binary_magics() -> None:
    for data, name in [
        (b"FLR\x00\x00\x02", "jfr"),
        (b"HCAT\x01", "tachyon-binary"),
        (b"PERFILE2", "perf-data"),
        (b"\x04\x22\x4d\x18", "memray"),
        (b"\x80\x04\x95", "pickle"),
        (b"<!doctype html><html>", "html"),
        (b'<?xml version="1.0"?><svg id="frames">', "svg"),
    ]:
        found = sniff(data)
        assert found is not None
        assert found.name == name


def test_every_readable_format_has_a_reader_and_all_have_advice() -> None:
    assert {form.name for form in FORMATS if form.readable} == set(READERS)
    assert all(callable(reader_of(name)) for name in READERS)
    assert all(form.advice for form in FORMATS)


def test_a_log_line_in_brackets_is_no_json() -> None:
    found = sniff(b"[2026-11-21 10:00:00] (0.001) SELECT 1; args=()\n")
    assert found is not None
    assert found.name == "sql-log"


def test_compressed_profiles_are_read(tmp_path: Path) -> None:
    packed = gzip.compress((SAMPLES / "js/node.cpuprofile").read_bytes())
    assert read(packed) == read((SAMPLES / "js/node.cpuprofile").read_bytes())


def test_a_compression_bomb_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        read(gzip.compress(b" " * (64 << 20)))


def test_the_page_of_formats_names_them_all() -> None:
    page = (SAMPLES.parent.parent.parent / "docs" / "profiles.md").read_text("utf-8")
    assert [form.name for form in FORMATS if form.readable and f"`{form.name}`" not in page] == []
