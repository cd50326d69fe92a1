"""All files' facts under their paths: replace one, keep the rest, and know what a change reaches.

`version` counts every change. What was concluded from names is remembered in `memo` with the pieces of files it was
read from: an edit inside a function's body forgets what concerns that function's file, a new import only what looked
the imported name up.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import partial
from typing import TypeVar

from analyzers.facts import ClassDef, FileFacts, Function, Import, Suppression
from analyzers.project import differing, function_lines
from analyzers.project.concordance import Concordance
from analyzers.project.kept import Kept, Shelf
from analyzers.project.memo import Memo
from analyzers.project.modules import ModuleMap
from analyzers.project.outline import Outline
from analyzers.project.survey import Survey, Surveyor, imported_names
from analyzers.text import Span, Text

_T = TypeVar("_T")


class Project:
    """The facts of all known files. Paths are absolute, with `/`; unknown paths and names give None, never an error.

    Not safe for use from several threads at once.
    """

    def __init__(self) -> None:
        self.version = 0
        self.memo = Memo()
        self.modules = ModuleMap()
        self.files = Shelf()
        self._roots: tuple[str, ...] = ("",)
        self._surveys: dict[str, Survey] = {}  # as they were given
        self._texts: dict[str, Text] = {}  # the same
        self._surveyors: dict[str, Surveyor] = {}  # of the files without
        self._words: Concordance | None = None  # from the first question to it on
        self._asked_for_mentions: set[str] = set()  # files
        self._asked_for_scopes: set[str] = set()  # the same
        self._asked_for_bindings: set[tuple[str, str]] = set()  # files and functions of them
        self._asked_for_lines: dict[str, set[str]] = {}  # file -> functions
        self._imported: dict[str, frozenset[str]] | None = None  # file -> files it imports
        self._importers: dict[str, set[str]] = {}

    # --------------------------------------------------------------------------------------------- changes

    def update(
        self,
        path: str,
        facts: FileFacts | Kept,
        survey: Survey | None = None,
        *,
        text: Text | None = None,
        only_moved: bool = False,
    ) -> None:
        """Add a file or replace its facts. Packed ones are for files that nobody has open; a survey is made from the
        facts where none is given. `text` is what they are of: who mentions a name is known sooner with it. `only_moved` are
        facts of the same text, which differ from those before in places alone."""
        before = self._texts.pop(path, None)
        if text is not None:
            self._texts[path] = text
        old = self.files.held(path)
        if old is facts or (isinstance(old, Kept) and old == facts):
            return
        if only_moved and old is not None:
            self._move(path, facts, survey)
            return
        outline = self.files.outline(path) if old is not None and self.memo else None
        links = self._links(path) if old is not None else None
        said = self._survey(path) if old is not None and self._words is not None else None
        self.files.put(path, facts)
        self._surveys.pop(path, None)
        if isinstance(facts, Kept):
            self._surveyors.pop(path, None)
        if survey is not None:
            self._surveys[path] = survey
        self.version += 1
        if old is None:
            self.modules.add(path)
            self._restructure()
        elif outline is not None:
            self._compare(path, outline, before)
        if self._words is not None:
            self._words.replace(path, said, self._survey(path))
        if old is not None and links != self._links(path):
            self._relink(path)

    def _move(self, path: str, facts: FileFacts | Kept, survey: Survey | None) -> None:
        """Neither what the file says nor what it imports is looked at: only what was concluded from places is doubted."""
        outline = self.files.outline(path) if isinstance(facts, Kept) else None  # rather than unpack those
        self.files.put(path, facts)
        self._surveys.pop(path, None)
        self._surveyors.pop(path, None)
        if survey is not None:
            self._surveys[path] = survey
        self.version += 1
        outline = outline or self.files.outline(path)
        assert outline is not None
        for leaf in differing.moved(path, outline) if self.memo else ():
            self.memo.forget(leaf)

    def set_roots(self, roots: Iterable[str]) -> None:
        """The folders that projects begin in; until they are given, the whole disk is one."""
        given = tuple(sorted({root.rstrip("/") for root in roots}, key=len, reverse=True))
        if given != self._roots:
            self._roots = given
            self.version += 1
            self.memo.clear()

    def beneath(self, path: str) -> str:
        """A path as it is below the innermost root that holds it; a file in none of them goes by its name."""
        for root in self._roots:
            if path.startswith(root + "/"):
                return path[len(root) + 1 :]
        return path.rpartition("/")[2]

    def remove(self, path: str) -> None:
        """Forget a file; a path that is not known is ignored."""
        if path not in self.files:
            return
        if self._words is not None:
            self._words.replace(path, self._survey(path), None)
        self.files.remove(path)
        self._surveys.pop(path, None)
        self._texts.pop(path, None)
        self._surveyors.pop(path, None)
        self.modules.remove(path)
        self.version += 1
        self._restructure()

    def _restructure(self) -> None:
        """The set of paths changed, so any import may mean another file."""
        self._imported = None
        self.memo.clear()

    def _compare(self, path: str, old: Outline, before: Text | None) -> None:
        """Forget what was concluded from the pieces of a file that are no longer the same; `before` is its text as it was."""
        new = self.files.outline_after(path, old)
        asked = differing.Asked(
            path in self._asked_for_mentions,
            path in self._asked_for_scopes,
            lambda qualname: (path, qualname) in self._asked_for_bindings,
            partial(
                function_lines.differing, self._asked_for_lines.get(path, ()), before, self._texts.get(path)
            ),
        )
        for leaf in differing.leaves(path, old, new, asked):
            self.memo.forget(leaf)

    def changed_since(self, before: Mapping[str, tuple[FileFacts, Survey]]) -> set[Hashable]:
        """What conclusions rest on that is not what it was when these files, and no others, had other facts."""
        changed: set[Hashable] = set()
        for path, (facts, survey) in before.items():
            now = self.files.outline(path)
            assert now is not None
            changed.update(differing.leaves(path, Outline(facts), now))
            self.words.replace(path, self._survey(path), survey)
        for path, (_, survey) in before.items():
            changed |= self.words.replace(path, survey, self._survey(path))
        return changed

    # -------------------------------------------------------------------------------------------- look-ups

    def facts(self, path: str) -> FileFacts | None:
        """All facts of a file; a conclusion that asks for them depends on everything in it."""
        self.memo.read((path,))
        return self.files.facts(path)

    def language(self, path: str) -> str:
        """The language of a file; "python" for one that is not known."""
        facts = self.files.facts(path)
        return facts.language if facts is not None else "python"

    def uses(self, path: str, package: str) -> bool:
        """Whether a file imports from a package."""
        self.memo.read((path, "modules"))
        held = self.files.held(path)
        if isinstance(held, Kept):
            return held.survey().imports_from(package)
        outline = self.outline(path)
        return outline is not None and package in outline.packages

    def imported(self, path: str) -> frozenset[str]:
        """What a file imports, as `module:name`."""
        self.memo.read((path, "imports"))
        held = self.files.held(path)
        if isinstance(held, Kept):
            return held.survey().imports
        return imported_names(held) if held is not None else frozenset()

    def aliases(self, path: str) -> tuple[Import, ...]:
        """The imports of a file, for those who do not look at where they stand."""
        self.memo.read((path, "aliases"))
        outline = self.outline(path)
        return outline.facts.imports if outline is not None else ()

    def class_names(self, path: str) -> tuple[str, ...]:
        """The qualnames of a file's classes, in source order."""
        self.memo.read((path, "classes"))
        held = self.files.held(path)
        if isinstance(held, Kept):
            return held.survey().classes
        return tuple(cls.qualname for cls in held.classes) if held is not None else ()

    def knows_package(self, package: str) -> bool:
        """Whether some file imports from a package, by its first name, or the project holds one of that name."""
        return self.modules.has(package) or self.words.says("packages", package)

    @property
    def words(self) -> Concordance:
        """What all files say, by words."""
        if self._words is None:
            self._words = Concordance(self.memo)
            for path in self.files:
                self._words.replace(path, None, self._survey(path))
        return self._words

    def _survey(self, path: str) -> Survey:
        held = self.files.held(path)
        assert held is not None
        if isinstance(held, Kept):
            return held.survey()
        given = self._surveys.get(path)
        return given or self._surveyors.setdefault(path, Surveyor()).survey(held)

    def prepare_survey(self, path: str) -> None:
        """Make what the survey of a file is made from after an edit, where it was given with the file."""
        held = self.files.held(path)
        if held is not None and not isinstance(held, Kept) and path in self._surveys:
            self._surveyors.setdefault(path, Surveyor()).survey(held)

    def suppressions(self, path: str) -> tuple[Suppression, ...]:
        """The `bigo: ignore` comments of a file."""
        self.memo.read((path, "suppressions"))
        facts = self.files.facts(path)
        return facts.suppressions if facts is not None else ()

    def functions(self, path: str) -> tuple[Function, ...]:
        """All functions of a file in source order, for those who look at which there are and at their decorators."""
        self.memo.read((path, "functions"))
        facts = self.files.facts(path)
        return facts.functions if facts is not None else ()

    def declaring(self, path: str) -> tuple[Function, ...]:
        """The same for those who look at what they say is bound elsewhere: `global total`."""
        self._asked_for_scopes.add(path)
        self.memo.read((path, "scopes"))
        return self.functions(path)

    def mentioning(self, path: str, name: str) -> tuple[str, ...]:
        """The functions of a file that mention a name or attribute in their bodies, its top level as `<module>`."""
        self.memo.read((path, "mention", name))
        self._asked_for_mentions.add(path)
        self.memo.read((path, "functions"))
        outline = self.outline(path)
        text = self._texts.get(path)
        found = (
            outline.mentioning(name, text.source if text is not None else None) if outline is not None else ()
        )
        return tuple(dict.fromkeys(found))

    def saying(self, path: str, name: str) -> Iterator[Function]:
        """The same with their bodies: what is concluded from these does not rest on any other."""
        said = frozenset(self.mentioning(path, name))
        for function in self.functions(path):
            if function.qualname in said:
                self.read(path, *(("function", function.qualname) if self.is_found(path, function) else ()))
                yield function

    def nested(self, path: str, qualname: str) -> list[Function]:
        """The functions and lambdas defined directly inside a function, in source order."""
        self.memo.read((path, "nested", qualname))
        outline = self.outline(path)
        found = outline.nested.get(qualname, []) if outline is not None else []
        for function in found:
            self.memo.read((path, "function", function.qualname))
        return found

    def holds_functions(self, path: str, qualname: str) -> bool:
        """Whether functions or lambdas are defined directly inside a function."""
        self.memo.read((path, "nested", qualname))
        outline = self.outline(path)
        return outline is not None and bool(outline.nested.get(qualname))

    def innermost(self, path: str, function: Function | None, span: Span) -> Function | None:
        """The innermost function or lambda that a span stands in, of those inside one, or of all of a file: who asks for those
        depends on the whole file. None where it stands in none of them."""
        outline = self.outline(path)
        inner, found = function, None
        while outline is not None:
            qualname = inner.qualname if inner is not None else ""
            self.memo.read((path, "nested", qualname) if qualname else (path,))
            inner = outline.inner_at(qualname, span)
            if inner is None:
                break
            self.memo.read((path, "function", inner.qualname))
            found = inner
        return found

    def within(self, path: str, function: Function) -> Iterator[Function]:
        """A function and all that are defined inside it, however deep."""
        pending = [function]
        while pending:
            current = pending.pop()
            yield current
            pending += reversed(self.nested(path, current.qualname))

    def paths(self) -> tuple[str, ...]:
        """All paths, sorted: what is concluded from them does not depend on how they were listed."""
        return tuple(sorted(self.files))

    def __contains__(self, path: object) -> bool:
        return path in self.files

    def __len__(self) -> int:
        return len(self.files)

    def outline(self, path: str) -> Outline | None:
        """One file's names, ready for look-up."""
        return self.files.outline(path)

    def function(self, path: str, qualname: str) -> Function | None:
        """A function by its qualname; of a property's getter and setter the getter."""
        self.memo.read((path, "function", qualname))
        outline = self.outline(path)
        return outline.functions.get(qualname) if outline else None

    def is_found(self, path: str, function: Function) -> bool:
        """Whether a function of a file is the one that its qualname finds: False for all but one of several of that name.
        Who asks for `functions` depends on that already."""
        outline = self.outline(path)
        return outline is not None and outline.functions.get(function.qualname) is function

    def about(
        self, what: str, path: str, function: Function, question: Callable[[Function], _T], in_cycle: _T
    ) -> _T:
        """The answer to a question about one of a file's `functions`, remembered under the words `what`. That of one that
        its qualname does not find is asked anew, and rests on the whole file."""
        qualname = function.qualname
        if not self.is_found(path, function):
            self.read(path)
            return question(function)

        def ask() -> _T:
            now = self.function(path, qualname)
            return question(now) if now is not None else in_cycle

        return self.memo.ask((what, path, qualname), ask, in_cycle)

    def header(self, path: str, qualname: str) -> Function | None:
        """The same for those who look at its name, parameters, annotations and decorators only."""
        self.memo.read((path, "header", qualname))
        outline = self.outline(path)
        return outline.functions.get(qualname) if outline else None

    def function_with_lines(self, path: str, qualname: str) -> Function | None:
        """A function for those who look at the lines of the file's text that it stands in, and at how the file ends its lines."""
        self._asked_for_lines.setdefault(path, set()).add(qualname)
        self.memo.read((path, "lines", qualname))
        return self.header(path, qualname)

    def class_(self, path: str, qualname: str) -> ClassDef | None:
        self.memo.read((path, "definition", qualname))
        return self.outlined_class(path, qualname)

    def outlined_class(self, path: str, qualname: str) -> ClassDef | None:
        """The same for those who say themselves which pieces of it they read."""
        outline = self.outline(path)
        return outline.classes.get(qualname) if outline else None

    def methods_of(self, path: str, class_qualname: str) -> Mapping[str, Function]:
        """The methods that the class itself defines, by name."""
        self.memo.read((path, "members", class_qualname))
        outline = self.outline(path)
        found = outline.methods.get(class_qualname, {}) if outline is not None else {}
        for method in found.values():
            self.memo.read((path, "function", method.qualname))
        return found

    def filling_methods(self, path: str, class_qualname: str) -> list[Function]:
        """Those of its methods that may put something into what the object keeps. What is concluded from these alone does not
        rest on any other, before and after an edit."""
        self.memo.read((path, "members", class_qualname))
        self.memo.read((path, "fills", class_qualname))
        outline = self.outline(path)
        return outline.filling(class_qualname) if outline is not None else []

    def read(self, path: str, *piece: str) -> None:
        """Note for `memo` that the conclusion under way depends on a piece of a file (see `Outline.signature`).

        Without a piece: on anything in the file.
        """
        self.memo.read((path, *piece))

    def read_binding(self, path: str, qualname: str, name: str) -> None:
        """The same of what a function binds under a name: most edits of it bind what it bound."""
        self._asked_for_bindings.add((path, qualname))
        self.memo.read((path, "header", qualname))
        self.memo.read((path, "binding", qualname, name))

    # --------------------------------------------------------------------------------------------- imports

    def imports(self, path: str) -> frozenset[str]:
        """The project files that a file imports directly."""
        self._link()
        assert self._imported is not None
        return self._imported.get(path, frozenset())

    def dependents(self, path: str) -> set[str]:
        """The files that import `path` directly."""
        self._link()
        return set(self._importers.get(path, ()))

    def _link(self) -> None:
        if self._imported is not None:
            return
        self._imported = {}
        self._importers = {}
        for path in self.files:
            self._link_file(path)

    def _relink(self, path: str) -> None:
        if self._imported is None:
            return
        for target in self._imported.get(path, ()):
            self._importers[target].discard(path)
        self._link_file(path)

    def _links(self, path: str) -> tuple[object, ...]:
        """What decides which files a file imports; nothing as long as nobody asked for that."""
        facts = self.files.facts(path) if self._imported is not None else None
        if facts is None:
            return ()
        imports = {(i.module, i.level, i.name) for i in facts.imports}
        return imports, {e.module for e in facts.exports}

    def _link_file(self, path: str) -> None:
        assert self._imported is not None
        facts = self.files.facts(path)
        assert facts is not None
        found = {target for item in facts.imports for target in self._targets(path, item)}
        found.update(
            target
            for e in facts.exports
            if e.module and (target := self.modules.resolve(path, e.module)) is not None
        )
        found.discard(path)
        self._imported[path] = frozenset(found)
        for target in found:
            self._importers.setdefault(target, set()).add(path)

    def _targets(self, path: str, item: Import) -> Iterable[str]:
        module = self.modules.resolve(path, item.module, item.level)
        there = module if module is not None or item.level else self.modules.beside(path, item.module)
        if there is not None:
            yield there
        if item.name and item.name != "*" and path.endswith((".py", ".pyi")):
            submodule = (
                self.modules.imported_submodule(path, item.module, item.name, item.level)
                if module is None
                else self.modules.submodule(module, item.name)
            )
            if submodule is not None:
                yield submodule
