"""The profile formats there are: which can be read, which are known but not readable, which are refused and why."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """`readable`: `read` gives a `Profile`. `refused`: never opened, whatever comes (it can run code, or is no data).

    `advice` says what to do when the file is not readable: the command that makes a readable one.
    """

    name: str
    title: str
    readable: bool = False
    refused: bool = False
    advice: str = ""

    def complaint(self, path: str) -> str:
        """Why a file of this format is not read, as a sentence for a person."""
        verb = "is refused" if self.refused else "cannot be read yet"
        return f"{path} holds {self.title}, which {verb}; {self.advice}."


_PYTHON = "record with `python -m cProfile -o out.prof script.py` or `py-spy record -f speedscope`"
_NODE = "record with `node --cpu-prof script.js`"
_TEXT = "convert it to folded stacks or speedscope JSON"

FORMATS: tuple[Format, ...] = (
    Format("pstats", "a cProfile (pstats) profile", readable=True),
    Format("cprofile-text", "the table that cProfile prints", readable=True),
    Format("cpuprofile", "a V8 CPU profile", readable=True),
    Format("collapsed", "folded stacks", readable=True),
    Format("speedscope", "a speedscope profile", readable=True),
    # Known by their first bytes.
    Format("line-profiler-pickle", "a line_profiler pickle", refused=True,
           advice="a pickle can run code; save the text with `python -m line_profiler file.lprof > out.txt`, or "
           + _PYTHON),
    Format("yappi-pickle", "a yappi pickle", refused=True,
           advice="a pickle can run code; save with `stats.save(path, type='pstat')`"),
    Format("pickle", "a Python pickle", refused=True, advice="a pickle can run code; " + _PYTHON),
    Format("ruby-marshal", "a Ruby Marshal dump", refused=True,
           advice="it can run code; write JSON with `stackprof --json dump`"),
    Format("html", "an HTML report", refused=True,
           advice="export the data behind it: pyinstrument `-r speedscope`, py-spy `-f speedscope`, " + _NODE),
    Format("svg", "a flame graph picture", refused=True,
           advice="numbers are lost in it; record with `py-spy record -f speedscope`, or keep the folded stacks"),
    Format("jfr", "a Java flight recording", advice="convert it with `jfrconv --collapsed` of async-profiler"),
    Format("mojo", "an austin MOJO file", advice="convert it with `mojo2austin` or `austin2speedscope`"),
    Format("tachyon-binary", "a binary profile of Python's sampler",
           advice="convert it with `python -m profiling.sampling replay --pstats`"),
    Format("perf-data", "a perf.data file", advice="fold it with `perf script | stackcollapse-perf.pl`"),
    Format("memray", "a memray file", advice="it holds allocations, not time; " + _PYTHON),
    Format("zstd", "zstd-compressed data", advice="decompress it first"),
    Format("pprof", "a pprof profile",
           advice="write folded stacks with `go tool pprof -raw`, then `stackcollapse-go.pl`"),
    # Known by JSON keys.
    Format("tachyon-jsonl", "JSON lines of Python's sampler",
           advice="record with `python -m profiling.sampling run --pstats`"),
    Format("otlp", "OpenTelemetry traces", advice=_PYTHON),
    Format("gecko", "a Firefox profile", advice="record with --pstats, --cpu-prof or as speedscope instead"),
    Format("pyinstrument-json", "pyinstrument's JSON",
           advice="write speedscope with `pyinstrument -r speedscope -o out.json script.py`"),
    Format("pyinstrument-session", "a pyinstrument session",
           advice="write speedscope with `pyinstrument --load file -r speedscope -o out.json`"),
    Format("viztracer", "a viztracer trace", advice=_PYTHON),
    Format("scalene", "a Scalene profile", advice=_PYTHON),
    Format("chrome-trace", "a Chrome performance trace",
           advice="save a CPU profile (`.cpuprofile`) instead, or " + _NODE),
    Format("pyspy-chrometrace", "py-spy's Chrome trace", advice="record with `py-spy record -f speedscope`"),
    Format("stackprof", "stackprof JSON", advice="write folded stacks with `stackprof --stackcollapse dump`"),
    Format("v8-preprocess", "preprocessed V8 ticks", advice=_NODE),
    Format("jfr-json", "a Java flight recording as JSON", advice=_TEXT),
    Format("sql-queries", "a list of SQL queries", advice=_PYTHON),
    # Known by lines of text.
    Format("v8-log", "a V8 log", advice=_NODE),
    Format("prof-process", "the table of `node --prof-process`", advice=_NODE),
    Format("tachyon-text", "the table that Python's sampler prints",
           advice="record with `python -m profiling.sampling run --pstats -o out.pstats script.py`"),
    Format("pyinstrument-text", "pyinstrument's text report",
           advice="write speedscope with `pyinstrument -r speedscope -o out.json script.py`"),
    Format("line-profiler-text", "line_profiler's text report", advice=_PYTHON),
    Format("callgrind", "a callgrind profile", advice="with yappi: `stats.save(path, type='pstat')`; else " + _PYTHON),
    Format("perf-script", "the output of `perf script`", advice="fold it with `stackcollapse-perf.pl`"),
    Format("sql-log", "a log of SQL queries", advice=_PYTHON),
)  # fmt: skip

BY_NAME = {each.name: each for each in FORMATS}
