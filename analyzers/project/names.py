"""What a dotted name means in a file: a function, class, variable or module of the project, or something outside it.

Imports, aliases, re-exports and star imports are followed across files. "Unknown" (None) is an answer: a parameter,
a local variable, or a name that nothing binds.
"""

from __future__ import annotations

import builtins

from msgspec import Struct

from analyzers.facts import STANDS_FOR, TYPE, Assign, Attr, Call, Expr, Import, Lambda, Name
from analyzers.project import gathered, handed_modules
from analyzers.project.attributes import AttributeValue as AttributeValue
from analyzers.project.attributes import attribute_values as attribute_values
from analyzers.project.attributes import values_of
from analyzers.project.classes import circle, classes_above, linearise
from analyzers.project.index import Project
from analyzers.project.modules import PYTHON_ENDINGS
from analyzers.project.outline import Outline, callee, dotted
from analyzers.project.registered import looked_up

_BUILTINS = frozenset(dir(builtins))
# The global objects of ECMA-262 and of Node and browsers that code calls by name.
_SCRIPT_GLOBALS = frozenset(
    """Array ArrayBuffer BigInt Boolean Buffer Date Error Function Intl Iterator JSON Map Math Number Object Promise
    Proxy Reflect RegExp Set String Symbol TypeError URL URLSearchParams Uint8Array WeakMap WeakSet clearInterval
    clearTimeout console decodeURIComponent document encodeURIComponent fetch global globalThis isNaN parseFloat
    parseInt process queueMicrotask require setImmediate setInterval setTimeout structuredClone window""".split()  # noqa: SIM905 a list of sixty strings would fill the page
)
# Code that is pasted without its imports (notebook cells, snippets, answers to exercises) means these by these names.
# Only names that nothing else binds are looked up here, so what a program imports or defines always comes first.
_CUSTOMARY_MODULES = frozenset(
    ("bisect", "collections", "copy", "functools", "heapq", "itertools", "math", "operator", "random", "re",
     "statistics", "string", "sys", "typing")
)  # fmt: skip
_CUSTOMARY_NAMES = {
    name: f"{module}.{name}"
    for module, exported in {
        "typing": """Any Callable DefaultDict Deque Dict FrozenSet Generator Iterable Iterator List Literal Mapping
            MutableMapping NamedTuple Optional Sequence Set Text Tuple Type Union""",
        "collections": "ChainMap Counter OrderedDict defaultdict deque namedtuple",
        "heapq": "heapify heappop heappush heappushpop heapreplace nlargest nsmallest",
        "bisect": "bisect_left bisect_right insort insort_left insort_right",
        "itertools": """accumulate combinations combinations_with_replacement groupby islice pairwise permutations
            product zip_longest""",
        "functools": "cache cmp_to_key lru_cache",
        "math": "ceil comb factorial floor gcd inf isqrt lcm sqrt",
        "sortedcontainers": "SortedDict SortedList SortedSet",
    }.items()
    for name in exported.split()
}
_DEPTH = 40  # of imports and aliases followed for one name; real chains are shorter than ten


class Target(Struct, frozen=True):
    """What a name stands for.

    `kind` is function, class, module, variable or external. `path` and `qualname` are set for what the project
    defines (a package without `__init__.py` is a module whose path is its directory). `dotted` is set for external
    names: `django.db.models.ForeignKey`, `builtins.len`, `@prisma/client#PrismaClient`; "" when not even that is known.
    """

    kind: str
    path: str = ""
    qualname: str = ""
    dotted: str = ""


Resolved = tuple[Target, tuple[str, ...]]
UNKNOWN = Target("external")


# ---------------------------------------------------------------------------------------------------- resolve


def resolve(project: Project, path: str, dotted: str, scope: str = "") -> Resolved | None:
    """What the longest resolvable prefix of `dotted` means in `path`, and the attribute names that remain.

    `scope` is the qualname of the function (or class body) where the name stands. External names swallow all
    attributes: `models.ForeignKey` is `django.db.models.ForeignKey` with nothing left. None: the name is local to
    a function, or nothing that is known binds it.
    """
    return project.memo.ask(
        ("resolve", path, dotted, scope), lambda: _resolve(project, path, dotted, scope), in_cycle=None
    )


