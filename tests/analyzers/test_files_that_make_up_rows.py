"""Files that import what makes up rows say little of what a program does when it is used: a finding there is a hint."""

from __future__ import annotations

import pytest

from analyzers.check import check
from analyzers.findings import Severity
from analyzers.text import Text
from tests.analyzers.project_files import project_of

CODE = """\
{imported}


def filled(names):
    for name in names:
{inside}        Book.objects.get(name=name)


class Book(models.Model):
    name = models.CharField(max_length=9)
"""


@pytest.mark.parametrize(
    ("path", "imported", "inside", "severity"),
    [
        ("/w/shop/rows.py", "import json", "", Severity.WARNING),
        ("/w/shop/rows.py", "from faker import Faker", "", Severity.HINT),
        ("/w/shop/rows.py", "import factory.django", "", Severity.HINT),
        ("/w/shop/rows.py", "import json", "        import faker\n", Severity.WARNING),
        ("/w/shop/rows.py", "import factories", "", Severity.WARNING),
        ("/w/shop/populate.py", "import json", "", Severity.HINT),
        ("/w/shop/functional_tests/rows.py", "import json", "", Severity.HINT),
    ],
)
def test_the_severity(path: str, imported: str, inside: str, severity: Severity) -> None:
    code = "from django.db import models\n" + CODE.format(imported=imported, inside=inside)
    found = check(project_of({path: code}), path, Text.of(code))
    assert [(one.rule, one.severity) for one in found] == [("query-in-loop", severity)]
