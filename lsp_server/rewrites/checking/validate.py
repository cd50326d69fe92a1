"""Is the answer a rewrite of this function? Cheap checks first; the first failure is the sentence the person reads.

Nothing here runs the code. What passes is an edit that parses where it goes, keeps the function's interface, brings in
nothing that reaches outside, leaves nothing out, and does not cost more by our own analyzer.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from analyzers import extract, languages
from analyzers.facts import FileFacts, Function
from analyzers.findings import FunctionReport
from analyzers.text import Text
from lsp_server.rewrites.asking import prompt, redact
from lsp_server.rewrites.asking.request import Prepared
from lsp_server.rewrites.checking import added, edit, kept, python_reach, python_shape, script_shape, words
from lsp_server.rewrites.checking.body import Body
from lsp_server.rewrites.contract import Checked, Edit, RewriteFailed, Target
from lsp_server.rewrites.proposal import Answer

# From the cheapest to the dearest; "unknown" is compared with nothing.
TIME_CLASSES = (
    "constant", "logn", "sqrt", "linear", "nlogn", "quadratic", "n2logn", "cubic", "polynomial", "exponential",
)  # fmt: skip

_COMMENT = r"(?:\#|//|/\*|^\s*\*)"
_ELISION = re.compile(
    rf"""(?ixm) ^\s*["'`]?\s*(?:\.{{3}}|…)\s*["'`]?;?\s*$
    | ["'`]\s*(?:\.{{3}}|…)\s*\w | \w\s*(?:\.{{3}}|…)\s*["'`]\s*$
    | {_COMMENT}\s*(?:\.{{3}}|…|[<\[(]\s*(?:\.{{3}}|…|rest|snip|cut|code))
    | {_COMMENT}.*(?:\.{{3}}|…)\s*(?:\*/)?\s*\}}?$
    | {_COMMENT}.*\b(?:existing|original|previous|remaining|rest\ of\ the|other|same|full|your|actual|real)\s+(?:\w+\s+)?(?:code|function|body|implementation|logic|method|lines|statements|checks|handling|branches|cases|steps|version)\b
    | {_COMMENT}.*\b(?:code|logic|rest|body|implementation|everything|handling)\b.*\b(?:unchanged|the\ same|as\ before|omitted|goes\ here|here|continues|above|below|elided|skipped|kept|truncated|follows|abbreviated)\b
    | {_COMMENT}\s*(?:unchanged|same\ as|as\ (?:before|in|above)|see\ (?:the\ )?(?:original|above|below)|omitted|elided|etc\.?|snip|truncated|placeholder|stub|fill\ in|implement)\b
    | {_COMMENT}.*\b(?:for\ brevity|omitted|elided|unchanged|not\ shown|left\ out|left\ as\ is|to\ be\ implemented|not\ implemented|keep\ (?:the\ )?(?:rest|as\ is)|and\ so\ on)\b
    | {_COMMENT}.*\b(?:TODO|FIXME|XXX|TBD)\b"""
)
_NOTE = re.compile(rf"{_COMMENT}.{{4,}}")
_SUPPRESSION = re.compile(
    r"bigo:\s*ignore|\bnoqa\b|type:\s*ignore|pragma:|eslint-disable|@ts-(?:ignore|nocheck|expect-error)"
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029]")
_SMALLEST, _LARGEST, _SLACK = (
    0.2,
    5.0,
    600,
)  # size against the original; a short function may grow by the slack


@dataclass(frozen=True, slots=True)
class Candidate:
    """An answer fitted into the file, before the analyzer has seen it."""

    function: str
    imports: tuple[str, ...]
    aux: str
    edits: tuple[Edit, ...]
    patched: bytes
    warnings: tuple[str, ...] = ()


def check_answer(prepared: Prepared, answer: Answer) -> Candidate:
    """The answer as edits to the file. Raises RewriteFailed("answer", sentence)."""
    try:
        return _check_answer(prepared, answer)
    except (ValueError, RecursionError, MemoryError, OverflowError) as problem:
        raise bad_answer(f"it cannot be read ({type(problem).__name__})") from problem


def _check_answer(prepared: Prepared, answer: Answer) -> Candidate:
    target = prepared.target
    if problem := words.bad_prose((answer.before, answer.after, answer.why, answer.assumptions)):
        raise bad_answer(problem)
    _check_text(prepared, answer)
    python = target.language == "python"
    imports = _python_imports(prepared, answer) if python else script_shape.imports(prepared, answer)
    if "__REDACTED" in prepared.function and _moves_secret(prepared, answer.rewrite):
        raise bad_answer("a secret value would stand in another place")
    function = edit.fit(
        _tidy(redact.restore(answer.rewrite, prepared.redacted), target),
        target.indent,
        target.language,
    )
    if "".join(function.split()) == "".join(target.function.split()):
        raise RewriteFailed("no-change", "Claude gave the function back as it is.")
    if python:
        warnings = _check_python(prepared, target.indent + function, answer)
    else:
        warnings = ()
        script_shape.check(prepared, function, answer)
    edits = edit.edits_for(target, function, imports, answer.aux)
    patched = edit.apply(target.source, edits)
    _check_in_place(prepared, patched, edits, imports, function, answer.aux)
    shown = next(e for e in edits if e.span == target.span)
    return Candidate(shown.text, imports, answer.aux, edits, patched, warnings)


def check_cost(prepared: Prepared, checked: Checked) -> tuple[str, str, tuple[str, ...]]:
    """The analyzer's cost before and after, and what to warn about. Raises RewriteFailed("worse", sentence)."""
    before, after = checked.before, checked.after
    said = _told(before, after)
    if before and after and (problem := _grown(before, after)):
        raise _worse(problem)
    added = Counter(f.rule for f in checked.findings_after) - Counter(f.rule for f in checked.findings_before)
    if added:
        raise _worse(f"the analyzer finds more than before: {', '.join(sorted(added))}")
    warnings = []
    if any(text.startswith("unknown") for text in said):
        warnings.append(
            "The analyzer cannot tell the cost of both versions, so the gain is the model's claim."
        )
    elif before and after and before.time == after.time and before.queries == after.queries and (
        len(checked.findings_after) >= len(checked.findings_before)
    ):  # fmt: skip
        warnings.append("The analyzer sees no gain.")
    return *said, tuple(warnings)


def check_others(checked: Checked, also: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """What the analyzer says of each function that changes with the one asked about, a line each. Raises
    RewriteFailed("worse", sentence) where one of them costs more."""
    lines = []
    for path, qualname in also:
        before, after = (
            reports.get((path, qualname)) for reports in (checked.reports_before, checked.reports_after)
        )
        if before and after and (problem := _grown(before, after)):
            raise _worse(f"{qualname}, which it changes too, costs more: {problem}")
        said = _told(before, after)
        cost = f"{said[0]}, as before" if said[0] == said[1] else " → ".join(said)
        lines.append(f"`{qualname}` in {path.rpartition('/')[2]}: {cost}")
    return tuple(lines)


def _grown(before: FunctionReport, after: FunctionReport) -> str:
    """What costs more than before, "" if nothing does."""
    old, new = _rank(before.time_class), _rank(after.time_class)
    if old is not None and new is not None and new > old:
        return f"its time grows from {before.time} to {after.time}"
    if after.queries and not before.queries:
        return f"it sends queries now ({after.queries})"
    return ""


def _told(before: FunctionReport | None, after: FunctionReport | None) -> tuple[str, str]:
    """Both costs as the person reads them: the queries where one version sends some, and the time unless it is known
    to stay what it was while they change."""
    counted = any(report and report.queries for report in (before, after))
    same = before and after and before.queries != after.queries and before.time == after.time != "unknown"
    return _printed(before, counted, not same), _printed(after, counted, not same)


def _printed(report: FunctionReport | None, counted: bool, timed: bool) -> str:
    if report is None:
        return "unknown"
    parts = [report.time or "unknown"] if timed or not report.time else []
    if counted:
        parts.append(f"{report.queries or 'no'} {'query' if report.queries == '1' else 'queries'}")
    return " and ".join(parts)


def _rank(time_class: str) -> int | None:
    return TIME_CLASSES.index(time_class) if time_class in TIME_CLASSES else None


def bad_answer(what: str) -> RewriteFailed:
    return RewriteFailed("answer", f"Claude's rewrite cannot be used: {what}.")


def _worse(what: str) -> RewriteFailed:
    return RewriteFailed("worse", f"Claude's rewrite was rejected: {what}.")


def _check_text(prepared: Prepared, answer: Answer) -> None:
    """What can be seen without reading the code as code."""
    sent, code = prepared.function, answer.rewrite
    if redact.placeholders(sent) != redact.placeholders(code):
        raise bad_answer("a value that was replaced by a placeholder is missing, doubled or changed")
    if "__REDACTED" in answer.aux + answer.imports or code.count("__REDACTED") != sent.count("__REDACTED"):
        raise bad_answer("a value that was replaced by a placeholder is in a place where it was not")
    known = {line.strip() for line in sent.splitlines()}
    for line in (code + "\n" + answer.aux).splitlines():
        if line.strip() in known:
            continue
        # A comment that was there already says nothing new, on whatever line it stands now.
        if (note := _NOTE.search(line)) and note.group().strip() in sent:
            line = line[: note.start()]
        if _ELISION.search(line):
            raise bad_answer(f"it leaves code out ({line.strip()[:60]!r})")
        if _SUPPRESSION.search(line):
            raise bad_answer("it silences a checker")
        if problem := words.bad_line(line):
            raise bad_answer(problem)
    indent = code[: len(code) - len(code.lstrip(" \t"))]
    if indent not in ("", prepared.target.indent):
        raise bad_answer("it is not indented as in the file")
    text = code + answer.aux + answer.imports
    if prompt.INVISIBLE.search(text) or set(_CONTROL.findall(text)) - set(_CONTROL.findall(sent)):
        raise bad_answer("it has invisible or control characters in it")
    size, was = len("".join((code + answer.aux).split())), len("".join(sent.split()))
    if size < was * _SMALLEST:
        raise bad_answer("it is much shorter than the function, so something is probably missing")
    if size > was * _LARGEST and size > was + _SLACK:
        raise bad_answer("it is many times longer than the function")


def _moves_secret(prepared: Prepared, code: str) -> bool:
    """Whether a placeholder stands in another literal than before, or is given to something else."""
    target = prepared.target
    if target.language != "python":
        return script_shape.secrets(prepared.function) != script_shape.secrets(code)
    old = python_shape.definition(target.indent + prepared.function)
    new = python_shape.definition(code)
    return bool(old and new) and python_shape.secrets(old) != python_shape.secrets(new)  # type: ignore[arg-type]


def _tidy(code: str, target: Target) -> str:
    """Without what belongs to the statement around the function: `export` before it, a semicolon behind it."""
    source = target.source
    line = source[source.rfind(b"\n", 0, target.span.start) + 1 : target.span.start].decode(
        "utf-8", "replace"
    )
    around = line.strip()
    if around and code.startswith(around):
        code = code[len(around) :].lstrip()
    return code[:-1] if code.endswith(";") and not target.function.rstrip().endswith(";") else code


# ------------------------------------------------------------------------------------------------------- Python


def _python_imports(prepared: Prepared, answer: Answer) -> tuple[str, ...]:
    statements = python_shape.import_statements(answer.imports)
    if isinstance(statements, str):
        raise bad_answer(statements)
    module = _module(prepared.target.source)
    if problem := python_reach.foreign_import(module, statements):
        raise bad_answer(problem)
    needed = python_shape.needed_imports(module, statements)
    if isinstance(needed, str):
        raise bad_answer(needed)
    return tuple(needed)


def _module(source: bytes) -> ast.Module | None:
    return None if python_shape.compiles(source) else ast.parse(source)


def _check_python(prepared: Prepared, code: str, answer: Answer) -> tuple[str, ...]:
    """Raises for what is wrong; gives back what the person should look at."""
    target = prepared.target
    old, new = (
        python_shape.definition(target.indent + target.function.replace("\r\n", "\n")),
        python_shape.definition(code),
    )
    if old is None or new is None:
        raise bad_answer("it is not exactly one function definition that parses")
    module = _module(target.source)
    brought: list[ast.stmt] = [new]
    if answer.aux:
        if problem := python_shape.bad_aux(module, answer.aux):
            raise bad_answer(problem)
        aux = python_shape.definition(answer.aux)
        if aux and not any(isinstance(n, ast.Name) and n.id == aux.name for n in ast.walk(new)):
            raise bad_answer("it does not use its extra function")
        brought += [aux] if aux else []
    inside = [n for top in brought for n in ast.walk(top) if isinstance(n, (ast.Import, ast.ImportFrom))]
    if python_shape.same_code(old, new):
        raise RewriteFailed("no-change", "Claude changed nothing but spacing or comments.")
    problem = (
        python_shape.changed_interface(old, new)
        or python_shape.elided(old, new)
        or python_shape.loses_results(old, new)
        or python_reach.dangerous(module, old, brought)
        or python_reach.foreign_import(module, inside)
    )
    if problem:
        raise bad_answer(problem)
    lost = python_shape.lost_exceptions(old, new)
    return (f"It no longer raises {', '.join(lost)} itself.",) if lost else ()


# ------------------------------------------------------------------------------------------------------ in place


def _facts(prepared: Prepared, source: bytes) -> FileFacts:
    language = languages.for_path(prepared.target.path)
    if language is None:
        raise bad_answer(f"{prepared.target.language} is not a language that can be checked")
    return extract.facts_of(source, language)


def _check_in_place(
    prepared: Prepared,
    patched: bytes,
    edits: tuple[Edit, ...],
    imports: tuple[str, ...],
    function: str,
    aux: str,
) -> None:
    """The whole file still reads, and the new text is exactly the old function's successor in it."""
    target = prepared.target
    if target.language == "python" and not python_shape.compiles(target.source):
        if problem := python_shape.compiles(patched):
            raise bad_answer(f"the file would no longer compile: {problem}")
        if missing := python_shape.undefined_names(target.source, patched):
            raise bad_answer(f"it uses {', '.join(sorted(missing))}, which is defined nowhere")
    before, after = _facts(prepared, target.source), _facts(prepared, patched)
    if after.has_error and not before.has_error:
        raise bad_answer("the file would no longer parse")
    old = _function_at(before, target.span.start, target.span.end)
    if old is None:
        return  # the span is the caller's own; the syntax checks above have held
    end = len(patched) - (len(target.source) - target.span.end)
    new_size = len(function.replace("\n", _newline(target.source)).encode())
    new = _function_at(after, end - new_size, end)
    if new is None:
        raise bad_answer("the new text is not one function in the function's place")
    if (old.qualname, old.kind, old.is_async, old.is_generator) != (
        new.qualname,
        new.kind,
        new.is_async,
        new.is_generator,
    ):
        raise bad_answer("the function's name or kind changed")
    if target.language != "python" and _header(target.source, old) != _header(patched, new):
        raise bad_answer("the function's parameters, annotations or decorators changed")
    inner = sum(f.start >= old.start and f.end <= old.end for f in before.functions[1:])
    inner_new = sum(f.start >= new.start and f.end <= new.end for f in after.functions[1:])
    extra = len(_facts(prepared, aux.encode()).functions) - 1 if aux else 0
    if len(after.functions) - inner_new - extra != len(before.functions) - inner or len(before.classes) > len(
        after.classes
    ):
        raise bad_answer("other functions of the file would change")
    was = _body(target, before, old, target.function)
    now = _body(target, after, new, function + "\n" + aux, _facts(prepared, aux.encode()) if aux else None)
    if problem := kept.lost(was, now) or added.brought(was, now):
        raise bad_answer(problem)


def _body(
    target: Target, facts: FileFacts, function: Function, text: str, extra: FileFacts | None = None
) -> Body:
    inside = facts.functions[1:]
    inner = [f for f in inside if f.start >= function.start and f.end <= function.end and f is not function]
    more = extra.functions[1:] if extra else ()
    return Body(function, (*inner, *more), text, target.language == "python")


def _function_at(facts: FileFacts, start: int, end: int) -> Function | None:
    return next((f for f in facts.functions[1:] if f.start == start and abs(f.end - end) <= 1), None)


def _newline(source: bytes) -> str:
    return Text(source).newline


def _header(source: bytes, function: Function) -> bytes:
    return b"".join(source[function.start : function.start + function.body_at].split())
