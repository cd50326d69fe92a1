"""What a rewrite of a JavaScript or TypeScript function may import and may not bring in."""

from __future__ import annotations

import re
from functools import cache

from analyzers import extract, languages
from analyzers.facts import FileFacts
from lsp_server.rewrites.asking.request import Prepared
from lsp_server.rewrites.checking.python_reach import reach
from lsp_server.rewrites.contract import RewriteFailed
from lsp_server.rewrites.proposal import Answer

_WORD = re.compile(r"[$\w]+")
_NOTE = re.compile(r"""("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|//[^\n]*|/\*[\s\S]*?\*/""")


def _bad(what: str) -> RewriteFailed:
    return RewriteFailed("answer", f"Claude's rewrite cannot be used: {what}.")


def facts_of(prepared: Prepared, source: bytes) -> FileFacts:
    """The facts of a text in the target's language. Raises RewriteFailed where that cannot be checked."""
    language = languages.for_path(prepared.target.path)
    if language is None:
        raise _bad(f"{prepared.target.language} is not a language that can be checked")
    return extract.facts_of(source, language)


def imports(prepared: Prepared, answer: Answer) -> tuple[str, ...]:
    """Imports of modules that the file imports already, and only names that it does not have."""
    lines = [line.strip() for line in answer.imports.splitlines() if line.strip()]
    if not lines:
        return ()
    wanted, have = facts_of(prepared, answer.imports.encode()), facts_of(prepared, prepared.target.source)
    if wanted.has_error or len(wanted.functions) != 1 or wanted.functions[0].body or wanted.classes:
        raise _bad("its imports hold something that is no import")
    known = {item.module for item in have.imports}
    for item in wanted.imports:
        if item.module not in known:
            raise _bad(f"it wants to import {item.module}, which the file does not use so far")
        if _reaches(item.module):
            raise _bad(f"it wants to import {item.module}, which reaches outside")
        if item.alias[:1].islower():
            raise _bad(
                f"it wants to import {item.alias} of {item.module}, and nobody can tell what that does"
            )
    bound = {item.alias for item in have.imports if not item.scope}
    if all(item.alias in bound for item in wanted.imports):
        return ()
    if any(item.alias in bound for item in wanted.imports):
        raise _bad("it wants to import a name that the file has already")
    return tuple(lines)


def check(prepared: Prepared, function: str, answer: Answer) -> None:
    """Raises RewriteFailed where the function or its helper brings in what it may not."""
    old, new = _code(prepared.target.function), _code(function + "\n" + answer.aux)
    before, after = set(_WORD.findall(old)), set(_WORD.findall(new))
    for word in sorted((after & reach("script", "words")) - before):
        raise _bad(f"it brings in {word}, which was not there before")
    for pattern in _patterns():
        if len(pattern.findall(new)) > len(pattern.findall(old)):
            raise _bad(f"it brings in {pattern.search(new)[0].strip()!r}, which was not there before")  # type: ignore[index]
    file = facts_of(prepared, prepared.target.source)
    for item in file.imports:
        if item.alias in after - before and (_reaches(item.module) or item.alias[:1].islower()):
            raise _bad(f"it uses {item.alias} of {item.module}, which it did not before")
    for outer in file.functions[1:]:
        if (
            outer.name in after - before
            and not outer.parent
            and _reaches_outside(prepared, file, outer.name, set())
        ):
            raise _bad(f"it uses the function {outer.name}, which it did not before")
    if answer.aux:
        _check_helper(prepared, file, function, answer.aux)


def _reaches_outside(prepared: Prepared, file: FileFacts, name: str, seen: set[str]) -> bool:
    """Whether a function of the file reaches outside, itself or through others of the file."""
    known = {f.name for f in file.functions[1:]}
    for function in file.functions[1:]:
        if function.name != name:
            continue
        used = set(
            _WORD.findall(
                _code(prepared.target.source[function.start : function.end].decode("utf-8", "replace"))
            )
        )
        if used & reach("script", "words") or any(
            item.alias in used and (_reaches(item.module) or item.alias[:1].islower())
            for item in file.imports
        ):
            return True
        if any(
            _reaches_outside(prepared, file, other, seen | used) for other in (used & known) - seen - {name}
        ):
            return True
    return False


def _check_helper(prepared: Prepared, file: FileFacts, function: str, aux: str) -> None:
    facts = facts_of(prepared, aux.encode())
    top = [f for f in facts.functions[1:] if not f.parent and not f.owner]
    if (
        facts.has_error
        or facts.classes
        or len(top) != 1
        or (aux.encode()[: top[0].start] + aux.encode()[top[0].end :]).strip(b" \t\r\n;")
    ):
        raise _bad("its extra function is not one top-level function")
    if top[0].name in {f.name for f in file.functions} | {item.alias for item in file.imports}:
        raise _bad(f"its extra function is named {top[0].name}, which the file has already")
    if top[0].name not in _WORD.findall(_code(function)):
        raise _bad("it does not use its extra function")


def secrets(code: str) -> list[str]:
    """Each text with a placeholder, and the code before it on its line, which is what it is given to."""
    return sorted(
        f"{''.join(code[code.rfind(chr(10), 0, m.start()) + 1 : m.start()].split())} {m[1]}"
        for m in _NOTE.finditer(code)
        if m[1] and "__REDACTED" in m[1]
    )


def _code(text: str) -> str:
    """The text without comments; strings stay, because a text can name a member."""
    return _NOTE.sub(lambda m: m[1] or " ", text)


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in sorted(reach("script", "patterns")))


def _reaches(module: str) -> bool:
    name = module.removeprefix("node:")
    return name in reach("script", "modules") or name.split("/")[0] in reach("script", "modules")
