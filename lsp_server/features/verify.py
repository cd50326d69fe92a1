"""`bigo.verify`: the function at a place against what it was before its last rewrite here, else in the last commit.

Both are run, in a process that can do nothing but compute, so it is done only when a person asks for it in a workspace
that they trust.
https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#workspace_executeCommand
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lsp_server.features import choice
from lsp_server.features.progress import Progress
from lsp_server.server import BigoServer


def register(server: BigoServer) -> None:
    server.command("bigo.verify")(verify)


async def verify(ls: BigoServer, *arguments: Any) -> dict[str, Any]:
    """`{"proved", "summary", "reason"}` and the measurement; told in a message, too."""
    from lsp_server.files import changes
    from lsp_server.verify import CannotVerify
    from lsp_server.verify import verify as run

    if not choice.trusted(ls, "nothing of it is run"):
        return {"proved": False, "summary": "", "reason": "not trusted"}
    session = ls.session
    try:
        chosen = await choice.chosen(ls, arguments)
        path, name = chosen.document.path, chosen.report.qualname
        now = chosen.analysis.text.source.decode("utf-8", "replace")
        if not path.endswith((".py", ".pyi")):
            raise CannotVerify("only Python is run")
        then = session.before_rewrites.get((path, name))
        async with Progress(ls, f"Verifying {name}"):
            if then is None:
                then = await session.files.run(changes.text_at, Path(path), "HEAD")
            old = then
            queries = bool(chosen.report.queries)
            verdict = await session.files.run(lambda: run(old, now, name, queries=queries))
    except choice.NoTarget as error:
        ls.warn(str(error))
        return {"proved": False, "summary": "", "reason": str(error)}
    except changes.NoHistory:
        reason = (
            "there is nothing to compare it with: it was not rewritten here, and no commit holds its file"
        )
        ls.warn(reason)
        return {"proved": False, "summary": "", "reason": reason}
    except CannotVerify as cannot:
        ls.inform(f"cannot verify, because {cannot}")
        return {"proved": False, "summary": "", "reason": str(cannot)}
    ls.inform(verdict.summary())
    return {"summary": verdict.summary(), "reason": "", **verdict.as_dict()}
