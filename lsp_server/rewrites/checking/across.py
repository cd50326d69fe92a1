"""An answer fitted into the files: the function asked about, and the others that change with it.

Each function passes the same checks as a single one. What several change in one file is put together and read again as
a whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import anyio.to_thread

from analyzers import extract, languages
from lsp_server.rewrites.asking import prompt
from lsp_server.rewrites.asking.request import Prepared
from lsp_server.rewrites.asking.tools import Desk, Refusal
from lsp_server.rewrites.checking import edit, python_shape, validate
from lsp_server.rewrites.contract import Edit, RewriteFailed, Target
from lsp_server.rewrites.proposal import Also, Answer, FileEdit


@dataclass(frozen=True, slots=True)
class Changes:
    """The target's file with its edits, as in a Proposal, the other files, and the functions that change besides the one
    asked about, by path and qualname."""

    function: str
    imports: tuple[str, ...]
    edits: tuple[Edit, ...]
    patched: str
    warnings: tuple[str, ...]
    others: tuple[FileEdit, ...] = ()
    also: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _One:
    """One checked function: where it stands, and its edits."""

    target: Target
    edits: tuple[Edit, ...]
    warnings: tuple[str, ...]


async def fitted(prepared: Prepared, answer: Answer, desk: Desk | None) -> Changes:
    """The answer as edits. Raises RewriteFailed."""
    asked = None
    if answer.rewrite:
        # Asked back as it is, beside others that change, the function stays.
        try:
            asked = await anyio.to_thread.run_sync(validate.check_answer, prepared, replace(answer, also=()))
        except RewriteFailed as failure:
            if failure.kind != "no-change" or not answer.also:
                raise
    target = prepared.target
    found = [_One(target, asked.edits, asked.warnings)] if asked else []
    for also in answer.also:
        one = await _other(prepared, also, desk)
        if one is not None:
            found.append(one)
    if not found:
        raise RewriteFailed("no-change", "Claude gave every function back as it is.")
    files: dict[str, list[_One]] = {target.path: []}
    for one in found:
        files.setdefault(one.target.path, []).append(one)
    made = {path: _file(ones) for path, ones in files.items() if ones}
    own = made.pop(target.path, None)
    return Changes(
        function=asked.function if asked else target.function,
        imports=asked.imports if asked else (),
        edits=own.edits if own else (),
        patched=own.patched if own else target.source.decode("utf-8", "replace"),
        warnings=tuple(warning for one in found for warning in one.warnings),
        others=tuple(made.values()),
        also=tuple((one.target.path, one.target.qualname) for one in found[bool(asked) :]),
    )


async def _other(prepared: Prepared, also: Also, desk: Desk | None) -> _One | None:
    """Another function's edits, checked like the first one's; None where it stays as it is."""
    if desk is None:
        raise _bad("it changes other functions, which was not asked for")
    path = also.path.removeprefix("./")
    try:
        desk.check_path(path)
        target = await desk.reader.target(path, also.function)
    except (Refusal, LookupError) as refusal:
        raise _bad(f"it changes {also.function} in {path}, which cannot be changed: {refusal}") from refusal
    if (target.path, target.span) == (prepared.target.path, prepared.target.span):
        raise _bad("it changes the function it was asked about twice")
    if not _was_shown(prepared, target, desk):
        raise _bad(f"it changes {also.function} in {path}, whose present source it has not seen")
    plain = prompt.lines(target.function)
    if prompt.clean(plain) != (plain, 0):
        raise _bad(f"{also.function} holds characters that could not be shown as they are")
    secrets = desk.redactor.secrets
    part = replace(prepared, target=target, function=desk.redactor.redact(plain), redacted=dict(secrets))
    answer = Answer(also.code, "", "", "", imports=also.imports)
    try:
        checked = await anyio.to_thread.run_sync(validate.check_answer, part, answer)
    except RewriteFailed as failure:
        if failure.kind == "no-change":
            return None
        where = f" ({also.function} in {path})"
        raise RewriteFailed(failure.kind, failure.sentence.rstrip(".") + where + ".") from failure
    return _One(target, checked.edits, checked.warnings)


def _was_shown(prepared: Prepared, target: Target, desk: Desk) -> bool:
    """Whether the function, as it is now, was in a tool's answer or in the request itself."""
    source = prompt.lines(target.function).strip()
    sent = [text for (path, _), text in desk.shown.items() if path == target.relative]
    sent += [
        part.source
        for part in (*prepared.target.module, *prepared.target.own)
        if part.relative == target.relative
    ]
    return any(prompt.lines(text).strip() == source for text in sent)


def _file(ones: list[_One]) -> FileEdit:
    """The edits of one file, put together. Raises RewriteFailed where they do not fit together."""
    target = ones[0].target
    if any(one.target.source != target.source for one in ones):
        raise RewriteFailed("answer", f"{target.relative} was changed while Claude was at work; ask again.")
    edits = _together([found for one in ones for found in one.edits])
    try:
        patched = edit.apply(target.source, edits)
    except ValueError as problem:
        raise _bad(f"its changes of {target.relative} are in each other's way") from problem
    if len(ones) > 1 and (problem_found := _unreadable(target, patched)):
        raise _bad(f"{target.relative} would no longer read: {problem_found}")
    return FileEdit(
        path=target.path,
        relative=target.relative,
        functions=tuple(one.target.qualname for one in ones),
        text=target.text,
        edits=edits,
        patched=patched.decode("utf-8", "replace"),
    )


def _together(edits: list[Edit]) -> tuple[Edit, ...]:
    """The edits in order; of insertions at one place (imports) each line once."""
    made: dict[object, Edit] = {}
    for one in edits:
        same = made.get(one.span)
        if same is None or one.span.start != one.span.end:
            made[one.span if same is None else (one.span, len(made))] = one
            continue
        known = set(same.text.splitlines())
        more = [line for line in one.text.splitlines() if line.strip() and line not in known]
        newline = "\r\n" if "\r\n" in same.text else "\n"
        body = same.text.rstrip("\r\n")
        tail = same.text[len(body) :]
        made[one.span] = Edit(one.span, newline.join([body, *more]) + tail)
    return tuple(sorted(made.values(), key=lambda one: one.span))


def _unreadable(target: Target, patched: bytes) -> str:
    """What is wrong with the patched file, "" if nothing is."""
    if target.language == "python":
        if python_shape.compiles(target.source):
            return ""  # it did not compile before; each function was checked by itself
        if problem := python_shape.compiles(patched):
            return str(problem)
        missing = python_shape.undefined_names(target.source, patched)
        return f"{', '.join(sorted(missing))} is defined nowhere" if missing else ""
    language = languages.for_path(target.path)
    if language is None:
        return "its language is not known"
    before, after = extract.facts_of(target.source, language), extract.facts_of(patched, language)
    return "it would no longer parse" if after.has_error and not before.has_error else ""


def _bad(what: str) -> RewriteFailed:
    return RewriteFailed("answer", f"Claude's rewrite cannot be used: {what}.")
