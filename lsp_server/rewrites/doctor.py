"""What `bigo doctor` says about rewrites. Looks at the machine only; sends and downloads nothing."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from lsp_server.rewrites.asking import prompt, route
from lsp_server.rewrites.asking.budget import local_vocabulary, prose, second_opinion
from lsp_server.rewrites.keeping.ledger import Ledger
from lsp_server.rewrites.sending import failures

_DAYS = 7


def doctor(environ: Mapping[str, str], ledger: Ledger | None = None) -> list[tuple[str, str]]:
    """Rows of (what, finding). The key itself is never shown."""
    missing = failures.missing_key(environ)
    ours = prose(prompt.frozen()).tokens
    other = second_opinion(prompt.frozen(), environ)
    return [
        ("Claude key", "none; only rewrites need one, in ANTHROPIC_API_KEY" if missing else "set"),
        ("Claude address", environ.get("ANTHROPIC_BASE_URL") or "that of the SDK"),
        ("Claude SDK", "installed" if find_spec("anthropic") else "not installed: rewrites cannot be sent"),
        ("Models and prices", f"as of {route.table()['dated']}, {len(route.models())} models"),
        ("Instructions", f"{prompt.VERSION}, about {ours:,} tokens"),
        ("Prompt cache", _hits(ledger)),
        (
            "tiktoken vocabulary",
            f"{local_vocabulary(environ)}: it counts {other:,} tokens for the instructions, we estimate {ours:,}"
            if other
            else "none on this machine; token counts come from the built-in estimator (nothing is downloaded)",
        ),
    ]


def _hits(ledger: Ledger | None) -> str:
    """How much of the input was read from the API's cache of late."""
    summary = ledger.summary(_DAYS) if ledger else None
    if summary is None or not summary.cached_by_model:
        return f"no rewrites in the last {_DAYS} days"
    shares = ", ".join(f"{share:.0%} by {model}" for model, share in summary.cached_by_model.items())
    return f"of the input of the last {_DAYS} days {shares} was read from it"
