"""The profile formats there are: which can be read, which are known but not readable, which are refused and why."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """`reader` is the module of `readers/` that makes a `Profile` of the bytes; "" when nothing reads the format.

    `refused`: never opened, whatever comes (it can run code, or is no data). `advice` says what to do when the file
    is not readable, or too large: the command that makes a better one.
    """

    name: str
    title: str
    reader: str = ""
    refused: bool = False
    advice: str = ""

    @property
    def readable(self) -> bool:
        return bool(self.reader)

    def complaint(self, path: str) -> str:
        """Why a file of this format is not read, as a sentence for a person."""
        verb = "is refused" if self.refused else "cannot be read yet"
        return f"{path} holds {self.title}, which {verb}; {self.advice}."


_PYTHON = "record with `python -m cProfile -o out.prof script.py` or `py-spy record -f speedscope`"
_NODE = "record with `node --cpu-prof script.js`"
_PYSPY_SMALL = "record fewer samples, a function each: `py-spy record -f speedscope -F -r 50`"
_NODE_SMALL = "record fewer samples: `node --cpu-prof --cpu-prof-interval 10000 script.js`"

FORMATS: tuple[Format, ...] = (
    Format("pstats", "a cProfile (pstats) profile", "pstats", advice=_PYSPY_SMALL),
    Format("cprofile-text", "the table that cProfile prints", "cprofile_text", advice=_PYTHON),
    Format("cpuprofile", "a V8 CPU profile", "cpuprofile", advice=_NODE_SMALL),
    Format("collapsed", "folded stacks", "collapsed", advice=_PYSPY_SMALL),
    Format("speedscope", "a speedscope profile", "speedscope", advice=_PYSPY_SMALL),
    Format("pprof", "a pprof profile", "pprof", advice="record a shorter time: `/debug/pprof/profile?seconds=10`"),
    Format("tachyon-jsonl", "JSON lines of Python's sampler", "tachyon_jsonl",
           advice="record with `python -m profiling.sampling run --pstats`"),
    Format("tachyon-text", "the table that Python's sampler prints", "tachyon_text",
           advice="record with `python -m profiling.sampling run --pstats -o out.pstats script.py`"),
    Format("gecko", "a Firefox profile", "gecko", advice="record a shorter time, or with a longer interval"),
    Format("pyinstrument-json", "pyinstrument's JSON", "pyinstrument_json",
           advice="record with a longer interval: `pyinstrument -i 0.01 -r json -o out.json script.py`"),
    Format("pyinstrument-session", "a pyinstrument session", "pyinstrument_session",
           advice="write the summary of it: `pyinstrument --load file -r json -o out.json`"),
    Format("pyinstrument-text", "pyinstrument's text report", "pyinstrument_text",
           advice="write speedscope with `pyinstrument -r speedscope -o out.json script.py`"),
    Format("viztracer", "a viztracer trace", "trace_events",
           advice="record less: `viztracer --min_duration 0.1ms --max_stack_depth 20 -o out.json script.py`"),
    Format("scalene", "a Scalene profile", "scalene", advice="record with `scalene run --cpu-only -o out.json script.py`"),
    Format("chrome-trace", "a Chrome performance trace", "chrome_trace",
           advice="save a CPU profile (`.cpuprofile`) instead, or a shorter recording"),
    Format("pyspy-chrometrace", "py-spy's Chrome trace", "trace_events", advice=_PYSPY_SMALL),
    Format("stackprof", "stackprof JSON", "stackprof", advice="raise `interval:` of StackProf.run, or leave out `raw: true`"),
    Format("v8-preprocess", "preprocessed V8 ticks", "v8_preprocess", advice=_NODE),
    Format("prof-process", "the table of `node --prof-process`", "prof_process", advice=_NODE),
    Format("line-profiler-text", "line_profiler's text report", "line_profiler_text", advice=_PYTHON),
    Format("callgrind", "a callgrind profile", "callgrind", advice="with yappi: `stats.save(path, type='pstat')`; else " + _PYTHON),
    Format("perf-script", "the output of `perf script`", "perf_script", advice="fold it with `stackcollapse-perf.pl`"),
    Format("jfr-json", "a Java flight recording as JSON", "jfr_json",
           advice="print only the samples: `jfr print --json --events jdk.ExecutionSample file.jfr`"),
    # Queries that a program sent.
    Format("otlp", "OpenTelemetry traces", "otlp", advice="export fewer traces"),
    Format("sql-queries", "a list of SQL queries", "sql_queries", advice="dump the queries of one request"),
    Format("sql-log", "a log of SQL queries", "sql_log", advice="keep the part of one request"),
    # Never opened.
    Format("line-profiler-pickle", "a line_profiler pickle", refused=True,
           advice="a pickle can run code; save the text with `python -m line_profiler file.lprof > out.txt`, or "
           + _PYTHON),
    Format("yappi-pickle", "a yappi pickle", refused=True,
           advice="a pickle can run code; save with `stats.save(path, type='pstat')`"),
    Format("pickle", "a Python pickle", refused=True, advice="a pickle can run code; " + _PYTHON),
    Format("ruby-marshal", "a Ruby Marshal dump", refused=True,
           advice="it can run code; write JSON with `stackprof --json file.dump > out.json`"),
    Format("html", "an HTML report", refused=True,
           advice="export the data behind it: pyinstrument `-r speedscope`, py-spy `-f speedscope`, " + _NODE),
    Format("svg", "a flame graph picture", refused=True,
           advice="numbers are lost in it; record with `py-spy record -f speedscope`, or keep the folded stacks"),
    # Known, and there is a command that makes a readable one.
    Format("jfr", "a Java flight recording",
           advice="print its samples with `jfr print --json --events jdk.ExecutionSample file.jfr > out.json`"),
    Format("mojo", "an austin MOJO file", advice="convert it with `mojo2austin` or `austin2speedscope`"),
    Format("tachyon-binary", "a binary profile of Python's sampler",
           advice="convert it with `python -m profiling.sampling replay --pstats`"),
    Format("perf-data", "a perf.data file", advice="print it with `perf script > out.txt`"),
    Format("memray", "a memray file", advice="it holds allocations, not time; " + _PYTHON),
    Format("zstd", "zstd-compressed data", advice="decompress it first: `zstd -d file`"),
    Format("v8-log", "a V8 log", advice="print it with `node --prof-process isolate*.log > out.txt`; better " + _NODE),
)  # fmt: skip

BY_NAME = {each.name: each for each in FORMATS}
