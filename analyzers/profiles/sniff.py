"""Which profile format a file holds, judged by its content: names and extensions lie.

Takes the first 64 KiB and the last 8 KiB, because program output may come before a report, and JSON writers put
their telling keys anywhere. Decompressing is the caller's business (`read.py`).
"""

from __future__ import annotations

import re

from analyzers.profiles.formats import BY_NAME, Format

HEAD = 64 * 1024
TAIL = 8 * 1024

_MAGIC = (
    (b"FLR\x00", "jfr"),
    (b"MOJ", "mojo"),
    (b"HCAT", "tachyon-binary"),
    (b"PERFILE2", "perf-data"),
    (b"\x04\x22\x4d\x18", "memray"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x04\x08", "ruby-marshal"),
)
_PICKLE = re.compile(rb"\x80[\x02-\x05]")
_PSTATS = re.compile(rb"[{\xfb][)\xa9(\xa8]")
_HTML = re.compile(rb"\s*(<!doctype html|<html)", re.IGNORECASE)
_SVG = re.compile(rb"\s*(<\?xml[^>]*>\s*)?(<!DOCTYPE svg[^>]*>\s*)?<svg", re.IGNORECASE)

# Every pattern of a row must be found; the first row that fits decides.
# The patterns run in the server too: none may take more than linear time on a head made to hurt.
_JSON: tuple[tuple[str, tuple[bytes, ...]], ...] = (
    ("speedscope", (rb"speedscope\.app/file-format-schema",)),
    ("tachyon-jsonl", (rb'\A\s*\{"type":\s*"meta"', rb'"sample_interval_usec"')),
    ("otlp", (rb'"resourceSpans"',)),
    ("gecko", (rb'"preprocessedProfileVersion"',)),
    ("gecko", (rb'"stackTable"', rb'"frameTable"')),
    ("pyinstrument-session", (rb'"frame_records"',)),
    ("pyinstrument-json", (rb'"root_frame"', rb'"sample_count"')),
    ("viztracer", (rb'"viztracer_metadata"|"file_info"', rb'"ph"|"traceEvents"')),
    ("viztracer", (rb'"ph":\s*"X"', rb'"cat":\s*"(?:fee|FEE)"')),
    ("scalene", (rb'"n_cpu_percent_python"|"alloc_samples"',)),
    ("pyspy-chrometrace", (rb'"cat":\s*"py-spy"',)),
    ("chrome-trace", (rb'"traceEvents"|"ProfileChunk"',)),
    ("chrome-trace", (rb'\A\s*\[\s*\{[^}]*"ph":\s*"[BEXMPI]"',)),
    ("cpuprofile", (rb'"nodes"', rb'"callFrame"')),
    ("cpuprofile", (rb'"callFrame"', rb'"timeDeltas"')),
    ("stackprof", (rb'"raw_timestamp_deltas"|"gc_samples"', rb'"frames"')),
    ("v8-preprocess", (rb'\A\s*\{\s*"code":\s*\[\s*\{\s*"name"',)),
    ("jfr-json", (rb"jdk\.ExecutionSample",)),
    ("sql-queries", (rb'\A\s*\[\s*\{\s*"sql":',)),
)
_TEXT: tuple[tuple[str, bytes], ...] = (
    ("v8-log", rb"\Av8-version,"),
    ("prof-process", rb"^Statistical profiling result from "),
    ("cprofile-text", rb"^ *ncalls +tottime +percall +cumtime +percall +filename:lineno\(function\)"),
    ("tachyon-text", rb"^ *nsamples +sample% +tottime"),
    ("pyinstrument-text", rb"^ *_     \._   __/__|^ *Recorded: \d\d:\d\d:\d\d +Samples:"),
    ("line-profiler-text", rb"^Timer unit: [\d.e-]+ s|^Line # +Hits +Time"),
    ("callgrind", rb"^events: "),
    (
        "perf-script",
        rb"^\S.{0,100}?[ \t]{1,9}(?:\d{1,9}/)?\d{1,9}[ \t]{1,9}(?:\[\d{1,4}\][ \t]{1,9})?\d{1,12}\.\d{1,9}:[ \t]{1,9}(?:\d{1,18}[ \t]{1,9})?\S{1,100}:[ \t]{0,9}\n\t {1,20}[0-9a-f]+ ",
    ),
    ("collapsed", rb"\A# austin: "),
)
_SQL = re.compile(
    rb"\(\d+\.\d{3}\) (SELECT|INSERT|UPDATE|DELETE|BEGIN)|INFO sqlalchemy\.engine|sqlalchemy\.engine\.Engine|"
    rb"prisma:query|Executing \(default\): "
)


def sniff(head: bytes, tail: bytes = b"") -> Format | None:
    """The format of a file that begins with `head` and ends with `tail`; None when it is none we know."""
    name = _binary(head) or _json(head, tail) or _text(head)
    return BY_NAME[name] if name else None


def _binary(head: bytes) -> str:
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if _PICKLE.match(head):
        if b"LineStats" in head or b"line_profiler" in head:
            return "line-profiler-pickle"
        return "yappi-pickle" if b"yappi" in head or b"YFuncStat" in head else "pickle"
    if _PSTATS.match(head):
        return "pstats"
    if _HTML.match(head):
        return "html"
    if _SVG.match(head):
        return "svg"
    return "pprof" if _is_pprof(head) else ""


def _json(head: bytes, tail: bytes) -> str:
    if head.lstrip()[:1] not in (b"{", b"["):
        return ""
    both = head + b"\n" + tail
    for name, patterns in _JSON:
        if all(re.search(pattern, both) for pattern in patterns):
            return name
    return ""  # a log line in brackets looks like JSON too: the text rules follow


def _text(head: bytes) -> str:
    if b"\x00" in head:
        return ""
    for name, pattern in _TEXT:
        if re.search(pattern, head, re.MULTILINE) and (name != "callgrind" or re.search(rb"(?m)^fn=", head)):
            return name
    if _SQL.search(head):
        return "sql-log"
    return "collapsed" if _is_folded(head) else ""


def _is_folded(head: bytes) -> bool:
    """Nine of ten of the first 40 lines are `a;b;c N`, and there is a `;` at all."""
    lines = [line for line in head.splitlines()[:41] if line.strip() and not line.startswith(b"#")]
    if len(lines) > 40:
        lines = lines[:40]  # the last one may be cut off
    if not lines or not any(b";" in line for line in lines):
        return False
    return sum(map(_is_stack, lines)) >= 0.9 * len(lines)


def _is_stack(line: bytes) -> bool:
    stack, _space, count = line.strip().rpartition(b" ")
    # Without its stack a count stands alone in py-spy's files; austin writes several counts.
    return count.replace(b",-", b",").replace(b",", b"").isdigit() and (bool(stack) or b";" not in line)


_LENGTH_ONLY = {1, 2, 3, 4, 5, 6, 11, 13}
_VARINT_ONLY = {7, 8, 9, 10, 12, 14}


def _is_pprof(head: bytes) -> bool:
    """Walks the protobuf's top-level fields (github.com/google/pprof/proto/profile.proto)."""
    at, seen = 0, set()
    for _ in range(200):
        if at >= len(head):
            break
        key, at = _varint(head, at)
        field, wire = key >> 3, key & 7
        if (wire == 2 and field in _LENGTH_ONLY) or (wire == 0 and field in _VARINT_ONLY):
            value, at = _varint(head, at)
        else:
            return False
        if wire == 2:
            if field == 1 and value and head[at : at + 1] not in (b"\x08", b"\x10", b""):
                return False
            at += value
        seen.add(field)
    return 1 in seen and bool(seen & {2, 4, 5, 6})


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            return 0, at + 1
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    return 0, at
