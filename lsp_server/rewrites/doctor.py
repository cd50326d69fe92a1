"""What `bigo doctor` says about rewrites. Looks at the machine only; sends and downloads nothing."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from lsp_server.rewrites.asking import prompt, route
from lsp_server.rewrites.asking.budget import estimate_tokens, local_vocabulary, second_opinion
from lsp_server.rewrites.sending import failures


def doctor(environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """Rows of (what, finding). The key itself is never shown."""
    missing = failures.missing_key(environ)
    ours = estimate_tokens(prompt.frozen())
    other = second_opinion(prompt.frozen(), environ)
    return [
        ("Claude key", missing.sentence if missing else "set"),
        ("Claude address", environ.get("ANTHROPIC_BASE_URL") or "the SDK's own"),
        ("Claude SDK", "installed" if find_spec("anthropic") else "not installed: rewrites cannot be sent"),
        ("Models and prices", f"as of {route.table()['dated']}, {len(route.models())} models"),
        ("Instructions", f"{prompt.VERSION}, about {ours:,} tokens"),
        (
            "tiktoken vocabulary",
            f"{local_vocabulary(environ)}: it counts {other:,} tokens for the instructions, we estimate {ours:,}"
            if other
            else "none on this machine; token counts come from the built-in estimator (nothing is downloaded)",
        ),
    ]
