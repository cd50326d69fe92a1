"""What bigo itself says of a rewrite: the files as they are, and as they would be. The project is afterwards as it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from analyzers.findings import Finding, FunctionReport
from analyzers.text import Text

Others = Mapping[str, tuple[str, str]]

if TYPE_CHECKING:
    from analyzers.check import Options
    from analyzers.project.index import Project
    from lsp_server.rewrites import Checked, Target


def checked(project: Project, options: Options, target: Target, patched: str, others: Others) -> Checked:
    """The target's function, the findings of its file and of the others, and all their functions, before and after.

    `others` are the old and the new texts of other files by path.
    """
    from lsp_server.rewrites import Checked

    old = {target.path: target.text, **{path: texts[0] for path, texts in others.items()}}
    new = {target.path: patched, **{path: texts[1] for path, texts in others.items()}}
    before, found = _look(project, options, target, old)
    after, left = _look(project, options, target, new)
    asked = target.path, target.qualname
    return Checked(before.get(asked), after.get(asked), found, left, before, after)


def _look(
    project: Project, options: Options, target: Target, texts: Mapping[str, str]
) -> tuple[dict[tuple[str, str], FunctionReport], tuple[Finding, ...]]:
    """Reports of the functions and findings of the files, were `texts` their texts."""
    from analyzers import check, extract, languages

    known = {path: project.files.held(path) for path in texts}
    sources = {path: Text.of(source) for path, source in texts.items()}
    try:
        for path, text in sources.items():
            language = languages.by_name(target.language) if path == target.path else languages.for_path(path)
            if language is None:
                raise ValueError(f"there is no language for {path.rpartition('/')[2]!r}")
            project.update(path, extract.facts_of(text.source, language))
        findings = [
            one for path, text in sources.items() for one in check.check(project, path, text, options)
        ]
        reports = {(path, r.qualname): r for path in sources for r in check.complexity(project, path)}
    finally:
        for path, held in known.items():
            if held is None:
                project.remove(path)
            else:
                project.update(path, held)
    return reports, tuple(findings)
