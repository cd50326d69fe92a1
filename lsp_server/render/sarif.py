"""Findings as SARIF 2.1.0, for code-scanning pages: https://docs.oasis-open.org/sarif/sarif/v2.1.0/"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from analyzers.rules.base import Rule
from lsp_server.render.located import Located, Skipped, Step

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "information": "note", "hint": "note"}


def log(
    found: Sequence[Located], skipped: Sequence[Skipped], rules: Sequence[Rule], version: str
) -> dict[str, Any]:
    """The whole document, ready to be encoded."""
    names = [rule.name for rule in rules]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "bigo",
                        "semanticVersion": version,
                        "rules": [_rule(rule) for rule in rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "toolExecutionNotifications": [_notification(one) for one in skipped],
                    }
                ],
                "results": [_result(one, names) for one in found],
            }
        ],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    described = {
        "id": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.why},
        "defaultConfiguration": {"level": _LEVELS[rule.severity.label]},
    }
    return {**described, "helpUri": rule.href} if rule.href else described


def _result(one: Located, rules: Sequence[str]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": one.rule,
        "level": _LEVELS[one.severity],
        "message": {"text": one.message},
        "locations": [
            {
                "physicalLocation": _physical(
                    one.path, one.line, one.column, end_line=one.end_line, end_column=one.end_column
                ),
                "logicalLocations": [{"fullyQualifiedName": one.function, "kind": "function"}],
            }
        ],
        "relatedLocations": [_related(number, step) for number, step in enumerate(one.related)],
        # Stays the same when lines above are added, so that a page knows the finding again.
        "partialFingerprints": {"bigo/v1": _fingerprint(one)},
        "properties": {"confidence": one.confidence, "cost": one.cost.before, "tags": list(one.tags)},
    }
    if one.rule in rules:
        result["ruleIndex"] = rules.index(one.rule)
    return result


def _related(number: int, step: Step) -> dict[str, Any]:
    return {
        "id": number,
        "physicalLocation": _physical(step.path, step.line, step.column),
        "message": {"text": step.message},
    }


def _physical(
    path: str, line: int, column: int, *, end_line: int | None = None, end_column: int | None = None
) -> dict[str, Any]:
    region = {"startLine": line, "startColumn": column}
    if end_line is not None and end_column is not None:
        region |= {"endLine": end_line, "endColumn": end_column}
    return {"artifactLocation": {"uri": _uri(path)}, "region": region}


def _uri(path: str) -> str:
    """A relative reference, or a file URI for an absolute path."""
    quoted = quote(path, safe="/@!$&'()*+,;=~")
    if path.startswith("/"):
        return "file://" + quoted
    if len(path) > 1 and path[1] == ":":
        return "file:///" + path[0] + ":" + quote(path[2:])
    return quoted


def _notification(one: Skipped) -> dict[str, Any]:
    return {
        "level": "warning",
        "message": {"text": f"{one.path} {one.reason}"},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(one.path)}}}],
    }


def _fingerprint(one: Located) -> str:
    return hashlib.sha256(f"{one.path}\0{one.rule}\0{one.function}\0{one.message}".encode()).hexdigest()[:32]