def _resolve(project: Project, path: str, dotted: str, scope: str) -> Resolved | None:
    parts = dotted.split(".")
    target = _first(project, path, parts[0], scope)
    return _walk(project, path, target, parts[1:]) if target else None


def _walk(project: Project, path: str, target: Target, rest: list[str], depth: int = 0) -> Resolved:
    for index, name in enumerate(rest):
        following = _step(project, path, target, name, depth)
        if following is None:
            return target, tuple(rest[index:])
        target = following
    return target, ()


def _first(project: Project, path: str, name: str, scope: str) -> Target | None:
    outline = project.outline(path)
    if outline is None:
        return None
    current, innermost = scope, True
    while current and current != "<module>":
        if current in outline.classes:
            project.read(path, "class", current)
            project.read(path, "members", current)
            found = _own_member(path, outline, current, name) if innermost else None
        else:
            project.read_binding(path, current, name)
            found = _in_function(project, path, outline, current, name)
            if found is None and name in outline.locals(current):
                handed = _handed(project, path, current, name)
                return Target("module", handed) if handed else None
        if found is not None:
            return found
        current, innermost = outline.enclosing(current), False
    return (
        top_level(project, path, name)
        or _builtin(path, name)
        or _from_outside(project, path, name)
        or _customary(project, path, name)
    )


def _in_function(project: Project, path: str, outline: Outline, scope: str, name: str) -> Target | None:
    nested = outline.defined.get(scope, {}).get(name)
    if nested is not None:
        return Target(nested[0], path, nested[1])
    item = outline.imports.get(scope, {}).get(name)
    return _imported(project, path, item, 0) if item is not None else None


def _handed(project: Project, path: str, scope: str, name: str) -> str | None:
    """The module of a script that is handed to a function as a parameter."""
    return None if path.endswith(PYTHON_ENDINGS) else handed_modules.handed(project, path, scope, name)


def _builtin(path: str, name: str) -> Target | None:
    known = _BUILTINS if path.endswith(PYTHON_ENDINGS) else _SCRIPT_GLOBALS
    return Target("external", dotted="builtins." + name) if name in known else None


def _step(project: Project, path: str, target: Target, name: str, depth: int) -> Target | None:
    """What attribute `name` of a target is; None ends the resolvable prefix."""
    if target.kind == "external":
        package = not path.endswith(PYTHON_ENDINGS) and "#" not in target.dotted
        mark = "#" if package and not target.dotted.startswith("builtins.") else "."
        return Target("external", dotted=target.dotted + mark + name)
    if target.kind == "module":
        return _module_member(project, target.path, name, depth + 1)
    if target.kind == "class":
        found = member(project, target.path, target.qualname, name)
        return found if found is not None and found.kind in ("function", "class") else None
    return None


def _customary(project: Project, path: str, name: str) -> Target | None:
    """The part of the standard library that a name nothing binds stands for in Python code without its imports.

    A file with star imports from outside the project may get the name from them: then it stands for a name of one
    of those modules, or for nothing that is known.
    """
    if not path.endswith(PYTHON_ENDINGS):
        return None
    dotted = name if name in _CUSTOMARY_MODULES else _CUSTOMARY_NAMES.get(name, "")
    stars = _star_modules(project, path)[1]
    if not dotted or (stars and dotted.rpartition(".")[0] not in stars):
        return None
    return Target("external", dotted=dotted)


# ----------------------------------------------------------------------------------------------- the top level


def top_level(project: Project, path: str, name: str, depth: int = 0) -> Target | None:
    """What a file's top level binds `name` to, imports followed; built-ins are not looked at."""
    if depth > _DEPTH:
        return None
    return project.memo.ask(
        ("top level", path, name), lambda: _find_top_level(project, path, name, depth), in_cycle=None
    )


def _find_top_level(project: Project, path: str, name: str, depth: int) -> Target | None:
    return _bound_here(project, path, name, depth) or _starred(project, path, name, depth)


