"""The sample programs as a project, and the profiles that were recorded of them.

The samples' absolute paths name another checkout (`/home/dev/shop`), as a profile from a colleague or a server would.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from analyzers.extract import facts_of
from analyzers.facts import FileFacts
from analyzers.languages import for_path
from analyzers.profiles import Linked, link
from analyzers.profiles.read import load
from analyzers.text import Text

SAMPLES = Path(__file__).parent.parent / "data" / "profiles"


@dataclass
class Sources:
    """A project made of texts: what `link` needs of the real one."""

    texts: Mapping[str, str]
    known: dict[str, FileFacts] = field(default_factory=dict)

    def paths(self) -> list[str]:
        return list(self.texts)

    def facts(self, path: str) -> FileFacts | None:
        if path not in self.known and path in self.texts:
            language = for_path(path)
            assert language is not None
            self.known[path] = facts_of(self.texts[path].encode(), language)
        return self.known.get(path)

    def text_of(self, path: str) -> Text | None:
        return Text.of(self.texts[path]) if path in self.texts else None

    def link(self, profile: str | Path, **options: object) -> Linked:
        file = SAMPLES / profile
        return link(load(file), self, ["/ws"], self.text_of, **options)  # type: ignore[arg-type]


def sources(*folders: str) -> dict[str, str]:
    """The sample programs at /ws, as a fresh checkout has them."""
    return {
        f"/ws/{path.relative_to(SAMPLES / 'src').as_posix()}": path.read_text("utf-8")
        for folder in folders
        for path in sorted((SAMPLES / "src" / folder).rglob("*"))
        if path.suffix in (".py", ".js")
    }
