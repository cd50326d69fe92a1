"""What the actions and commands share: the function an argument means, its price, its request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from analyzers.findings import Finding, FunctionReport
from lsp_server import lookup
from lsp_server.analyzer import Wanted
from lsp_server.server import BigoServer
from lsp_server.session import Analysis, OpenDocument
from lsp_server.wire.convert import range_of_json, to_diagnostic, to_span
from lsp_server.wire.positions import to_path

if TYPE_CHECKING:
    from lsp_server.rewrites import Ask, Prepared, Target
    from lsp_server.rewrites.asking.request import Request


class NoTarget(ValueError):
    """An argument means no function; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A function of an open document, as it was when it was chosen."""

    document: OpenDocument
    analysis: Analysis
    report: FunctionReport


async def chosen(ls: BigoServer, arguments: tuple[Any, ...]) -> Chosen:
    """The function that a command's one argument `{"uri", "range"}` means: the innermost around the range, or one
    whose lines it touches. Raises NoTarget."""
    argument = as_mapping(arguments[0]) if arguments else {}
    uri = argument.get("uri")
    if not isinstance(uri, str):
        raise NoTarget('the command takes one argument {"uri", "range"}')
    path = to_path(uri)
    analysis = await ls.session.analysed(path)
    document = ls.session.documents.get(path)
    if document is None:
        raise NoTarget(f"{uri} is not open in the editor; open it first")
    if analysis is None or analysis.state.edits != document.edits:
        raise NoTarget("the document could not be analysed as it is now; the log says why")
    where = range_of_json(argument.get("range"))
    if where is None:
        raise NoTarget('the argument\'s "range" is no range of the protocol')
    here = to_span(analysis.text, where, ls.session.client.encoding)
    reports = await ls.session.reports(path)
    report = lookup.function_on_line(reports, here, analysis.text) or lookup.function_around(
        reports, here, analysis.text
    )
    if report is None:
        raise NoTarget("there is no function at this place; put the cursor into one")
    return Chosen(document, analysis, report)


def trusted(ls: BigoServer, otherwise: str) -> bool:
    """Whether the person trusts the workspace; if not they are told what is not done, as "nothing of it is sent"."""
    if not ls.session.client.trusted:
        ls.warn(f"this workspace is not trusted, so {otherwise}; trust it first")
    return ls.session.client.trusted


async def prepared(ls: BigoServer, path: str, analysis: Analysis, qualname: str) -> Prepared:
    """The request for a function as it would be sent. Local and free. Raises what `rewrites.prepare` raises."""
    target = await _target(ls, path, analysis, qualname, analysis.findings)
    return ls.session.rewriter().prepare(target)


async def question(ls: BigoServer, path: str, analysis: Analysis, finding: Finding) -> Ask:
    """The request for an explanation of a finding. Local and free. Raises what `rewrites.prepare` raises."""
    from lsp_server.rewrites.asking import asks

    target = await _target(ls, path, analysis, finding.function, [finding])
    rewriter = ls.session.rewriter()
    return asks.explanation(target, rewriter.settings, rewriter.calibration)


async def _target(
    ls: BigoServer, path: str, analysis: Analysis, function: str, findings: Sequence[Finding]
) -> Target:
    """The function with all that is worth sending along."""
    session = ls.session
    wanted = Wanted(
        path=path,
        text=analysis.text,
        qualname=function,
        root=session.root_of(path) or "/",
        text_of=session.text_of,
        findings=findings,
        settings=session.settings,
        version=analysis.version,
    )
    return await session.ask(session.engine.target, wanted)


async def price(ls: BigoServer, path: str, analysis: Analysis, qualname: str) -> str | None:
    """The price of a rewrite in words; "" if it cannot be told, None if there can be no rewrite of this function."""
    document = ls.session.documents.get(path)
    if document is None:
        return None
    make = partial(prepared, ls, path, analysis, qualname)
    return await _price(ls, document, (analysis.state, qualname), make, f"rewrite of {qualname}")


async def price_of_explanation(ls: BigoServer, path: str, analysis: Analysis, finding: Finding) -> str | None:
    """The price of an explanation in words, as `price` tells that of a rewrite."""
    document = ls.session.documents.get(path)
    if document is None or finding.function == lookup.MODULE:
        return None
    key = (analysis.state, (finding.function, finding.rule, finding.place.span))
    make = partial(question, ls, path, analysis, finding)
    return await _price(ls, document, key, make, f"explanation of {finding.rule}")


async def _price(
    ls: BigoServer, document: OpenDocument, key: Any, make: Callable[[], Awaitable[Request]], what: str
) -> str | None:
    if key not in document.prices:
        if len(document.prices) > 64:
            document.prices.clear()
        document.prices[key] = await _fresh_price(ls, make, what)
    return document.prices[key]


async def _fresh_price(ls: BigoServer, make: Callable[[], Awaitable[Request]], what: str) -> str | None:
    from lsp_server.briefing.targets import NoTarget as NoFunction
    from lsp_server.rewrites import Refused

    try:
        return (await make()).estimate.title()
    except (Refused, NoFunction) as refusal:
        ls.say(f"no {what} is offered: {refusal}")
        return None
    except Exception as error:
        ls.say(f"the price of a {what} cannot be told: {type(error).__name__}: {error}")
        return ""


def diagnostic(ls: BigoServer, analysis: Analysis, finding: Finding) -> lsp.Diagnostic:
    """The diagnostic that shows the finding."""
    session = ls.session
    page = session.engine.page(finding.rule)
    return to_diagnostic(finding, analysis.text, session.client, session.text_of, session.uri_of(), page)


def told(ls: BigoServer, error: BaseException, reason: str = "") -> dict[str, str]:
    """Why a command did nothing, as a part of its answer, and said to the person; a client that opens "key" says itself
    that there is none, and how to set it."""
    kind = str(getattr(error, "kind", ""))
    if kind != "missing-key" or "key" not in ls.session.client.opens:
        ls.warn(reason or str(error))
    return {"reason": reason or str(error), "kind": kind}


def comment_marker(ls: BigoServer, path: str) -> str:
    """What begins a comment in the document's language."""
    document = ls.session.documents.get(path)
    return "#" if document is None or document.language_id in ("python", "") else "//"


def as_mapping(value: Any) -> dict[str, Any]:
    """A command's argument as a dict, whatever arrived."""
    return value if isinstance(value, dict) else {}
