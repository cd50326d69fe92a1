"""Which files there are, and what is in them."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from lsp_server.files.workspace import Unreadable, files, find_root, read_source, write_source
from lsp_server.settings import Settings


def put(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x = 1\n")


def listed(root: Path, *, below: Path | None = None, **analysis: object) -> list[str]:
    settings = Settings()
    settings = msgspec.structs.replace(
        settings, analysis=msgspec.structs.replace(settings.analysis, **analysis)
    )
    return [path.relative_to(root).as_posix() for path in files(below or root, settings)]


def test_source_files_in_order_and_nothing_else(tmp_path: Path) -> None:
    put(tmp_path, "b.py", "a/z.ts", "a/b.tsx", "c.mjs", "README.md", "data.json", "a/styles.css")
    assert listed(tmp_path) == ["a/b.tsx", "a/z.ts", "b.py", "c.mjs"]


def test_pages_in_a_folder_of_templates_are_read_and_no_others(tmp_path: Path) -> None:
    put(tmp_path, "app/templates/app/list.html", "app/jinja2/mail.txt", "app/static/page.html", "notes.txt")
    assert listed(tmp_path) == ["app/jinja2/mail.txt", "app/templates/app/list.html"]


def test_folders_of_installed_and_generated_code_are_left_out(tmp_path: Path) -> None:
    put(
        tmp_path,
        *("node_modules/x/index.js", ".git/hook.py", "__pycache__/a.py", "build/lib/a.py", "dist/a.js"),
        *(".venv/lib/a.py", "lib/site-packages/a.py", "static/jquery.min.js", "a_pb2.py", "x.egg-info/a.py"),
        *("my_env/pyvenv.cfg", "my_env/lib/python3/a.py"),
        *("src/build/__init__.py", "src/build/steps.py"),
    )
    assert listed(tmp_path) == ["src/build/__init__.py", "src/build/steps.py"]


def test_scripts_that_a_bundler_wrote_are_left_out_whatever_they_are_called(tmp_path: Path) -> None:
    put(tmp_path, "assets/index.94b01c79.js", "assets/own.js", "small.js", "rows.ts")
    minified = "function a(b){return b.map(c=>c.d)};" * 1000
    (tmp_path / "assets/index.94b01c79.js").write_text(f"/* a banner */\n{minified}\n")
    (tmp_path / "assets/own.js").write_text("let total = 0;\n" * 2000)
    (tmp_path / "small.js").write_text("f();" * 100)
    (tmp_path / "rows.ts").write_text(f"export const rows = [{'1, ' * 10000}];\n")
    assert listed(tmp_path) == ["assets/own.js", "rows.ts", "small.js"]
    assert listed(tmp_path, below=tmp_path / "assets/index.94b01c79.js") == ["assets/index.94b01c79.js"]


def test_a_folder_that_is_named_is_looked_into(tmp_path: Path) -> None:
    put(
        tmp_path,
        ".venv/lib/site-packages/django/a.py",
        ".venv/lib/site-packages/django/node_modules/b.js",
        "own.py",
    )
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text(".venv/\n")
    assert listed(tmp_path) == ["own.py"]
    assert listed(tmp_path, below=tmp_path / ".venv/lib/site-packages/django") == [
        ".venv/lib/site-packages/django/a.py"
    ]


def test_ignore_files_count_as_in_git(tmp_path: Path) -> None:
    put(
        tmp_path,
        *(
            "a.py",
            "generated.py",
            "keep/generated.py",
            "out/a.py",
            "keep/out.py",
            "deep/er/skip.py",
            "deep/skip.py",
        ),
        *("deep/er/only_here.py", "only_here.py", "local.py"),
    )
    (tmp_path / ".git" / "info").mkdir(parents=True)
    (tmp_path / ".git" / "info" / "exclude").write_text("local.py\n")
    (tmp_path / ".gitignore").write_text("# comment\ngenerated.py\nout/\n!\n/deep/skip.py\n")
    (tmp_path / "keep" / ".gitignore").write_text("!generated.py\n")
    (tmp_path / "deep" / "er" / ".gitignore").write_text("only_here.py\n")
    expected = ["a.py", "deep/er/skip.py", "keep/generated.py", "keep/out.py", "only_here.py"]
    assert listed(tmp_path) == expected
    # From a folder below, the files above still count.
    assert listed(tmp_path, below=tmp_path / "deep") == ["deep/er/skip.py"]


def test_ignore_files_above_count_only_within_a_repository(tmp_path: Path) -> None:
    put(tmp_path, "sub/a.py")
    (tmp_path / ".gitignore").write_text("a.py\n")
    assert listed(tmp_path, below=tmp_path / "sub") == ["sub/a.py"]


def test_settings_leave_out_more(tmp_path: Path) -> None:
    put(tmp_path, "a.py", "vendor/a.py", "b.js", "c.tsx", "old/legacy.py")
    assert listed(tmp_path, exclude=("vendor/", "legacy.py")) == ["a.py", "b.js", "c.tsx"]
    assert listed(tmp_path, languages=("typescript",)) == ["c.tsx"]
    assert listed(tmp_path, max_file_size=3) == []


def test_links_do_not_lead_in_circles(tmp_path: Path) -> None:
    put(tmp_path, "a/x.py")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (tmp_path / "gone.py").symlink_to(tmp_path / "nowhere.py")
    assert listed(tmp_path) == ["a/x.py"]


def test_overlapping_roots_give_each_file_once(tmp_path: Path) -> None:
    put(tmp_path, "a/x.py", "y.py")
    found = list(files([tmp_path / "a", tmp_path, tmp_path / "y.py"], Settings()))
    assert found == [tmp_path / "a/x.py", tmp_path / "y.py"]


def test_files_come_as_they_are_asked_for(tmp_path: Path) -> None:
    put(tmp_path, "a/x.py", "b/y.py")
    found = files(tmp_path, Settings())
    assert next(found) == tmp_path / "a/x.py"
    (tmp_path / "b" / "y.py").unlink()
    assert list(found) == []


def test_the_root_is_the_nearest_that_configures_bigo_then_the_repository(tmp_path: Path) -> None:
    put(tmp_path, "one/two/three/a.py")
    here = tmp_path / "one/two/three"
    (tmp_path / ".git").mkdir()
    assert find_root(here / "a.py") == tmp_path
    (tmp_path / "one/two/package.json").write_text("{}")
    assert find_root(here) == tmp_path
    (tmp_path / "one/pyproject.toml").write_text("[tool.bigo.analysis]\n")
    assert find_root(here) == tmp_path / "one"


def test_the_root_of_a_project_without_its_repository_is_its_manifest_or_its_outermost_package(
    tmp_path: Path,
) -> None:
    put(tmp_path, "app/shop/__init__.py", "app/shop/sales/__init__.py", "app/shop/sales/views.py")
    view = tmp_path / "app/shop/sales/views.py"
    assert find_root(view) == tmp_path / "app/shop"
    (tmp_path / "app/manage.py").touch()
    assert find_root(view) == tmp_path / "app"


# ------------------------------------------------------------------------------------------------------- reading


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("é = 1\n".encode(), "é = 1\n"),
        (b"\xef\xbb\xbfx = 1\r\n", "x = 1\r\n"),
        ("# coding: latin-1\né = 1\n".encode("latin-1"), "# coding: latin-1\né = 1\n"),
        ("#!/usr/bin/python\n# vim: fileencoding=cp1252 :\n€ = 1\n".encode("cp1252"), "#!/usr/bin/python\n# vim: fileencoding=cp1252 :\n€ = 1\n"),
        ("é = 1\n".encode("utf-16"), "é = 1\n"),
        (b"", ""),
    ],
)  # fmt: skip
def test_text_is_read_as_utf_8_and_written_back_as_it_was(tmp_path: Path, raw: bytes, text: str) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(raw)
    path.chmod(0o640)
    source = read_source(path)
    assert source == text.encode()
    assert write_source(path, source) is None
    assert path.read_bytes() == raw
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["a.py"]


@pytest.mark.parametrize(
    ("name", "raw", "reason"),
    [
        ("a.py", b"x = 1\0", "is a binary file"),
        ("a.py", b"x = '\xe9'\n", "is not UTF-8: byte 0xe9 at offset 5; declare its encoding (PEP 263) or save it as UTF-8"),
        ("a.js", b"x = '\xe9'\n", "is not UTF-8: byte 0xe9 at offset 5; save it as UTF-8"),
        ("a.py", b"# coding: klingon\n", "declares an encoding Python does not know"),
        ("a.py", b"# coding: ascii\nx = '\xe9'\n", "is not ascii"),
        ("a.py", b"\xef\xbb\xbf\xff", "is not UTF-8 in spite of its byte order mark"),
        ("a.py", b"x" * 3_000_000, "is larger than 2000000 bytes"),
    ],
)  # fmt: skip
def test_what_is_no_text_has_a_reason(tmp_path: Path, name: str, raw: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(raw)
    source = read_source(tmp_path / name)
    assert isinstance(source, Unreadable)
    assert source.reason.startswith(reason)


def test_a_file_that_is_gone_has_a_reason(tmp_path: Path) -> None:
    assert read_source(tmp_path / "a.py") == Unreadable("cannot be read: No such file or directory")
    assert isinstance(read_source(tmp_path), Unreadable)


def test_a_file_without_permission_has_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests may run as root, whom no permission binds: the refusal is played."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert read_source(tmp_path / "a.py") == Unreadable("cannot be read: Permission denied")


def test_a_character_the_encoding_lacks_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"# coding: latin-1\n")
    problem = write_source(tmp_path / "a.py", "# coding: latin-1\nx = '→'\n".encode())
    assert problem is not None
    assert problem.reason.startswith("cannot hold the new text")
    assert (tmp_path / "a.py").read_bytes() == b"# coding: latin-1\n"
