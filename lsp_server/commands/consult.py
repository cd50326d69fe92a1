"""What a rewrite on the command line asks the project: what a change would cost, and what a model wants to know."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lsp_server.commands.gather import Gathered
    from lsp_server.rewrites import Check, Target
    from lsp_server.rewrites.asking.tools import Reader

_ONE_AT_A_TIME = threading.Lock()


def recheck(gathered: Gathered) -> Check:
    """What bigo itself says of the files before and after; the project is afterwards as it was."""
    from lsp_server.briefing import recheck
    from lsp_server.briefing.targets import check_options

    def check(target: Target, patched: str, others: Mapping[str, tuple[str, str]] = {}) -> Any:
        with _ONE_AT_A_TIME:
            return recheck.checked(
                gathered.project, check_options(gathered.settings), target, patched, others
            )

    return check


def reader(gathered: Gathered, linked: Any = None) -> Callable[[Target], Reader | None]:
    """Who answers a model's questions about the workspace."""
    from lsp_server.briefing.looking import Desk, WorkspaceReader

    root = gathered.root.as_posix()
    desk = Desk(gathered.project, root, gathered.texts, gathered.settings, linked)

    async def ask(job: Callable[[], Any]) -> Any:
        import anyio.to_thread

        def locked() -> Any:
            with _ONE_AT_A_TIME:  # the project belongs to one thread at a time
                return job()

        return await anyio.to_thread.run_sync(locked)

    made = WorkspaceReader(root, lambda path: gathered.project.facts(path) is not None, ask, lambda: desk)
    return lambda target: made if desk.is_inside(target.path) else None
