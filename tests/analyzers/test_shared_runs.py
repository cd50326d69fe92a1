"""What is run for rows is run once for all queries that agree in what they load below them.

Counted are runs of functions, never seconds: lists of an interface nest the same serializers, and helpers get rows from
many queries. What is said of each query is its own all the same.
"""

from __future__ import annotations

from project_files import project_of

from analyzers.check import check, summaries_of
from analyzers.findings import Finding
from analyzers.text import Text

MODELS = """\
from django.db import models

class Group(models.Model):
    name = models.CharField(max_length=100)

class Owner(models.Model):
    name = models.CharField(max_length=100)
    group = models.ForeignKey(Group, on_delete=models.CASCADE)
"""
MODEL = """
class Thing{n}(models.Model):
    owner = models.ForeignKey(Owner, on_delete=models.CASCADE)
    next = models.ForeignKey("self", on_delete=models.CASCADE)
"""
SERIALIZERS = """\
from rest_framework import serializers
from shop import models

class GroupSerializer(serializers.ModelSerializer):
    class Meta:
        model = models.Group
        fields = ["name"]

class OwnerSerializer(serializers.ModelSerializer):
    group = GroupSerializer()

    class Meta:
        model = models.Owner
        fields = ["name", "group"]

class Shown(serializers.ModelSerializer):
    owner = OwnerSerializer()
"""
SERIALIZER = """
class Thing{n}Serializer(Shown):
    next_owner = OwnerSerializer(source="next.owner")

    class Meta:
        model = models.Thing{n}
        fields = ["owner", "next_owner"]
"""
VIEWS = "from rest_framework import generics\nfrom shop import models, serializers\n"
VIEW = """
class Thing{n}List(generics.ListAPIView):
    queryset = models.Thing{n}.objects.{rows}
    serializer_class = serializers.Thing{n}Serializer
"""
BARE = "all()"
NEARLY = 'select_related("owner", "next__owner__group")'
WHOLE = 'select_related("owner__group", "next__owner__group")'

Texts = dict[str, str]


def shop(*rows: str) -> Texts:
    """Views that show rows of as many models through the same serializers of owners."""
    numbered = list(enumerate(rows))
    return {
        "/p/shop/__init__.py": "",
        "/p/shop/models.py": MODELS + "".join(MODEL.format(n=n) for n, _ in numbered),
        "/p/shop/serializers.py": SERIALIZERS + "".join(SERIALIZER.format(n=n) for n, _ in numbered),
        "/p/shop/views.py": VIEWS + "".join(VIEW.format(n=n, rows=one) for n, one in numbered),
    }


def checked(texts: Texts) -> tuple[int, tuple[Finding, ...]]:
    """The functions that were run for the views, and what was found."""
    project, path = project_of(texts), "/p/shop/views.py"
    found = check(project, path, Text.of(texts[path]))
    return summaries_of(project).runs, found


def test_serializers_that_many_lists_nest_are_run_once_for_all_of_them() -> None:
    few, _ = checked(shop(*[BARE] * 3))
    many, found = checked(shop(*[BARE] * 9))
    # Of each its list, two attributes, its own serializer's row and what that inherits; what it nests costs nothing more.
    assert (many - few) / 6 <= 5
    assert len(found) == 9


def test_each_list_is_told_of_its_own_query_and_way() -> None:
    _, found = checked(shop(BARE, WHOLE, NEARLY, BARE))
    both = '.select_related(\n        "next__owner__group", "owner__group"\n    )'  # On one line it would be too wide.
    more = '\n        , "owner__group"\n    '  # What is there goes on a line of its own, with it.
    fixes = [
        (finding.message.partition(" is loaded")[0], "".join(edit.text for edit in finding.fixes[0].edits))
        for finding in found
    ]
    assert fixes == [
        ("`next.owner.group` (through `Thing0Serializer`)", both),
        ("`owner.group` (through `Thing2Serializer`)", more),
        ("`next.owner.group` (through `Thing3Serializer`)", both),
    ]


HELPER = """\
from shop.models import Thing0

def shown(thing):
    return group_of(thing.next.owner)

def group_of(owner):
    return owner.group.name

def same(thing):
    return thing
"""
LOOP = """
def page{n}():
    for thing in Thing0.objects.filter(pk__gt={n}){rows}:
        print(shown(same(thing)))
"""
LOADED = '.select_related("next__owner__group")'


def paged(*rows: str) -> Texts:
    loops = "".join(LOOP.format(n=n, rows=one) for n, one in enumerate(rows))
    return {**shop(BARE), "/p/shop/views.py": HELPER + loops}


def test_helpers_are_run_once_for_rows_of_all_queries() -> None:
    few, _ = checked(paged(*[""] * 3))
    many, found = checked(paged(*[""] * 9))
    assert (many - few) / 6 <= 1
    assert len(found) == 9


def test_helpers_are_run_again_for_rows_with_more_loaded() -> None:
    _, found = checked(paged("", LOADED, ""))
    assert [finding.function for finding in found] == ["page0", "page2"]
    assert all('"next__owner__group"' in finding.message for finding in found)
