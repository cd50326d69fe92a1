"""Small questions to the small model: a finding explained in one line, and functions put in the order in which a
rewrite pays.

The request is made locally and free of charge; only `Rewriter.ask` sends one. Its instructions carry no cache marker:
they are so short that reading a longer prefix from the cache would cost as much as sending them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lsp_server.rewrites.asking import prompt, redact, route
from lsp_server.rewrites.asking.budget import FRAME, Count, count, dollars, price, prose
from lsp_server.rewrites.asking.calibration import Calibration
from lsp_server.rewrites.asking.context import gather, ignored
from lsp_server.rewrites.asking.request import Request, shown
from lsp_server.rewrites.checking import words
from lsp_server.rewrites.contract import Refused, RewriteFailed, RewriteSettings, Target

LABELS = ("rewrite", "later", "leave")
MOST = 200  # functions that are ranked at once
_EXPLANATION = re.compile(r"\A\s*<explanation>(?P<text>[^<>]+)</explanation>\s*\Z")
_LONGEST = 600  # characters of an explanation, and of a reason
_RANKED = re.compile(rf"(?P<number>\d{{1,4}})[.:)]?\s+(?P<label>{'|'.join(LABELS)})\b[\s:,-]*(?P<reason>.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Request):
    """A small question that is ready to be sent. `kind` is explain or rank, `about` what it is about in words."""

    kind: str
    about: str

    def as_document(self) -> str:
        """Markdown for a person: the price, and then the request to the last byte."""
        estimate = self.estimate
        lines = [
            f"# Request to {self.about}",
            "",
            f"- Model: `{self.model}` ({self.route_reason})",
            f"- Input: about {estimate.input:,} tokens; output: about {estimate.output:,} tokens",
            f"- Price: {dollars(estimate.cold_usd)}, at most {dollars(estimate.worst_usd)}",
            f"- Replaced by placeholders: {', '.join(sorted(self.redacted)) or 'nothing'}",
            *(f"- Note: {warning}" for warning in self.warnings),
            "",
            "Nothing has been sent.",
            "",
        ]
        return "\n".join([*lines, *shown(self.body)])


@dataclass(frozen=True, slots=True)
class Candidate:
    """A function that could be rewritten, as one line: where it is and what was found, without its source."""

    relative: str
    line: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """What the model says of one candidate: its number, one of LABELS ("" if it says nothing), and why."""

    number: int
    label: str = ""
    reason: str = ""


def explanation(target: Target, settings: RewriteSettings, calibration: Calibration | None = None) -> Ask:
    """The question why the target's finding is one. Raises Refused, as a rewrite does, where code must not be sent."""
    bare = replace(target, imports="", module=(), notes=(), guidelines="", orm="")
    context = gather(bare, settings, "Explain the finding in the function")
    about = f"explain {target.findings[0].rule if target.findings else 'the cost'} in `{target.qualname}`"
    ask = _ask("explain", about, "explain-v1", context.tail, 120, settings, calibration)
    if ask.estimate.input > settings.max_function_tokens:
        raise Refused(
            "too-large", f"{target.qualname} has about {ask.estimate.input:,} tokens, too many to explain."
        )
    return replace(ask, redacted=context.secrets)


def explained(ask: Ask, text: str) -> str:
    """The explanation in an answer. Raises RewriteFailed."""
    found = _EXPLANATION.match(text)
    said = prompt.one_line(found["text"], _LONGEST) if found else ""
    if not said:
        raise RewriteFailed(
            "answer", "Claude's explanation has another form than agreed, so it is not shown."
        )
    if problem := words.bad_prose([said]):
        raise RewriteFailed("answer", f"Claude's explanation is not shown: {problem}.")
    return redact.restore(said, ask.redacted)


def ranking(
    candidates: Sequence[Candidate], settings: RewriteSettings, calibration: Calibration | None = None
) -> Ask:
    """The question in which order the candidates are worth a rewrite. Raises Refused when none of them may be sent."""
    redactor = redact.Redactor()
    sent = [
        (number, redactor.redact(prompt.one_line(f"{one.relative}: {one.line}", _LONGEST)))
        for number, one in enumerate(candidates[:MOST], 1)
        if not ignored(one.relative, settings)
    ]
    if not sent:
        raise Refused("ignored-file", "None of these functions may be sent.")
    lines = "\n".join(f"{number} {line}" for number, line in sent)
    text = prompt.fenced("The functions:", lines)
    ask = _ask("rank", f"rank {len(sent)} functions", "rank-v1", text, 22 * len(sent), settings, calibration)
    return replace(ask, redacted=dict(redactor.secrets))


def ranked(ask: Ask, text: str, candidates: int) -> list[Ranked]:
    """All candidates in the order of an answer; those it does not mention follow as they were. Raises RewriteFailed."""
    found: dict[int, Ranked] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        match = _RANKED.fullmatch(line)
        number = int(match["number"]) if match else 0
        if not match or not 1 <= number <= candidates or number in found:
            raise RewriteFailed("answer", f"Claude's ranking cannot be used: {line[:60]!r} is no line of it.")
        reason = prompt.one_line(match["reason"], _LONGEST)
        if problem := words.bad_prose([reason]):
            raise RewriteFailed("answer", f"Claude's ranking cannot be used: {problem}.")
        found[number] = Ranked(number, match["label"], redact.restore(reason, ask.redacted))
    if not found:
        raise RewriteFailed("answer", "Claude's ranking is empty.")
    return [*found.values(), *(Ranked(n) for n in range(1, candidates + 1) if n not in found)]


def _ask(
    kind: str,
    about: str,
    instructions: str,
    text: str,
    output: int,
    settings: RewriteSettings,
    calibration: Calibration | None,
) -> Ask:
    chosen = route.choose(settings, route.Task(kind))
    model = chosen.model
    system = prompt.small(instructions)
    tail = FRAME + prose(system, model.tokenizer) + count(text, model.tokenizer)
    max_output = min(model.max_output, 2 * output + model.allowance + 200)
    tokens = (calibration or Calibration(None)).tail(model.id, tail)
    body = {
        "model": model.id,
        "max_tokens": max_output,
        "system": [{"type": "text", "text": system}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": text}]}],
    }
    if model.thinking:
        body["thinking"] = {"type": model.thinking}
    if effort := chosen.effort and ("low" if not settings.effort else chosen.effort):
        body["output_config"] = {"effort": effort}
    return Ask(
        kind=kind,
        about=about,
        settings=settings,
        body=body,
        model=model.id,
        route_reason=chosen.reason,
        estimate=price(model, frozen=0, module=0, tail=tokens, output=output, max_output=max_output),
        warnings=chosen.warnings,
        redacted={},
        prefix=Count(),
        tail=tail,
    )
