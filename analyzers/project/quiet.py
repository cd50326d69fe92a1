"""Files that say little of what a program does when it is used: tests, migrations, commands, seeds."""

from __future__ import annotations

from functools import lru_cache

from analyzers.facts import FileFacts, Function
from analyzers.globs import Globs, readable
from analyzers.project.index import Project

QUIET_PATHS = (
    "**/tests/**",
    "**/test/**",
    "**/__tests__/**",
    "**/test_*.py",
    "**/test_app/**",
    "**/test_helpers/**",
    "**/test_project/**",
    "**/test_utils/**",
    "**/tests.py",
    "**/*_test.py",
    "**/conftest.py",
    "**/*.test.*",
    "**/*.spec.*",
    "**/e2e/**",
    "**/*.e2e.*",
    "**/*.e2e-spec.*",
    "**/migrations/**",
    "**/alembic/versions/**",
    "**/patches/v[0-9]*/**",
    "**/versions/????????????_*.py",
    "**/versions/*_????????????.py",
    "**/management/commands/**",
    "**/fixtures/**",
    "**/seed.*",
    "**/seeds.*",
    "**/seed[-_A-Z]*",
    "**/seed/**",
    "**/seeds/**",
    "**/*.seed.*",
    "**/*seeder.*",
    "**/seeder/**",
    "**/seeders/**",
    "**/testing/**",
    "**/populate.*",
    "**/populate_*",
    "**/populatedb*",
    "**/create_test_data*",
    "**/functional[-_]tests/**",
    "**/integration[-_]tests/**",
    "**/random_data*",
)
"""Where 40 % of all loops with queries stand and few of them matter: a finding there is a hint. Globs as in `.gitignore`.

A revision of Alembic stands in a folder `versions`, its file named after twelve hexadecimal digits and an underscore, or
after its date and those; a folder of that name alone may hold anything (versions of an interface).
Source: https://alembic.sqlalchemy.org/en/latest/tutorial.html#create-a-migration-script
A patch of Frappe's is run once, and stands in a folder of its version.
Source: https://docs.frappe.io/framework/user/en/database-migrations
"""


MAKES_UP = frozenset(("factory", "faker", "mimesis", "mixer", "model_bakery"))
"""Packages that make up what rows hold. Who imports one fills a database for tests, or to try a program out.

Sources: https://factoryboy.readthedocs.io/, https://faker.readthedocs.io/, https://mimesis.name/, https://mixer.readthedocs.io/ and
https://model-bakery.readthedocs.io/
"""


def makes_up(facts: FileFacts) -> bool:
    """Whether a file imports at its top what makes up rows."""
    return any(not item.scope and item.module.partition(".")[0] in MAKES_UP for item in facts.imports)


def is_quiet(project: Project, path: str, globs: tuple[str, ...] = QUIET_PATHS) -> bool:
    """Whether one of the globs fits a path, as it is below its root: where a project itself lies says nothing of it."""
    return _fits(project.beneath(path), globs)


@lru_cache(maxsize=65_536)
def _fits(name: str, globs: tuple[str, ...]) -> bool:
    return bool(_read(globs).out(name))


@lru_cache(maxsize=64)
def _read(globs: tuple[str, ...]) -> Globs:
    return Globs(readable(globs))


def is_test(project: Project, path: str, function: Function) -> bool:
    """Whether a function is a test: a runner calls it once, for an object of its own, and hands it nothing that is known.

    Sources: https://docs.python.org/3/library/unittest.html#unittest.TestLoader.testMethodPrefix and
    https://docs.pytest.org/en/stable/explanation/goodpractices.html#test-discovery
    """
    return function.name.startswith("test") and not function.parent and is_quiet(project, path)
