"""Recorded paths and files of the workspace: the right link, or none."""

from __future__ import annotations

import pytest

from analyzers.profiles import link
from analyzers.profiles.places import is_external, normal
from analyzers.profiles.profile import Entry, Frame, Profile
from analyzers.profiles.read import load

from .programs import SAMPLES, Sources, sources

SAVE = "def save(self):\n    return 1\n\n\ndef load(self):\n    return 2\n"
OTHER = "def parse(text):\n    return 1\n\n\ndef dump(value):\n    return 2\n"


def profile_of(*frames: tuple[str, str, int]) -> Profile:
    table = tuple(Frame(name, file, line) for name, file, line in frames)
    entries = tuple(Entry(index, 1.0, 1.0, 1, 1) for index in range(len(table)))
    return Profile("pstats", "cProfile", "tracing", "seconds", table, float(len(table)), entries=entries)


def linked_paths(texts: dict[str, str], *frames: tuple[str, str, int], **options: object) -> list[str]:
    project = Sources(texts)
    linked = link(profile_of(*frames), project, ["/ws"], project.text_of, **options)  # type: ignore[arg-type]
    return [f"{time.path}:{time.qualname}" for time in linked.functions if time.link != "gone"]


MANY = {
    f"/ws/{app}/{name}": text
    for app in ("shop", "users", "billing", "web/static", "web/admin")
    for name, text in [
        ("models.py", SAVE),
        ("utils.py", OTHER),
        ("__init__.py", ""),
        ("index.js", "function render() {}\n"),
    ]
    if not name.endswith(".js")
}


@pytest.mark.parametrize(
    "frame",
    [
        ("save", "models.py", 1),  # five candidates
        ("parse", "utils.py", 1),
        ("<module>", "__init__.py", 1),
        ("save", "/opt/other/models.py", 1),
        ("save", "/usr/lib/python3.13/shop/models.py", 1),
        ("save", "/home/dev/x/.venv/lib/python3.13/site-packages/shop/models.py", 1),
        ("save", "C:\\Python313\\Lib\\shop\\models.py", 1),
        ("save", "<frozen shop/models.py>", 1),
        ("save", "node:shop/models.py", 1),
        ("<module>", "/usr/local/lib/python3.13/collections/__init__.py", 1),
        ("<module>", "/somewhere/collections/__init__.py", 1),
        ("entirely_else", "/srv/elsewhere/shop/models.py", 1),
    ],
)
def test_no_wrong_link_among_files_of_one_name(frame: tuple[str, str, int]) -> None:
    assert linked_paths(MANY, frame) == []


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("/ws/shop/models.py", "/ws/shop/models.py"),
        ("/home/dev/checkout/users/models.py", "/ws/users/models.py"),
        ("C:\\code\\billing\\models.py", "/ws/billing/models.py"),
        ("file:///srv/app/web/admin/models.py", "/ws/web/admin/models.py"),
        ("shop/models.py", "/ws/shop/models.py"),
        ("./shop/models.py", "/ws/shop/models.py"),
    ],
)
def test_two_parts_of_a_path_tell_files_of_one_name_apart(file: str, path: str) -> None:
    assert linked_paths(MANY, ("save", file, 1)) == [f"{path}:save"]


def test_files_of_one_name_and_folder_are_told_apart_by_their_functions() -> None:
    texts = {"/ws/a/shop/models.py": SAVE, "/ws/b/shop/models.py": OTHER}
    assert linked_paths(texts, ("dump", "/srv/shop/models.py", 5)) == ["/ws/b/shop/models.py:dump"]
    twins = {"/ws/a/shop/models.py": SAVE, "/ws/b/shop/models.py": SAVE}
    assert linked_paths(twins, ("save", "/srv/shop/models.py", 1)) == []


def test_a_script_is_found_by_its_bare_name_when_its_functions_agree() -> None:
    texts = {"/ws/tools/report.py": SAVE, "/ws/app.py": OTHER}
    assert linked_paths(texts, ("save", "report.py", 1)) == ["/ws/tools/report.py:save"]
    assert linked_paths(texts, ("something", "report.py", 1)) == []


def test_main_py_is_only_found_where_the_program_was_started() -> None:
    frame = ("save", "main.py", 1)
    assert linked_paths({"/ws/main.py": SAVE, "/ws/sub/main.py": SAVE}, frame) == ["/ws/main.py:save"]
    assert linked_paths({"/ws/sub/main.py": SAVE}, frame) == []
    beside = ("parse", "/srv/code/sub/shop/tools.py", 1)
    texts = {"/ws/sub/main.py": SAVE, "/ws/sub/shop/tools.py": OTHER}
    assert sorted(linked_paths(texts, frame, beside)) == [
        "/ws/sub/main.py:save",
        "/ws/sub/shop/tools.py:parse",
    ]


