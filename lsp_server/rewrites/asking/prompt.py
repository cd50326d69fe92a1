"""The four texts of a request: the frozen instructions, the project's block, the module's block, and the function with
its findings.

The first three are cached by the API as a prefix, so their bytes must depend on nothing but the package's version, the
project and the module: no clock, no absolute path, no user name, no iteration over a set. Only the last one names the
function.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

from analyzers.findings import Finding, Place
from analyzers.text import Text
from lsp_server.rewrites.contract import ContextPart, Target

VERSION = "rewrite-v2"
ACROSS = "across-v1"  # what is added where several functions may change and tools are at hand
_LANGUAGES = {
    "python": "Python",
    "javascript": "JavaScript",
    "typescript": "TypeScript",
    "tsx": "TypeScript with JSX",
}
# Marks that reorder or hide text, so that a person and a model would read different code (Trojan Source).
# Tags and variation selectors can carry a hidden text of any length.
INVISIBLE = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0e"
    "\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


@cache
def frozen(across: bool = False) -> str:
    """The instructions, the same bytes for every request of this version; `across` are those of the route with tools."""
    names = (VERSION, ACROSS) if across else (VERSION,)
    prompts = files("lsp_server.rewrites.asking").joinpath("prompts")
    return _plain("".join(prompts.joinpath(f"{name}.md").read_text("utf-8") for name in names))


@cache
def small(name: str) -> str:
    """The instructions of one of the small tasks: `explain-v1`, `rank-v1`."""
    return _plain(
        files("lsp_server.rewrites.asking").joinpath("prompts").joinpath(f"{name}.md").read_text("utf-8")
    )


def clean(text: str) -> tuple[str, int]:
    """The text with LF line ends, in NFC, and without invisible marks; and how many marks were removed."""
    without, removed = INVISIBLE.subn("", text)
    return _plain(without), removed


def lines(text: str) -> str:
    """The text with LF line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", lines(text))


def fence(text: str) -> str:
    """A line that cannot stand in `text` by design: it is made from the text's own hash.

    The same text gets the same fence, so a preview shows the very bytes that are sent later.
    """
    return f"{'=' * 12} {hashlib.sha256(text.encode()).hexdigest()[:20]}"


def fenced(title: str, text: str) -> str:
    """A titled block whose content is data."""
    text = text.rstrip("\n")
    line = fence(text)
    return f"{title}\n{line}\n{text}\n{line}\n"


def part_block(part: ContextPart) -> str:
    return fenced(f"{one_line(part.label)} in {one_line(part.relative)}", part.source)


def project_block(guidelines: str, notes: Sequence[ContextPart], orm: str) -> str:
    """What all modules of a project share; "" where there is nothing to say."""
    blocks = []
    if guidelines.strip():
        blocks.append(fenced("Notes of the project on its code:", guidelines))
    blocks += [fenced(f"{one_line(note.label)}:", note.source) for note in notes]
    if orm.strip():
        blocks.append(fenced("The project's models and their relations, as the analyzer reads them:", orm))
    return "\n".join(blocks)


def module_block(relative: str, language: str, imports: str, parts: Sequence[ContextPart]) -> str:
    """What all functions of a module share. Parts come in the order given; make it a deterministic one."""
    blocks = [f"The module {one_line(relative)}, written in {_LANGUAGES.get(language, language)}.\n"]
    if imports.strip():
        blocks.append(fenced("Its imports:", imports))
    blocks += [part_block(part) for part in parts]
    return "\n".join(blocks)


def tail(
    target: Target,
    function: str,
    own: Iterable[ContextPart],
    profile: str,
    task: str = "Rewrite the function",
) -> str:
    """What differs per function. `function`, `own` and `profile` are cleaned and redacted already; `task` begins the
    sentence that says what is to be done."""
    blocks = [part_block(part) for part in own]
    if profile.strip():
        blocks.append(fenced("Measured profile of this function:", profile))
    text = Text(target.source)
    blocks.append(_derivation(target, text))
    blocks.append(_findings(target, text))
    line = fence(function)
    blocks.append(
        f"{task} {one_line(target.qualname)}. It stands between the two fence lines, exactly as in the"
        f" file:\n{line}\n{target.indent}{function}\n{line}\n"
    )
    return "\n".join(block for block in blocks if block)


def repair(failure: str) -> str:
    """The one more turn that a rejected answer may get."""
    return (
        f"That answer cannot be used: {failure}\nAnswer again in full, in the same form, with that put right; or with"
        " <no_change> if it cannot be. The rules have not changed."
    )


def _derivation(target: Target, text: Text) -> str:
    report = target.report
    if report is None:
        return ""
    lines = [f"Static analysis of {one_line(report.qualname)}: time {report.time}, space {report.space}."]
    if report.queries:
        lines.append(f"Database queries: {report.queries}.")
    lines += [
        f"  {one_line(symbol)} = {one_line(meaning)}" for symbol, meaning in sorted(report.sizes.items())
    ]
    lines += [f"  {_where(target, text, reason.place)}: {one_line(reason.text)}" for reason in report.why]
    return "\n".join(lines) + "\n"


def _findings(target: Target, text: Text) -> str:
    if not target.findings:
        return "The analyzer reports no finding here; the person asked for the rewrite.\n"
    ordered = sorted(target.findings, key=lambda f: (f.place.span, f.rule, f.message))
    return "Findings:\n" + "".join(_finding(target, text, finding) for finding in ordered)


def _finding(target: Target, text: Text, finding: Finding) -> str:
    change = finding.cost.before
    if change and finding.cost.after:
        change += f", could be {finding.cost.after}"
    lines = [f"- {finding.rule} at {_where(target, text, finding.place)}: {one_line(finding.message)}"]
    if change:
        lines.append(f"  cost {change}")
    lines += [f"  {_where(target, text, step.place)}: {one_line(step.message)}" for step in finding.related]
    return "\n".join(lines) + "\n"


def _where(target: Target, text: Text, place: Place) -> str:
    """A place the model can find: the line counted from the function's first one, or another file's relative path."""
    if place.path == target.path:
        if target.span.start <= place.span.start < target.span.end:
            return (
                f"line {text.line_of(place.span.start) - text.line_of(target.span.start) + 1} of the function"
            )
        return f"line {text.line_of(place.span.start) + 1} of the module"
    root = target.path[: -len(target.relative)] if target.path.endswith(target.relative) else ""
    inside = root and place.path.startswith(root)
    return one_line(place.path[len(root) :] if inside else place.path.rsplit("/", 1)[-1])


def one_line(text: str, longest: int = 400) -> str:
    """Names and messages from the code are one line of plain characters, so they cannot look like a block."""
    return " ".join(INVISIBLE.sub("", _plain(text)).split())[:longest]
