"""What a base asks is told as often as there is something to mend, however many classes are derived from it.

Findings are counted exactly: a base whose loops are run for each class derived from it would make hundreds of one cause.
"""

from __future__ import annotations

from collections import Counter

from project_files import project_of

from analyzers.check import check, summaries_of
from analyzers.text import Text

HEIRS = 60
MODELS = """\
from django.db import models


class Owner(models.Model):
    name = models.CharField(max_length=9)
"""
MODEL = """

class Thing{n}(models.Model):
    owner = models.ForeignKey(Owner, on_delete=models.CASCADE)
    name = models.CharField(max_length=9)
"""
BASES = """\
from django.views import View


class BulkView(View):
    queryset = None
    form = None

    def get_queryset(self):
        return self.queryset.all()

    def get(self, request):
        return len(self.get_queryset())

    def post(self, request):
        for row in self.queryset.filter(pk__in=request.POST.getlist("pk")):
            print(row.owner.name)
            row.save()
        return self.get(request)

    def export(self):
        return [row.owner.name for row in self.get_queryset()]


class Export:
    model = None

    def lines(self):
        for row in self.model.objects.all():
            yield row.owner.name

    def renamed(self, given):
        for row in self.model.objects.filter(name=given):
            row.name = given.title()
            row.save()
"""
VIEWS = "from shop import bases, models\n"
VIEW = """

class Thing{n}View(bases.BulkView):
    queryset = models.Thing{n}.objects.all()
"""
EXPORTS = "from shop import bases, models\n"
EXPORT = """

class Thing{n}Export(bases.Export):
    model = models.Thing{n}
"""


def found(heirs: int, folder: str = "/p/shop") -> tuple[Counter[tuple[str, str, str]], int]:
    """How many findings there are by file, rule and severity, and how many functions were run for them. The exports stand in
    that folder."""
    numbers = range(heirs)
    files = {
        "/p/shop/__init__.py": "",
        "/p/shop/bases.py": BASES,
        "/p/shop/models.py": MODELS + "".join(MODEL.format(n=n) for n in numbers),
        "/p/shop/views.py": VIEWS + "".join(VIEW.format(n=n) for n in numbers),
        f"{folder}/exports.py": EXPORTS + "".join(EXPORT.format(n=n) for n in numbers),
    }
    project = project_of(files)
    counted = Counter(
        (path.rpartition("/")[2], one.rule, one.severity.label)
        for path, text in files.items()
        for one in check(project, path, Text.of(text))
    )
    return counted, summaries_of(project).runs


def test_what_a_base_asks_is_told_once_for_what_can_be_mended_there() -> None:
    few, few_runs = found(2)
    many, many_runs = found(HEIRS)
    assert many == {
        ("exports.py", "lazy-relation-in-loop", "warning"): 1,
        ("exports.py", "query-in-loop", "information"): 1,
    }
    assert many == few
    assert (many_runs - few_runs) / (HEIRS - 2) <= 10


def test_in_tests_it_is_not_told_at_those_that_are_derived_from_it() -> None:
    few, few_runs = found(2, "/p/tests")
    many, many_runs = found(HEIRS, "/p/tests")
    assert many == few == Counter()
    assert (many_runs - few_runs) / (HEIRS - 2) <= 5
