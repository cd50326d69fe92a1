"""What the model answered, taken apart; and what the person is shown once it has passed the checks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lsp_server.rewrites.contract import Edit, RewriteFailed, Target, Timings, Usage

_TAGS = ("before", "after", "why", "assumptions", "imports", "aux", "rewrite", "no_change")
_REQUIRED = ("before", "after", "why", "rewrite")
_MARK = re.compile(rf"<(/?)({'|'.join(_TAGS)})>")
# Only where several functions may change: these two tags name the file, and `also` the function, they are about.
_PLACED = re.compile(
    r'<(?P<tag>also|also_imports) path="(?P<path>[^"<>\n]{1,400})"(?: function="(?P<function>[^"<>\n]{1,200})")?>'
    r"(?P<code>.*?)</(?P=tag)>",
    re.DOTALL,
)
_ANY_PLACED = re.compile(r"</?also(?:_imports)?\b")
MOST_OTHERS = 5
_FENCED = re.compile(r"\A```[\w+-]*\n(.*?)\n?```\s*\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Also:
    """Another function that changes with the one asked about, as the model wrote it."""

    path: str
    function: str
    code: str
    imports: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The tags of an answer, as the model wrote them (redacted, not yet fitted to the file)."""

    rewrite: str
    before: str
    after: str
    why: str
    assumptions: str = ""
    imports: str = ""
    aux: str = ""
    also: tuple[Also, ...] = ()


@dataclass(frozen=True, slots=True)
class FileEdit:
    """What changes in another file than the target's; `text` is that file as the edits were made for it."""

    path: str
    relative: str
    functions: tuple[str, ...]
    text: str
    edits: tuple[Edit, ...]
    patched: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A checked rewrite. `edits` are against the target's text; `patched` is the whole file with them done.

    `before`, `after`, `why` and `assumptions` are the model's claims; `analyzer_before` and `analyzer_after` are our
    own, "unknown" where the analyzer does not know. `also` says the same of each function that changes besides.
    """

    target: Target
    function: str
    imports: tuple[str, ...]
    aux: str
    before: str
    after: str
    why: str
    assumptions: str
    analyzer_before: str
    analyzer_after: str
    warnings: tuple[str, ...]
    edits: tuple[Edit, ...]
    patched: str
    model: str
    usage: Usage
    cost_usd: float
    timings: Timings
    from_cache: bool = False
    repaired: bool = False
    others: tuple[FileEdit, ...] = ()
    also: tuple[str, ...] = ()

    def summary(self) -> str:
        """A few lines of Markdown for the confirmation."""
        lines = [
            f"`{self.target.qualname}`: the analyzer says {self.analyzer_before} → {self.analyzer_after}.",
            f"The model says {self.before} → {self.after}.",
            self.why,
        ]
        if self.assumptions and self.assumptions.lower().rstrip(".") != "none":
            lines.append(f"It assumes: {self.assumptions}")
        lines += [
            f"It also changes {', '.join(f'`{name}`' for name in file.functions)} in {file.relative}."
            for file in self.others
        ]
        lines += [f"The analyzer says of {one}." for one in self.also]
        lines += [f"Note: {warning}" for warning in self.warnings]
        return "\n\n".join(line for line in lines if line)


def parse(text: str, *, several: bool = False) -> Answer:
    """The answer in the text. Raises RewriteFailed: `no-change` with the model's reason, else `answer`.

    `several` allows other functions beside the one asked about, and `rewrite` to be left out when there are some.
    Strict on purpose: a tag that is missing, doubled, nested or left open means that nobody can tell what was meant.
    """
    also: tuple[Also, ...] = ()
    if several:
        text, also = _others(text)
    sections: dict[str, str] = {}
    opened: tuple[str, int] | None = None
    at, outside = 0, []
    for mark in _MARK.finditer(text):
        closing, tag = mark.groups()
        if not closing:
            if opened:
                raise _unusable(f"<{tag}> stands inside <{opened[0]}>", text)
            outside.append(text[at : mark.start()])
            opened = (tag, mark.end())
            continue
        if opened is None or opened[0] != tag:
            raise _unusable(f"</{tag}> closes nothing", text)
        if tag in sections:
            raise _unusable(f"there is more than one <{tag}>", text)
        sections[tag] = text[opened[1] : mark.start()]
        opened, at = None, mark.end()
    if opened:
        raise _unusable(f"<{opened[0]}> is never closed", text)
    outside.append(text[at:])
    if sections.keys() == {"no_change"} and not also:
        reason = " ".join(sections["no_change"].split())
        raise RewriteFailed(
            "no-change", f"Claude would not change this function: {reason}", model_says=reason
        )
    if "no_change" in sections:
        raise _unusable("it holds a rewrite and says that there is none", text)
    for tag in _REQUIRED:
        if tag == "rewrite" and also and tag not in sections:
            continue
        if not sections.get(tag, "").strip():
            raise _unusable(f"<{tag}> is missing", text)
    if any(piece.strip() for piece in outside):
        raise _unusable("there is text outside the tags", text)
    prose = {
        tag: " ".join(sections.get(tag, "").split()) for tag in ("before", "after", "why", "assumptions")
    }
    if also and "rewrite" not in sections and (sections.keys() & {"aux", "imports"}):
        raise _unusable("it has <aux> or <imports> without a <rewrite>", text)
    return Answer(rewrite=_code(sections.get("rewrite", "")), aux=_code(sections.get("aux", "")),
                  imports=_code(sections.get("imports", "")), also=also, **prose)  # fmt: skip


def _others(text: str) -> tuple[str, tuple[Also, ...]]:
    """The text without its sections about other functions, and these."""
    functions: dict[tuple[str, str], str] = {}
    imports: dict[str, str] = {}
    for found in _PLACED.finditer(text):
        tag, path, function, code = found["tag"], found["path"], found["function"], found["code"]
        if _MARK.search(code) or _ANY_PLACED.search(code):
            raise _unusable(f"a tag stands inside <{tag}>", text)
        key = (path, function or "")
        if (tag == "also") != bool(function):
            raise _unusable(f"<{tag}> does not name what it is about", text)
        if key in functions or (tag != "also" and path in imports):
            raise _unusable(f"there is more than one <{tag}> for {path}", text)
        if tag == "also":
            functions[key] = _code(code)
            if not functions[key]:
                raise _unusable(f"<also> for {path} is empty", text)
        else:
            imports[path] = _code(code)
    rest = _PLACED.sub("", text)
    if _ANY_PLACED.search(rest):
        raise _unusable("<also> is not written as agreed", text)
    if len(functions) > MOST_OTHERS:
        raise _unusable(f"it changes more than {MOST_OTHERS} other functions", text)
    if set(imports) - {path for path, _ in functions}:
        raise _unusable("it has imports for a file in which it changes nothing", text)
    # A file's imports go with the first of its functions.
    also = [Also(p, name, code, imports.pop(p, "")) for (p, name), code in functions.items()]
    return rest, tuple(also)


def _code(text: str) -> str:
    """Raw code: LF, no blank lines around it, no Markdown fence around all of it."""
    text = text.replace("\r\n", "\n")
    stripped = re.sub(r"\A(?:[ \t]*\n)+", "", text).rstrip()
    fenced = _FENCED.match(stripped)
    return fenced[1].rstrip() if fenced else stripped


def _unusable(what: str, text: str) -> RewriteFailed:
    return RewriteFailed("answer", f"Claude's answer does not have the agreed form: {what}.", text=text)