def _bound_here(project: Project, path: str, name: str, depth: int) -> Target | None:
    project.read(path, "name", name)
    outline = project.outline(path)
    if outline is None:
        return None
    defined = outline.defined.get("", {}).get(name)
    if defined is not None:  # It stands below an import of the same name, or where that failed.
        return Target(defined[0], path, defined[1])
    item = outline.imports.get("", {}).get(name)
    if item is not None:
        return _imported(project, path, item, depth + 1)
    if name in outline.assigns:
        return _alias(project, path, outline.value(name), depth + 1) or Target("variable", path, name)
    if name in outline.bound:
        return Target("variable", path, name)
    of_types = outline.type_named(name)
    return Target("class", path, of_types) if of_types is not None else None


def _alias(project: Project, path: str, assign: Assign | None, depth: int) -> Target | None:
    """What `X = Y` makes X, when Y is a name that resolves wholly to something better than a variable."""
    if assign is None or assign.value is None or not isinstance(assign.targets[0], Name):
        return None
    if isinstance(assign.value, Lambda):
        return Target("function", path, assign.value.qualname)
    model = looked_up(project, assign.value)
    if model is not None:
        return Target("class", *model)
    chain = dotted(assign.value)
    if chain is None or chain == assign.targets[0].id:
        return None
    parts = chain.split(".")
    first = top_level(project, path, parts[0], depth) or _builtin(path, parts[0])
    if first is None:
        return None
    target, rest = _walk(project, path, first, parts[1:], depth)
    return None if rest else target


def _starred(project: Project, path: str, name: str, depth: int) -> Target | None:
    """What star imports bring from the project's modules; the last one first, as the last one wins."""
    if name.startswith("_"):
        return None
    for module in _star_modules(project, path)[0]:
        found = _bound_here(project, module, name, depth + 1)
        if found is not None:
            return found
    return None


