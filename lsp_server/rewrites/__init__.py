"""Rewrites of one function by Claude: a finding goes in, a checked edit comes out. Knows Claude, not the editor.

`prepare` builds the exact request, locally and free of charge; only `Rewriter.run` sends anything.
"""

from lsp_server.rewrites.budget import Calibration, Estimate, dollars
from lsp_server.rewrites.cache import AnswerCache
from lsp_server.rewrites.contract import (
    Check,
    Checked,
    ContextPart,
    Edit,
    Progress,
    Refused,
    RewriteFailed,
    RewriteSettings,
    Target,
    Timings,
    Usage,
)
from lsp_server.rewrites.doctor import doctor
from lsp_server.rewrites.ledger import Ledger
from lsp_server.rewrites.proposal import FileEdit, Proposal
from lsp_server.rewrites.request import Prepared, prepare
from lsp_server.rewrites.rewriter import Rewriter
from lsp_server.rewrites.summary import Summary

__all__ = [
    "AnswerCache",
    "Calibration",
    "Check",
    "Checked",
    "ContextPart",
    "Edit",
    "Estimate",
    "FileEdit",
    "Ledger",
    "Prepared",
    "Progress",
    "Proposal",
    "Refused",
    "RewriteFailed",
    "RewriteSettings",
    "Rewriter",
    "Summary",
    "Target",
    "Timings",
    "Usage",
    "doctor",
    "dollars",
    "prepare",
]
