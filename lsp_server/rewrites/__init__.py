"""Rewrites of one function by Claude: a finding goes in, a checked edit comes out. Knows Claude, not the editor.

`prepare` builds the exact request, locally and free of charge; only `Rewriter.run` sends anything. The rooms follow a
request on its way: `asking/`, `sending/`, `checking/`, `keeping/`.
"""

from lsp_server.rewrites.asking.asks import Ask
from lsp_server.rewrites.asking.budget import Estimate, dollars
from lsp_server.rewrites.asking.calibration import Calibration
from lsp_server.rewrites.asking.request import Prepared, prepare
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
from lsp_server.rewrites.keeping.cache import AnswerCache
from lsp_server.rewrites.keeping.ledger import Ledger
from lsp_server.rewrites.keeping.summary import Summary
from lsp_server.rewrites.proposal import FileEdit, Proposal
from lsp_server.rewrites.rewriter import Rewriter

__all__ = [
    "AnswerCache",
    "Ask",
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
