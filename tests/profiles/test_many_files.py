"""A large workspace where many files have one name: a frame is linked to its own file, or to none."""

from __future__ import annotations

import random

from analyzers.profiles import link
from analyzers.profiles.profile import Entry, Frame, Profile

from .programs import Sources

NAMES = ("models.py", "views.py", "utils.py", "__init__.py", "index.js", "utils.js")
APPS = 170
FOREIGN = (
    "/usr/lib/python3.13/json/{name}",
    "/home/dev/shop/.venv/lib/python3.13/site-packages/app{app}/{name}",
    "/home/dev/shop/node_modules/app{app}/{name}",
    "<frozen app{app}.{name}>",
    "node:internal/app{app}/{name}",
    "/opt/other/thing/{name}",
)


def source(rng: random.Random, name: str) -> tuple[str, list[tuple[str, int]]]:
    """A file and its functions with their lines; common names, so that files differ only in part."""
    names = rng.sample(
        ["save", "load", "parse", "render", "total", "clean", "rows", "main", "get", "find"],
        rng.randrange(2, 6),
    )
    lines: list[str] = ["" for _ in range(rng.randrange(4))]
    found = []
    for each in names if name != "__init__.py" else names[:1]:
        found.append((each, len(lines) + 1))
        body = rng.randrange(1, 5)
        if name.endswith(".py"):
            lines += [f"def {each}(a):", *[f"    a += {n}" for n in range(body)], "    return a", "", ""]
        else:
            lines += [
                f"function {each}(a) {{",
                *[f"  a += {n};" for n in range(body)],
                "  return a;",
                "}",
                "",
            ]
    return "\n".join(lines) + "\n", found


def test_no_frame_is_linked_to_a_wrong_file() -> None:
    rng = random.Random(7)
    texts: dict[str, str] = {}
    functions: dict[str, list[tuple[str, int]]] = {}
    for app in range(APPS):
        for name in NAMES:
            path = f"/ws/{'backend' if app % 2 else 'src'}/app{app}/{name}"
            texts[path], functions[path] = source(rng, name)
    assert len(texts) > 1000
    project = Sources(texts)
    truth: list[tuple[Frame, tuple[str, str] | None]] = []
    for _ in range(400):
        path = rng.choice(list(texts))
        name, line = rng.choice(functions[path])
        recorded = rng.choice(
            ("/home/dev/checkout/", "C:\\code\\", "file:///srv/app/", "./", "")
        ) + path.removeprefix("/ws/")
        recorded = recorded.replace("/", "\\") if "\\" in recorded else recorded
        truth.append((Frame(name, recorded, line), (path, name)))
    for _ in range(200):
        path = rng.choice(list(texts))
        name, line = rng.choice(functions[path])
        base = path.rpartition("/")[2]
        foreign = rng.choice(FOREIGN).format(app=rng.randrange(APPS), name=base)
        truth.append((Frame(name, foreign, line), None))
        truth.append((Frame(name, base, line), None))  # which of 170 files is not to be known
    linked_own = 0
    for frame, expected in truth:
        profile = Profile(
            "pstats", "cProfile", "tracing", "seconds", (frame,), 1.0, entries=(Entry(0, 1.0, 1.0, 1, 1),)
        )
        found = link(profile, project, ["/ws"], project.text_of)
        places = [(time.path, time.name) for time in found.functions if time.link != "gone"]
        assert places in ([], [expected]), (frame, places)
        assert not (expected is None and places)
        linked_own += bool(places)
    assert linked_own >= 396  # of 400
