"""What is said of a view follows its text, however often that changes."""

from __future__ import annotations

from analyzers import extract, languages
from analyzers.check import Options, check
from analyzers.project.index import Project
from analyzers.text import Text

MODELS = """\
from django.db import models


class Group(models.Model):
    name = models.CharField(max_length=3)


class Board(models.Model):
    group = models.ForeignKey(Group, on_delete=models.CASCADE)
"""

VIEWS = """\
from rest_framework import serializers, viewsets
from shop.models import Board


class BoardSerializer(serializers.ModelSerializer):
    by = serializers.CharField(source="group.name")

    class Meta:
        model = Board
        fields = ["id", "by"]


class Boards(viewsets.ModelViewSet):
    queryset = {rows}
    serializer_class = BoardSerializer
"""


def test_a_queryset_that_changes_is_judged_anew() -> None:
    project = Project()
    language = languages.for_path("/w/shop/views.py")
    assert language is not None

    def said(rows: str) -> list[str]:
        text = VIEWS.format(rows=rows)
        project.update("/w/shop/views.py", extract.facts_of(text.encode(), language))
        return [f.rule for f in check(project, "/w/shop/views.py", Text(text.encode()), Options())]

    project.update("/w/shop/__init__.py", extract.facts_of(b"", language))
    project.update("/w/shop/models.py", extract.facts_of(MODELS.encode(), language))
    told = ["lazy-relation-in-loop"]
    assert said("Board.objects.all()") == told
    assert said('Board.objects.select_related("group")') == []
    assert said("Board.objects.all()") == told


LISTED = """\
from shop.models import Board


def names():
    return [board.pk for board in Board.objects.select_related("group")]
"""


def test_where_a_relation_is_declared_follows_what_is_written_above_it() -> None:
    project = Project()
    language = languages.for_path("/w/shop/views.py")
    assert language is not None

    def declared(models: str) -> str:
        project.update("/w/shop/models.py", extract.facts_of(models.encode(), language))
        [finding] = check(project, "/w/shop/views.py", Text(LISTED.encode()), Options())
        [related] = finding.related
        return models[related.place.span.start : related.place.span.end]

    project.update("/w/shop/__init__.py", extract.facts_of(b"", language))
    project.update("/w/shop/views.py", extract.facts_of(LISTED.encode(), language))
    assert declared(MODELS).startswith("group = models.ForeignKey")
    assert declared(MODELS.replace("class Group", "# More of it.\nclass Group")).startswith("group = models.")
