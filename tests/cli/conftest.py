"""Runs the installed `bigo` on small projects in temporary folders."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_project import BIGO, Bigo, Done


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder that is a workspace of its own."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "sample"\nversion = "1"\n')
    return tmp_path


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of its own for what runs in this process."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def bigo(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Bigo:
    """Runs `bigo` in the project, with folders of its own for all it keeps."""
    home = tmp_path_factory.mktemp("home")
    kept = {name: str(home / name) for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")}
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("ANTHROPIC", "BIGO"))
    }

    def run(*arguments: str, cwd: Path = project, **environment: str) -> Done:
        done = subprocess.run(
            [BIGO, *arguments],
            cwd=cwd,
            env={**inherited, **kept, "HOME": str(home), **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=False,
        )
        return Done(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))

    return run


@pytest.fixture
def git(project: Path) -> Callable[..., str]:
    """Runs git in the project, which becomes a repository with the files it holds committed."""

    def run(*arguments: str) -> str:
        identity = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
        done = subprocess.run(
            ["git", *identity, *arguments], cwd=project, capture_output=True, text=True, check=True
        )
        return done.stdout

    run("init", "--quiet")
    run("add", "--all")
    run("commit", "--quiet", "--allow-empty", "-m", "first")
    return run


@pytest.fixture(scope="session")
def repository() -> Path:
    return Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def example(repository: Path) -> Path:
    """The shop."""
    return repository / "examples" / "shop"
