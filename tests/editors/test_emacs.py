"""bigo in Emacs' eglot, registered by editors/emacs/bigo.el, in batch mode. The scenario is emacs/fix.el."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from editor_desk import HERE, Desk, editor
from editor_sample import ANSWER, FIX, FIXED, MARKED, REWRITTEN, SOURCE

pytestmark = pytest.mark.editor


def test_finding_local_fix_and_rewrite(desk: Callable[..., Desk]) -> None:
    here = desk(ANSWER)
    (here.workspace / "sample.py").write_text(SOURCE, encoding="utf-8")
    here.environment.update(
        BIGO_MARKED=MARKED, BIGO_FIX=FIX, BIGO_FIXED=FIXED, BIGO_REWRITTEN=REWRITTEN.rstrip("\n")
    )
    printed = here.run([*editor("emacs"), "-Q", "--batch", "-l", str(HERE / "emacs" / "fix.el")])
    assert "the rewrite is applied" in printed
    assert "stopped" in printed
    assert here.requests(), "the rewrite reached the stand-in API"
