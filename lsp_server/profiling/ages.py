"""Is a source newer than a profile? The times of the files tell, unless both came out of a repository or an archive
just now: then their times say when that was."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path

from analyzers.profiles import Profile
from lsp_server.files import changes

TOGETHER = 1.0
"""Seconds within which one copy writes files that belong together."""


class Ages:
    """Gives the time a file was last changed, as far as that matters to a profile; None for a file that is not there."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile

    def __call__(self, path: str) -> float | None:
        try:
            status = os.stat(path)
        except OSError:
            return None
        if status.st_mtime > self.profile.mtime and (self._copied(status) or self._committed(path)):
            return self.profile.mtime
        return status.st_mtime

    def _copied(self, status: os.stat_result) -> bool:
        """Was the file, after its last change, copied with the time of that, which is that of the profile, too? Then both
        came out of one checkout or archive: who edits a file changes both of its times."""
        kept = status.st_ctime - status.st_mtime > TOGETHER
        return kept and status.st_mtime - self.profile.mtime <= TOGETHER

    def _committed(self, path: str) -> bool:
        """Is the file as it was when the profile was committed?"""
        return os.path.realpath(path) in self._of_the_commit

    @cached_property
    def _of_the_commit(self) -> frozenset[str]:
        """The files of the profile's repository that are as in the commit that brought the profile."""
        try:
            return changes.as_committed_with(Path(self.profile.path))
        except changes.NoHistory:
            return frozenset()
