"""What goes into a request from the code: which parts, in which order, and without secrets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import pathspec

from lsp_server.rewrites.asking import prompt, redact, shorten
from lsp_server.rewrites.asking.budget import estimate_tokens
from lsp_server.rewrites.contract import ContextPart, Refused, RewriteSettings, Target

# Files whose content is a secret by its nature, in gitignore syntax.
NEVER_SENT = (
    ".env", ".env.*", "*.env", ".envrc", "*.tfvars", "*.tfstate", "kubeconfig*", ".kube/", ".htpasswd", ".git-credentials", "*secrets.*",
    "*.ovpn", "*.kdbx", "*.asc", "*.gpg", "*.ppk", ".docker/config.json", "*service[-_]account*.json", "*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "id_rsa*", "id_dsa*",
    "id_ecdsa*", "id_ed25519*", ".netrc", ".pgpass", ".pypirc", ".npmrc", "secrets.*", "credentials*", ".aws/", ".ssh/", ".gnupg/",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Context:
    """The texts of a request, redacted: the project's block ("" for none), the module's, the tail, and the function as it
    stands in the tail.

    `marks` is the number of invisible characters that were not sent; `secrets` maps placeholders to what they stand for.
    """

    project: str
    module: str
    tail: str
    function: str
    left_out: tuple[str, ...]
    secrets: dict[str, str]
    marks: int


@dataclass
class _Cleaner:
    """Makes texts fit to be sent, in the order in which they stand in the request: placeholders are numbered so."""

    redactor: redact.Redactor = field(default_factory=redact.Redactor)
    marks: int = 0

    def text(self, text: str) -> str:
        text, removed = prompt.clean(text)
        self.marks += removed
        return self.redactor.redact(text)

    def part(self, part: ContextPart) -> ContextPart:
        return ContextPart(self.text(part.relative), self.text(part.label), self.text(part.source))

    def function(self, text: str) -> str:
        """The function comes back, so its invisible marks become placeholders: strings that need them keep them."""
        self.marks += len(prompt.INVISIBLE.findall(text))
        return self.redactor.redact(self.redactor.replace(prompt.INVISIBLE, "MARK", prompt.lines(text)))


def gather(target: Target, settings: RewriteSettings, task: str = "Rewrite the function") -> Context:
    """The texts to send. Raises Refused when the function may not be sent at all; parts that may not are left out."""
    if pattern := ignored(target.relative, settings):
        raise Refused("ignored-file", f"{target.relative} is never sent: it matches {pattern!r}.")
    texts = (target.function, target.imports, target.guidelines, target.profile, target.orm)
    if any(map(redact.holds_private_key, texts)):
        raise Refused("private-key", f"{target.relative} holds a private key, so nothing of it is sent.")
    cleaner = _Cleaner()
    guidelines = cleaner.text(target.guidelines)
    notes, not_notes = _choose(target.notes, settings, cleaner, settings.max_context_tokens)
    project = prompt.project_block(guidelines, notes, cleaner.text(target.orm))
    imports = cleaner.text(target.imports)
    module, not_module = _choose(
        target.module,
        settings,
        cleaner,
        settings.max_context_tokens - estimate_tokens(imports),
        target.language,
    )
    block = prompt.module_block(cleaner.text(target.relative), target.language, imports, module)
    # A part that is in the module's block is not sent twice; one that did not fit there may fit here.
    own, not_own = _choose(
        target.own, settings, cleaner, settings.max_context_tokens, target.language, known=module
    )
    function = cleaner.function(target.function)
    # The findings' messages quote the code, so the whole tail passes once more; what is a placeholder stays one.
    tail = cleaner.redactor.redact(prompt.tail(target, function, own, cleaner.text(target.profile), task))
    sent = {_name(part) for part in own if _name(part) not in not_own}
    left_out = {name: why for name, why in {**not_notes, **not_module, **not_own}.items() if name not in sent}
    return Context(
        project=project,
        module=block,
        tail=tail,
        function=function,
        left_out=tuple(f"{name}: {why}" for name, why in left_out.items()),
        secrets=dict(cleaner.redactor.secrets),
        marks=cleaner.marks,
    )


def _choose(
    parts: Iterable[ContextPart],
    settings: RewriteSettings,
    cleaner: _Cleaner,
    tokens: int,
    language: str = "",
    known: Iterable[ContextPart] = (),
) -> tuple[list[ContextPart], dict[str, str]]:
    """The parts that may be sent and fit into that many tokens, the most valuable first in, sorted and clean; and why
    each other one does not. What fits in part is cut between statements and says so."""
    kept: list[ContextPart] = []
    left_out: dict[str, str] = {}
    too_large: list[ContextPart] = []
    limit = f"would exceed the context limit of {settings.max_context_tokens:,} tokens"
    for part in sorted(set(parts), key=lambda part: (-part.value, part)):
        if ignored(part.relative, settings):
            left_out[_name(part)] = "the file is never sent"
            continue
        if redact.holds_private_key(part.source):
            left_out[_name(part)] = "it holds a private key"
            continue
        size = estimate_tokens(part.source)
        if size > tokens:
            left_out[_name(part)] = limit
            too_large.append(part)
            continue
        clean = cleaner.part(part)
        if clean not in known:
            tokens -= size
            kept.append(clean)
    for part in too_large:
        # What is left of the room goes to beginnings; one of them must not take it all.
        room = min(tokens, settings.max_context_tokens // 4)
        short, dropped = shorten.shortened(part.source, room, language)
        if short:
            left_out[_name(part)] = f"its last {dropped} lines {limit}"
            clean = cleaner.part(part._replace(source=f"{short}\n[{dropped} more lines are not shown]"))
            if clean not in known:
                tokens -= estimate_tokens(short)
                kept.append(clean)
    return sorted(kept), left_out


def _name(part: ContextPart) -> str:
    return f"{part.label} ({part.relative})"


def ignored(relative: str, settings: RewriteSettings) -> str:
    """The pattern that keeps the file from being sent, "" if none does. The built-in ones cannot be taken back."""
    for patterns in (NEVER_SENT, settings.never_send):
        if _matcher(patterns).match_file(relative.lstrip("/")):
            return next(
                (p for p in patterns if _matcher((p,)).match_file(relative.lstrip("/"))), patterns[-1]
            )
    return ""


@lru_cache(maxsize=100)
def _matcher(patterns: tuple[str, ...]) -> Any:
    try:
        return pathspec.GitIgnoreSpec.from_lines(patterns)
    except ValueError as problem:
        raise Refused("bad-setting", f"never_send holds a pattern that is not valid: {problem}.") from None