def test_what_was_found_tells_where_the_rest_is() -> None:
    texts = {"/ws/app/core.py": SAVE, "/ws/solo.py": OTHER}
    frames = [("save", "/srv/x/app/core.py", 1), ("parse", "/srv/x/solo.py", 1)]
    assert len(linked_paths(texts, *frames)) == 2
    assert linked_paths(texts, frames[1]) == []


@pytest.mark.parametrize(
    ("recorded", "mapping"),
    [
        ("/app/users/models.py", ("/app", ".")),
        ("/app/models.py", ("/app/", "users")),  # relative to the workspace's folder
        ("C:\\build\\models.py", ("C:\\build", "/ws/users")),
        ("/opt/venv/lib/python3.13/site-packages/people/models.py",
         ("/opt/venv/lib/python3.13/site-packages/people", "users")),
        ("/app/deep/models.py", ("/app/deep", "users")),
    ],
)  # fmt: skip
def test_what_a_mapping_says_is_where_a_file_is(recorded: str, mapping: tuple[str, str]) -> None:
    mappings = [("/srv/app", "shop"), ("/", "billing"), mapping]
    assert linked_paths(MANY, ("save", recorded, 1), mappings=mappings) == ["/ws/users/models.py:save"]


def test_a_mapping_ends_at_a_folder() -> None:
    """`/app` says nothing of `/application`."""
    assert linked_paths(MANY, ("save", "/application/models.py", 1), mappings=[("/app", "/ws/users")]) == []


def test_path_mappings_come_first() -> None:
    texts = {"/ws/solo.py": SAVE}
    frame = ("save", "/container/src/solo.py", 1)
    assert linked_paths(texts, frame) == []
    assert linked_paths(texts, frame, mappings=[("/container/src", "/ws")]) == ["/ws/solo.py:save"]


def test_the_sample_program_among_strangers() -> None:
    """Files named as modules of the standard library are, with other contents, take no time from them."""
    texts = sources("pyapp") | MANY
    for name in (
        "threading.py",
        "asyncio/__init__.py",
        "asyncio/runners.py",
        "json/__init__.py",
        "functools.py",
    ):
        texts[f"/ws/pyapp/{name}"] = "def something_else():\n    pass\n" * 3
    project = Sources(texts)
    for profile in (
        "py/pyspy.raw",
        "py/cprofile.prof",
        "py/tachyon/out.collapsed.txt",
        "py/cprofile_cumtime.txt",
    ):
        linked = link(load(SAMPLES / profile), project, ["/ws"], project.text_of)
        paths = {time.path for time in linked.functions if time.self_share > 0.0005}
        assert paths <= {
            f"/ws/pyapp/{name}" for name in ("app.py", "shop/report.py", "shop/db.py", "shop/aio.py")
        }


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        ("file:///home/a%20b/x.js", "/home/a b/x.js"),
        ("file:///C:/code/x.js", "c:/code/x.js"),
        ("C:\\Code\\x.py", "c:/Code/x.py"),
        ("http://localhost:3000/static/x.js?v=1#top", "static/x.js"),
        ("webpack://shop/./src/x.ts", "src/x.ts"),
        ("./x.py", "x.py"),
        ("/home/dev/x.py", "/home/dev/x.py"),
    ],
)
def test_recorded_paths_are_made_alike(recorded: str, expected: str) -> None:
    assert normal(recorded) == expected


def test_a_workspace_may_itself_lie_among_libraries() -> None:
    path = "/usr/lib/python3.13/site-packages/mine/core.py"
    assert is_external(path)
    assert not is_external(path, ["/usr/lib/python3.13/site-packages/mine"])
    assert is_external("/ws/node_modules/left-pad/index.js", ["/ws"])


def test_code_that_was_not_found_is_counted() -> None:
    project = Sources({"/ws/app/a.py": SAVE})
    frames = [
        ("save", "/srv/app/a.py", 1),
        ("work", "/srv/other/b.py", 1),
        ("dumps", "/usr/lib/python3.13/json/x.py", 9),
    ]
    linked = link(profile_of(*frames, ("encode", "encoder.py", 4)), project, ["/ws"], project.text_of)
    assert linked.unlinked_share == pytest.approx(1 / 4)
    assert linked.own_share == pytest.approx(1 / 4)