def _star_modules(project: Project, path: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The project's files whose names star imports bring into a file, and the modules outside that do so too."""
    nothing: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    def find() -> tuple[tuple[str, ...], tuple[str, ...]]:
        pending, inside, outside = [path], dict.fromkeys([path]), []
        while pending:
            module = pending.pop()
            inside[module] = inside.pop(module)  # in the order of the visits
            project.read(module, "stars")
            outline = project.outline(module)
            for item in outline.stars if outline is not None else ():
                further = project.modules.resolve(module, item.module, item.level)
                if further is None:
                    outside.append(_absolute(project, module, item))
                elif further not in inside:
                    inside[further] = None
                    pending.append(further)
            fresh = [one for one in gathered.submodules(project, module) if one not in inside]
            inside |= dict.fromkeys(fresh)
            pending += fresh
        return tuple(inside)[1:], tuple(outside)

    return project.memo.ask(("stars", path), find, in_cycle=nothing)


def _from_outside(project: Project, path: str, name: str) -> Target | None:
    """A name that nothing else binds can come from the one module outside the project that a star import names."""
    outside = _star_modules(project, path)[1]
    if len(outside) != 1 or name.startswith("_"):
        return None
    return Target("external", dotted=f"{outside[0]}.{name}")


# ---------------------------------------------------------------------------------------------------- imports


def _imported(project: Project, path: str, item: Import, depth: int) -> Target | None:
    if not path.endswith(PYTHON_ENDINGS):
        return _imported_script(project, path, item, depth)
    modules = project.modules
    if not item.name:
        return _imported_module(project, path, item)
    module = modules.resolve(path, item.module, item.level)
    if module is not None:
        return _module_member(project, module, item.name, depth)
    submodule = modules.imported_submodule(path, item.module, item.name, item.level)
    if submodule is not None:
        return Target("module", submodule)
    beside = modules.beside(path, item.module) if not item.level else None
    found = _module_member(project, beside, item.name, depth) if beside is not None else None
    if found is not None and found.kind in ("class", "function") and found.path == beside:
        return found
    return Target("external", dotted=f"{_absolute(project, path, item)}.{item.name}")


def _imported_module(project: Project, path: str, item: Import) -> Target:
    """`import a.b` binds a; `import a.b as c` binds a.b."""
    whole = item.module
    if item.alias == whole.split(".", 1)[0]:
        whole = item.alias
    found = project.modules.resolve(path, whole)
    if found is None:
        found = project.modules.first_of(path, item.module) if whole != item.module else None
    return Target("module", found) if found else Target("external", dotted=whole)


def of_module(project: Project, path: str, name: str) -> Resolved | None:
    """What a module has under a name, for those who hold it: of a script what it exports."""
    if path.endswith(PYTHON_ENDINGS):
        return resolve(project, path, name)
    found = _module_member(project, path, name, 0)
    return (found, ()) if found is not None else None


def _module_member(project: Project, place: str, name: str, depth: int) -> Target | None:
    """Attribute `name` of the module in file (or directory) `place`."""
    if not place.endswith(PYTHON_ENDINGS) and place in project:
        return _exported(project, place, name, depth)
    found = top_level(project, place, name, depth)
    if found is not None:
        return found
    submodule = project.modules.submodule(place, name)
    if submodule is not None:
        return Target("module", submodule)
    if place not in project and project.modules.is_directory(f"{place}/{name}"):
        return Target("module", f"{place}/{name}")
    return _from_outside(project, place, name)


def _absolute(project: Project, path: str, item: Import) -> str:
    """The dotted name of an import's module, relative dots worked out from the packages around the file."""
    if not item.level:
        return item.module
    package = project.modules.module_name(path).split(".")
    up = item.level - (1 if path.endswith(("/__init__.py", "/__init__.pyi")) else 0)
    around = package[: len(package) - up] if up else package
    return ".".join([*around, *([item.module] if item.module else [])]) or "."


def _imported_script(project: Project, path: str, item: Import, depth: int) -> Target | None:
    module = project.modules.resolve(path, item.module)
    if module is None:
        return Target("external", dotted=f"{item.module}#{item.name}" if item.name else item.module)
    if not item.name:
        return _required(project, module, depth)
    found = _exported(project, module, item.name, depth)
    if found is None and not item.module.startswith("."):
        # A package from outside may be called like a folder of the project: what that does not export, it is not.
        return Target("external", dotted=f"{item.module}#{item.name}")
    return found


def _required(project: Project, path: str, depth: int) -> Target:
    """What `require` gives for a file: for `module.exports = Book` that, and no module with names."""
    project.read(path, "exports")
    outline = project.outline(path)
    exports = outline.exports if outline is not None else {}
    whole = set(exports) == {"default"} and any(exports["default"])
    found = _exported(project, path, "default", depth + 1) if whole and depth <= _DEPTH else None
    return found or Target("module", path)


def _exported(project: Project, path: str, name: str, depth: int) -> Target | None:
    """What a JavaScript file exports under `name`; of a CommonJS file, its top-level name."""
    project.read(path, "exports")
    outline = project.outline(path)
    if outline is None or depth > _DEPTH:
        return None
    if name in outline.exports:
        local, module = outline.exports[name]
        if not module:
            return top_level(project, path, local, depth + 1) or Target("variable", path, local or name)
        again = project.modules.resolve(path, module)
        whole = local in ("", "*")
        if again is None:
            return Target("external", dotted=module if whole else f"{module}#{local}")
        return _required(project, again, depth + 1) if whole else _exported(project, again, local, depth + 1)
    for export in outline.facts.exports:
        if export.name == "*":
            again = project.modules.resolve(path, export.module)
            found = _exported(project, again, name, depth + 1) if again else None
            if found is not None:
                return found
    own = None if outline.facts.exports else top_level(project, path, name, depth + 1)
    hung = handed_modules.member(project, path, name) if own is None else None
    return Target("function", *hung) if hung is not None else own


# ---------------------------------------------------------------------------------------------------- classes


def lineage(project: Project, path: str, class_qualname: str) -> tuple[Target, ...]:
    """The class and its bases in method resolution order, as far as they can be known.

    Project classes, external bases by dotted name, `variable` targets for bases made by a call or held by an object
    (`Base`, `db.Model`), and `UNKNOWN` for what cannot be resolved. Contradictory orders fall back to depth first.
    """
    target = Target("class", path, class_qualname)
    return project.memo.ask(("lineage", path, class_qualname), lambda: _lineage(project, target), in_cycle=())


def names_above(project: Project, path: str, class_qualname: str) -> tuple[str, ...]:
    """The full names of a class's bases, in method resolution order."""

    def find() -> tuple[str, ...]:
        return tuple(full_name(project, target) for target in lineage(project, path, class_qualname)[1:])

    return project.memo.ask(("names above", path, class_qualname), find, in_cycle=())


def _lineage(project: Project, target: Target) -> tuple[Target, ...]:
    def bases(cls: Target) -> tuple[Target, ...]:
        # A class cannot be its own base, but half-typed code can say so.
        return tuple(b for b in bases_of(project, cls.path, cls.qualname) if b != cls)

    def known(cls: Target) -> tuple[Target, ...] | None:
        found = project.memo.at_hand(("lineage", cls.path, cls.qualname)) if cls.kind == "class" else (cls,)
        return found or None

    far = classes_above(target, bases, known)
    if far is None:
        return circle(target, bases, known)
    for one in far:
        lineage(project, one.path, one.qualname)
    direct = bases(target)
    return linearise(target, direct, [known(b) or lineage(project, b.path, b.qualname) for b in direct])


def bases_of(project: Project, path: str, class_qualname: str) -> tuple[Target, ...]:
    """The direct bases of a class, in source order."""
    project.read(path, "class", class_qualname)
    cls = project.outlined_class(path, class_qualname)
    if cls is None:
        return ()
    found: list[Target] = []
    for base in cls.bases:
        found.extend(_base(project, path, base, cls.owner or cls.parent, 0))
    itself = Target("class", path, class_qualname)
    if itself in found:
        found = [_hidden(project, path, class_qualname) or one if one == itself else one for one in found]
    return tuple(dict.fromkeys(found))


def _hidden(project: Project, path: str, name: str) -> Target | None:
    """What an import bound to a name before a class took it: `class ListView(ListView)`."""
    project.read(path, "name", name)
    outline = project.outline(path)
    item = outline.imports.get("", {}).get(name) if outline is not None else None
    return _imported(project, path, item, 0) if item is not None else None


def _base(project: Project, path: str, expr: Expr, scope: str, depth: int) -> list[Target]:
    """The classes a base expression stands for; usually one."""
    name = callee(expr)
    if name is None or depth > _DEPTH:
        return [UNKNOWN]
    if isinstance(expr, Call):
        return _called_base(project, path, expr.args, name, scope, depth)
    found = resolve(project, path, name, scope)
    if found is None:
        return [UNKNOWN]
    target, rest = found
    if target.kind == "variable":
        if rest:
            held = kept_class(project, target, rest)
            if held is not None:
                return _base(project, *held, depth + 1)
            return [Target("variable", target.path, ".".join((target.qualname, *rest)))]
        assign = single_value(project, target.path, target.qualname)
        if assign is not None and isinstance(assign.value, Call) and _makes_class(assign.value):
            return _base(project, target.path, assign.value, "", depth + 1)
        return [target]
    return [target] if target.kind in ("class", "external") and not rest else [UNKNOWN]


def kept_class(project: Project, variable: Target, rest: tuple[str, ...]) -> tuple[str, Expr, str] | None:
    """The class that an object keeps for others to derive from, with where it is named: `self.Document = BaseDocument` in the
    `__init__` of an extension for `class Pet(db.Document)`."""
    assign = single_value(project, variable.path, variable.qualname) if len(rest) == 1 else None
    chain = callee(assign.value) if assign is not None and isinstance(assign.value, Call) else None
    made = resolve(project, variable.path, chain) if chain else None
    if made is None or made[1] or made[0].kind != "class":
        return None
    for above in lineage(project, made[0].path, made[0].qualname):
        values = values_of(project, above.path, above.qualname, rest[0]) if above.kind == "class" else ()
        if values:
            value, function = values[-1].value, values[-1].function
            scope = function.qualname if function is not None else ""
            return (above.path, value, scope) if isinstance(value, (Name, Attr)) else None
    return None


def _makes_class(call: Expr) -> bool:
    return (callee(call) or "").rpartition(".")[2] in ("from_queryset", "with_metaclass")


def _called_base(
    project: Project, path: str, args: tuple[Expr, ...], name: str, scope: str, depth: int
) -> list[Target]:
    owner, _, verb = name.rpartition(".")
    parts: list[Target] = []
    if verb == "with_metaclass":
        for arg in args[1:]:
            parts.extend(_base(project, path, arg, scope, depth + 1))
        return parts
    if verb == "from_queryset":
        # Manager.from_queryset(QuerySet) is a Manager that also has the methods of the QuerySet.
        found = resolve(project, path, owner, scope)
        parts = [found[0]] if found and not found[1] else [UNKNOWN]
        for arg in args[:1]:
            parts.extend(_base(project, path, arg, scope, depth + 1))
        return parts
    called = resolve(project, path, name, scope)
    if called is not None and called[0].kind == "external":
        return [Target("external", dotted=called[0].dotted + "()")]
    return [UNKNOWN]


def as_type(project: Project, target: Target) -> Target:
    """What a script's name means where a type stands: an interface may have the name of a value."""
    if target.kind not in ("variable", "function"):
        return target
    project.read(target.path, "name", target.qualname)
    outline = project.outline(target.path)
    of_types = outline.type_named(target.qualname) if outline is not None else None
    return Target("class", target.path, of_types) if of_types is not None else target


def stands_for(project: Project, target: Target) -> Expr | None:
    """The type that an alias of a script is of; None for what is none, or has members of its own."""
    if not target.qualname.startswith(TYPE):
        return None
    project.read(target.path, "class", target.qualname)
    cls = project.outlined_class(target.path, target.qualname)
    said = (k.value for k in cls.keywords if k.name == STANDS_FOR) if cls is not None else ()
    return next(iter(said), None)


def member(project: Project, path: str, class_qualname: str, name: str) -> Target | None:
    """The method, nested class or class attribute (kind variable) called `name`, also of the project's base classes."""

    def find() -> Target | None:
        for target in lineage(project, path, class_qualname):
            if target.kind == "class":
                project.read(target.path, "members", target.qualname)
                outline = project.outline(target.path)
                found = _own_member(target.path, outline, target.qualname, name) if outline else None
                if found is not None and outline is not None:
                    return _borrowed(project, found, outline.class_values(target.qualname).get(name)) or found
        return None

    return project.memo.ask(("member", path, class_qualname, name), find, in_cycle=None)


def _borrowed(project: Project, found: Target, assign: Assign | None) -> Target | None:
    """The function that a class has under a name without defining it: `only_seen = Restricted.only_seen`."""
    chain = dotted(assign.value) if found.kind == "variable" and assign is not None else None
    named = resolve(project, found.path, chain, found.qualname.rpartition(".")[0]) if chain else None
    return named[0] if named is not None and not named[1] and named[0].kind == "function" else None


def _own_member(path: str, outline: Outline, class_qualname: str, name: str) -> Target | None:
    method = outline.methods.get(class_qualname, {}).get(name)
    if method is not None:
        return Target("function", path, method.qualname)
    nested = outline.defined.get(class_qualname, {}).get(name)
    if nested is not None:
        return Target(nested[0], path, nested[1])
    if name in outline.class_values(class_qualname):
        return Target("variable", path, f"{class_qualname}.{name}")
    return None


# --------------------------------------------------------------------------------------------------- variables


def module_value(project: Project, path: str, name: str) -> Assign | None:
    """The assignment of a top-level name, when there is exactly one: `db = SQLAlchemy()`."""
    project.read(path, "value", name)
    return single_value(project, path, name)


def single_value(project: Project, path: str, name: str) -> Assign | None:
    """`module_value` for who looks at no more than the names in it: places are not looked at."""
    project.read(path, "name", name)
    outline = project.outline(path)
    return outline.value(name) if outline else None


def full_name(project: Project, target: Target) -> str:
    """A name that says where a target comes from: `django.db.models.base.Model` whether or not the project holds it."""
    if target.kind == "external":
        return target.dotted
    module = project.modules.module_name(target.path)
    return f"{module}.{target.qualname}" if target.qualname else module
