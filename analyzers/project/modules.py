"""Which file an import means, when nobody has said where the source roots are.

A Python file `/w/src/shop/models.py` may be imported as `shop.models`, `src.shop.models` or `models`. An absolute
import is looked up from its first name: every file or directory of that name is a candidate, the directory above it
a possible root. What decides is whether the packages on the way have their `__init__.py`, and how near the root is
to the importing file. The standard library's names and what no file of the project can be stay external (None).

JavaScript: relative specifiers with the endings and index files that Node and TypeScript try; `@/x`, `~/x` and
`@scope/x` when one file fits best; a path from a directory above (`src/user/service`), as `baseUrl` allows. Other bare specifiers
are packages.
"""

from __future__ import annotations

import sys

PYTHON_ENDINGS = (".py", ".pyi")
SCRIPT_ENDINGS = (".ts", ".tsx", ".d.ts", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
# What TypeScript lets an import call by its compiled name: `./x.js` is written for `./x.ts`.
COMPILED = {".js": (".ts", ".tsx"), ".jsx": (".tsx",), ".mjs": (".mts",), ".cjs": (".cts",)}
# Directories that hold importable files but lie beside the importer, as `src` beside `tests`.
SOURCE_DIRECTORIES = frozenset({"src", "lib", "python", "source"})
PROGRAM = "/manage.py"
"""What a Django project is run by: Python puts a program's directory first on the import path.
Source: https://docs.python.org/3/library/sys.html#sys.path"""


APPLICATIONS = "apps"
"""What projects call the folder of their applications, which their settings put on the import path."""


class ModuleMap:
    """The project's paths, arranged so that an import finds its file without a scan.

    Paths are absolute with `/`. `add` and `remove` keep every map right; `resolve` results are remembered until the
    set of paths changes.
    """

    def __init__(self) -> None:
        self.paths: set[str] = set()
        self._entries: dict[str, int] = {}  # directory -> how many files and directories it holds
        self._tops: dict[str, set[str]] = {}  # first name of an import -> files and directories called so
        self._stems: dict[str, set[str]] = {}  # JavaScript: file name without ending -> paths
        self._memo: dict[tuple[str, bool, str, int], str | None] = {}
        self._names: dict[str, str] = {}

    def add(self, path: str) -> None:
        if path in self.paths:
            return
        self._memo.clear()
        self._names.clear()
        self.paths.add(path)
        stem = _python_stem(path)
        if stem:
            self._tops.setdefault(stem, set()).add(path)
        else:
            self._stems.setdefault(_script_stem(path), set()).add(path)
        place = path
        while "/" in place:
            place = parent(place)
            count = self._entries.get(place, 0)
            self._entries[place] = count + 1
            if count or not place:
                break
            self._tops.setdefault(base(place), set()).add(place)

    def remove(self, path: str) -> None:
        if path not in self.paths:
            return
        self._memo.clear()
        self._names.clear()
        self.paths.discard(path)
        stem = _python_stem(path)
        if stem:
            _discard(self._tops, stem, path)
        else:
            _discard(self._stems, _script_stem(path), path)
        place = path
        while "/" in place:
            place = parent(place)
            self._entries[place] -= 1
            if self._entries[place] or not place:
                break
            del self._entries[place]
            _discard(self._tops, base(place), place)

    def is_directory(self, place: str) -> bool:
        """Whether `place` is a directory that holds a file of the project."""
        return place in self._entries

    def is_package(self, directory: str) -> bool:
        return directory + "/__init__.py" in self.paths or directory + "/__init__.pyi" in self.paths

    def modules_of(self, directory: str) -> tuple[str, ...]:
        """The files of the modules and packages that lie in a package's directory, by their names."""
        return tuple(
            sorted(
                path
                for path in self.paths
                if path.endswith(PYTHON_ENDINGS)
                and (parent(path) == directory or parent(parent(path)) == directory)
                and (base(path) == "__init__.py") == (parent(path) != directory)
            )
        )

    # -------------------------------------------------------------------------------------------- look-ups

    def has(self, name: str) -> bool:
        """Whether a file or folder is called so that an import may mean it by its first name."""
        return bool(self._tops.get(name))

    def resolve(self, importer: str, module: str, level: int = 0) -> str | None:
        """The file that `module` means in `importer`, or None when it is no file of the project.

        `level` counts the dots of a relative Python import. A directory without `__init__.py` is no file: see
        `resolve_directory`.
        """
        key = (parent(importer), importer.endswith(PYTHON_ENDINGS), module, level)
        if key in self._memo:
            found = self._memo[key]
        else:
            found = self._memo[key] = self._find(importer, module, level)
        if found == importer and not level and not base(found).startswith("__init__."):
            return None  # `celery.py` that imports Celery means the package of that name
        return found

    def resolve_directory(self, importer: str, module: str, level: int = 0) -> str | None:
        """The directory of a package without `__init__.py`, for `import a.b` where only `a/b.py` is a file."""
        parts = module.split(".") if module else []
        if level:
            place = "/".join([_up(importer, level), *parts])
            return place if place in self._entries else None
        if not parts or parts[0] in sys.stdlib_module_names:
            return None
        found = [
            "/".join([top, *parts[1:]])
            for top in self._tops.get(parts[0], ())
            if top in self._entries and not self.is_package(parent(top))
        ]
        found = [place for place in found if place in self._entries]
        return max(found, key=lambda place: (shared(place, importer), place), default=None)

    def imported_submodule(self, importer: str, module: str, name: str, level: int = 0) -> str | None:
        """The file of `name` in `from module import name`, where that is a module and `module` alone is not found: its
        folder may be called like a package from outside, and both names together are not.
        """
        directory = self.resolve_directory(importer, module, level)
        found = self.submodule(directory, name) if directory else None
        if found is None and module and not level:
            found = self.resolve(importer, f"{module}.{name}")
        return found

    def beside(self, importer: str, module: str) -> str | None:
        """The file of that name in the importer's own package, which a program that is run from there can import, and so
        could every program of Python 2. Who asks must see that it has what is imported.
        """
        directory = parent(importer)
        if "." in module or module in sys.stdlib_module_names or not self.is_package(directory):
            return None
        found = self._module_file(f"{directory}/{module}")
        return found if found != importer else None

    def first_of(self, importer: str, module: str) -> str | None:
        """What `import a.b.c` binds: the package or folder `a` that leads to the file of all of it; None without that file."""
        found = self.resolve(importer, module)
        if found is None:
            return None
        place = parent(found) if base(found).startswith("__init__.") else found
        for _ in module.split(".")[1:]:
            place = parent(place)
        return self._module_file(place) or (place if place in self._entries else None)

    def submodule(self, place: str, name: str) -> str | None:
        """The file of module `name` in a package, given by its `__init__.py` or its directory."""
        directory = place if place in self._entries else parent(place)
        if place not in self._entries and base(place) not in ("__init__.py", "__init__.pyi"):
            return None
        return self._module_file(directory + "/" + name)

    def module_name(self, path: str) -> str:
        """The dotted name of a Python file as its outermost package imports it: `shop.models`."""
        if path in self._names:
            return self._names[path]
        directory, name = parent(path), _python_stem(path) or base(path)
        parts = [] if name == "__init__" else [name]
        while self.is_package(directory):
            parts.append(base(directory))
            directory = parent(directory)
        found = self._names[path] = ".".join(reversed(parts))
        return found

    # ---------------------------------------------------------------------------------------------- finding

    def _find(self, importer: str, module: str, level: int) -> str | None:
        if not importer.endswith(PYTHON_ENDINGS):
            return self._find_script(importer, module)
        if level:
            parts = module.split(".") if module else []
            return self._module_file("/".join([_up(importer, level), *parts]))
        parts = module.split(".")
        return self._find_absolute(importer, parts) or self._find_in_program(importer, parts)

    def _module_file(self, stem: str) -> str | None:
        """`stem` without ending: the package's `__init__` before the plain module, as Python's finder does."""
        for ending in PYTHON_ENDINGS:
            if stem + "/__init__" + ending in self.paths:
                return stem + "/__init__" + ending
            if stem + ending in self.paths:
                return stem + ending
        return None

    def _find_absolute(self, importer: str, parts: list[str]) -> str | None:
        if len(parts) == 1 and parts[0] in sys.stdlib_module_names:
            return None
        best: tuple[tuple[bool, int, int], str] | None = None
        for top in self._tops.get(parts[0], ()):
            found = self._below(top, parts[1:])
            if found is None or not self._can_be_root(top, importer, len(parts)):
                continue
            root = parent(top)
            rank = (self._consistent(top, len(parts), found), shared(root, importer), -root.count("/"))
            if best is None or (rank, found) > best:
                best = (rank, found)
        return best[1] if best else None

    def _find_in_program(self, importer: str, parts: list[str]) -> str | None:
        """`bookshop.orders.models` where the folder of `manage.py` is the package `bookshop`, whatever a checkout is called.

        Source: https://docs.djangoproject.com/en/1.3/intro/tutorial01/#creating-a-project
        """
        if len(parts) < 2 or self.has(parts[0]) or parts[0] in sys.stdlib_module_names:
            return None
        place = parent(importer)
        while place and place + PROGRAM not in self.paths:
            place = parent(place)
        if not place or not self.is_package(place) or not self.is_package(f"{place}/{parts[1]}"):
            return None
        return self._module_file("/".join([place, *parts[1:]]))

    def _below(self, top: str, rest: list[str]) -> str | None:
        if top in self._entries:
            return self._module_file("/".join([top, *rest]))
        return top if not rest else None

    def _can_be_root(self, top: str, importer: str, length: int) -> bool:
        """Whether the directory above `top` may be on the import path of `importer`.

        A directory that is itself a package is no root, or `import redis` below `providers/redis/` would find
        `providers/redis`; only the directory that holds the whole project, or the one of a Django project's
        `manage.py`, may have a stray `__init__.py`. A lone module must lie in a directory above the importer, or in a source directory beside it.
        """
        root = parent(top)
        is_directory = top in self._entries
        if self.is_package(root):
            regular = is_directory and self.is_package(top)
            if self._runs(root, importer):
                return regular or length > 1
            if self._runs(parent(root), importer):
                return regular and length > 1  # `apps/` of a program that puts it on its path.
            if base(root) == APPLICATIONS and self._runs(parent(parent(root)), importer):
                return regular and length > 1  # `shop/apps/` of one, where its settings do.
            return (regular or length > 1) and self._holds_everything(root)
        if is_directory:
            return True
        return importer.startswith(root + "/") or base(root) in SOURCE_DIRECTORIES

    def _runs(self, directory: str, importer: str) -> bool:
        """Whether a directory holds the program that an importer below it belongs to."""
        return directory + PROGRAM in self.paths and importer.startswith(directory + "/")

    def _holds_everything(self, directory: str) -> bool:
        place = parent(directory)
        while place:
            if self._entries.get(place, 0) > 1:
                return False
            place = parent(place)
        return True

    def _consistent(self, top: str, length: int, found: str) -> bool:
        """Whether all packages from `top` down to `found` have an `__init__.py`, or none has."""
        if top not in self._entries:
            return True
        directory = parent(found)
        marks = set()
        while len(directory) >= len(top):
            marks.add(self.is_package(directory))
            directory = parent(directory)
        return len(marks) <= 1

    # ------------------------------------------------------------------------------------------- JavaScript

    def _find_script(self, importer: str, module: str) -> str | None:
        if module.startswith("."):
            return self._script_file(_join(parent(importer), module))
        if module.startswith("/"):
            # The folder of the program is the root of Meteor's and Vite's paths.
            return self._script_file(module) or self._find_below_base(importer, module[1:])
        if module.startswith(("@/", "~/")):
            return self._nearest(importer, module[2:], self._ending(module[2:]))
        return self._find_below_base(importer, module)

    def _find_below_base(self, importer: str, module: str) -> str | None:
        """`src/user/user.service`: a path from a directory above the importer, as `baseUrl` in tsconfig.json allows.

        The first directory on the way up that has such a file; none for the name of a package alone.
        """
        if module.startswith("@") and module.count("/") >= 1:
            return self._find_scoped(importer, module[1:].split("/"))
        if "/" not in module:
            return None
        place = parent(importer)
        while "/" in place:
            found = self._script_file(f"{place}/{module}")
            if found is not None:
                return found
            place = parent(place)
        return None

    def _find_scoped(self, importer: str, words: list[str]) -> str | None:
        """`@shop/orders/list`: a file of a package of the same workspace, or of a folder that an alias stands for.

        The path ends with the words, the first left out; or with fewer of them, and the others are folders on its way
        (`libs/orders/src/list.ts`). Of several such files that one counts which lies in a folder called by the first word.
        """
        for kept in range(1, len(words)):
            rest, passed = "/".join(words[kept:]), words[1:kept]
            fitting = [p for p in self._ending(rest) if all(f"/{word}/" in p for word in passed)]
            if len(words) == 2:  # A package is a folder.
                fitting = [p for p in fitting if base(p).startswith("index.")] or fitting
            scoped = [p for p in fitting if f"/{words[0]}/" in p]
            found = self._one(rest, scoped) or (self._one(rest, fitting) if not scoped else None)
            if found is None and (scoped or passed):
                found = self._nearest(importer, rest, scoped or fitting)
            if found is not None:
                return found
        return None

    def _ending(self, rest: str) -> list[str]:
        """The files whose paths end so, the ending of the file left out: `list.ts`, `list/index.ts`, `list/src/index.ts`."""
        stem = rest.rsplit("/", 1)[-1]
        candidates = set(self._stems.get(_script_stem("/" + stem), ()))
        folders = ("/" + rest, f"/{rest}/src")
        candidates.update(path for path in self._stems.get("index", ()) if parent(path).endswith(folders))
        ends = ("/" + rest, f"/{rest}/index", f"/{rest}/src/index")
        return [p for p in candidates if _without_ending(p).endswith(ends)]

    def _one(self, rest: str, fitting: list[str]) -> str | None:
        """The one file below a `src`, else the one file at all."""
        below_source = [
            p for p in fitting if _without_ending(p).endswith(("/src/" + rest, f"/src/{rest}/index"))
        ]
        return next((found[0] for found in (below_source, fitting) if len(found) == 1), None)

    def _nearest(self, importer: str, rest: str, fitting: list[str]) -> str | None:
        """The one file, else that which shares the most folders with the importer: each application has its own `@/`."""
        one = self._one(rest, fitting)
        if one is not None or not fitting:
            return one
        depth = max(shared(path, importer) for path in fitting)
        return self._one(rest, [path for path in fitting if shared(path, importer) == depth])

    def _script_file(self, stem: str) -> str | None:
        if stem in self.paths:
            return stem
        for compiled, written in COMPILED.items():
            if stem.endswith(compiled):
                for ending in written:
                    if stem[: -len(compiled)] + ending in self.paths:
                        return stem[: -len(compiled)] + ending
        for ending in SCRIPT_ENDINGS:
            if stem + ending in self.paths:
                return stem + ending
        for ending in SCRIPT_ENDINGS:
            if stem + "/index" + ending in self.paths:
                return stem + "/index" + ending
        return None


# ------------------------------------------------------------------------------------------------------- paths


def parent(path: str) -> str:
    return path.rpartition("/")[0]


def base(path: str) -> str:
    return path.rpartition("/")[2]


def shared(one: str, other: str) -> int:
    """How many leading directories two paths have in common."""
    count = 0
    for a, b in zip(one.split("/"), other.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count


def _python_stem(path: str) -> str:
    for ending in PYTHON_ENDINGS:
        if path.endswith(ending):
            return base(path)[: -len(ending)]
    return ""


def _script_stem(path: str) -> str:
    return base(path).split(".", 1)[0]


def _without_ending(path: str) -> str:
    for ending in sorted(SCRIPT_ENDINGS, key=len, reverse=True):
        if path.endswith(ending):
            return path[: -len(ending)]
    return path


def _up(importer: str, level: int) -> str:
    place = importer
    for _ in range(level):
        place = parent(place)
    return place


def _join(directory: str, specifier: str) -> str:
    parts = directory.split("/")
    for part in specifier.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _discard(table: dict[str, set[str]], key: str, value: str) -> None:
    held = table[key]
    held.discard(value)
    if not held:
        del table[key]
