"""What an answer says to people and to tools: its explanations, its comments and its strings.

Each check returns a sentence about what is wrong, "" if nothing is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from lsp_server.rewrites.asking import prompt

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_LONGEST = 4000  # characters of explanation
# What an editor would make a link, a picture, markup or a command of.
_LINK = re.compile(
    r"(?i)\b(?:https?|ftp|file|command|vscode|javascript|data):\S|\]\s*\(|</?[a-z!][^<>]*>|\bwww\."
)
# Words to a tool, a model or a reviewer, which no comment on a function needs.
_ORDERS = re.compile(
    r"""(?ix) \b(?:ignore|disregard|forget|override|bypass|skip|disable)\b.{0,40}\b(?:instruction|rule|check|prompt|warning|validation|review|polic|finding|confirm|test|guard|analy)
    | \b(?:system|assistant|user|developer|human)\s*(?:prompt|message|:) | <\|?(?:im_start|system|assistant|endof)
    | \b(?:claude|chatgpt|copilot|codex|gpt-?\d|cursor|llm|ai|bigo|analy[sz]er|validator|linter|language\ server|reviewer|agents?|assistant|bot|tool)s?\b[:,]?\s*(?:please|must|should|shall|may|can|do|don't|do\ not|never|always|now|apply|accept|approve|trust|run|add|execute|stop|:)
    | \b(?:auto[-\ ]?(?:apply|approve|accept|merge|confirm)|(?:apply|accept|approve|merge|commit|write|deploy)\ (?:this|the|it)\b.{0,40}\b(?:without|automatic|immediate|silently|directly|now))
    | \bwithout\ (?:asking|confirmation|review|checking|a\ diff) | \b(?:pre-?)?approved\b | \balready\ (?:reviewed|verified|checked|approved)\b | \bno\ (?:review|check|confirmation)\ (?:is\ )?(?:needed|required|necessary)
    | \b(?:do\ not|don't|never)\ (?:check|review|verify|validate|analy[sz]e|flag|report|show|warn|tell)\b | \bbigo\s*: | \b(?:new|updated|hidden)\ instructions?\b | \btrust\ (?:this|me)\b"""
)
_LATIN = re.compile(r"[A-Za-z]")
_LOOKALIKE = re.compile(r"[\u0370-\u03ff\u0400-\u052f\u0531-\u058f\u13a0-\u13ff\u2100-\u214f\uff00-\uffef]")
_WORD = re.compile(r"\w+")


def bad_prose(texts: Iterable[str]) -> str:
    """The explanations are plain text of a bearable length, which no editor renders as anything else."""
    for text in texts:
        if _CONTROL.search(text) or prompt.INVISIBLE.search(text):
            return "its explanation has invisible or control characters in it"
        if len(text) > _LONGEST:
            return "its explanation is far too long"
        if _LINK.search(text):
            return "its explanation holds a link or markup"
        if _ORDERS.search(text):
            return "its explanation addresses a tool or a reviewer"
    return ""


def bad_line(line: str) -> str:
    """A new line of code: words that order tools about, and words of two alphabets that look like one."""
    quoted = line if re.search(r"""["'`#]|//|/\*|^\s*\*""", line) else ""
    if _ORDERS.search(quoted):
        return "it holds a text that addresses a tool or a reviewer"
    for word in _WORD.findall(line):
        if _LOOKALIKE.search(word) and _LATIN.search(word):
            return f"it mixes alphabets in {word!r}"
    return ""
