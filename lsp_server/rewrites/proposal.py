"""What the model answered, taken apart; and what the person is shown once it has passed the checks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lsp_server.rewrites.contract import Edit, RewriteFailed, Target, Timings, Usage

_TAGS = ("before", "after", "why", "assumptions", "imports", "aux", "rewrite", "no_change")
_REQUIRED = ("before", "after", "why", "rewrite")
_MARK = re.compile(rf"<(/?)({'|'.join(_TAGS)})>")
_FENCED = re.compile(r"\A```[\w+-]*\n(.*?)\n?```\s*\Z", re.DOTALL)


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


@dataclass(frozen=True, slots=True)
class Proposal:
    """A checked rewrite. `edits` are against the target's text; `patched` is the whole file with them done.

    `before`, `after`, `why` and `assumptions` are the model's claims; `analyzer_before` and `analyzer_after` are our
    own, "unknown" where the analyzer does not know.
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

    def summary(self) -> str:
        """A few lines of Markdown for the confirmation."""
        lines = [
            f"`{self.target.qualname}`: the analyzer says {self.analyzer_before} → {self.analyzer_after}.",
            f"The model says {self.before} → {self.after}.",
            self.why,
        ]
        if self.assumptions and self.assumptions.lower().rstrip(".") != "none":
            lines.append(f"It assumes: {self.assumptions}")
        lines += [f"Note: {warning}" for warning in self.warnings]
        return "\n\n".join(line for line in lines if line)


def parse(text: str) -> Answer:
    """The answer in the text. Raises RewriteFailed: `no-change` with the model's reason, else `answer`.

    Strict on purpose: a tag that is missing, doubled, nested or left open means that nobody can tell what was meant.
    """
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
    if sections.keys() == {"no_change"}:
        reason = " ".join(sections["no_change"].split())
        raise RewriteFailed(
            "no-change", f"Claude would not change this function: {reason}", model_says=reason
        )
    if "no_change" in sections:
        raise _unusable("it holds a rewrite and says that there is none", text)
    for tag in _REQUIRED:
        if not sections.get(tag, "").strip():
            raise _unusable(f"<{tag}> is missing", text)
    if any(piece.strip() for piece in outside):
        raise _unusable("there is text outside the tags", text)
    prose = {
        tag: " ".join(sections.get(tag, "").split()) for tag in ("before", "after", "why", "assumptions")
    }
    return Answer(rewrite=_code(sections["rewrite"]), aux=_code(sections.get("aux", "")),
                  imports=_code(sections.get("imports", "")), **prose)  # fmt: skip


def _code(text: str) -> str:
    """Raw code: LF, no blank lines around it, no Markdown fence around all of it."""
    text = text.replace("\r\n", "\n")
    stripped = re.sub(r"\A(?:[ \t]*\n)+", "", text).rstrip()
    fenced = _FENCED.match(stripped)
    return fenced[1].rstrip() if fenced else stripped


def _unusable(what: str, text: str) -> RewriteFailed:
    return RewriteFailed("answer", f"Claude's answer does not have the agreed form: {what}.", text=text)
