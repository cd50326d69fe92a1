"""Django models against the truth: the same applications are loaded by Django, and its `_meta` says what there is."""

from __future__ import annotations

import json
import subprocess
import sys
from textwrap import dedent

import pytest

from analyzers.project.index import Project
from analyzers.project.models import Model, Models
from analyzers.project.names import Target
from tests.analyzers.project_files import facts, project_of

APPS = {
    "accounts/__init__.py": "",
    "accounts/models.py": """
        from django.contrib.auth.models import AbstractUser, Group
        from django.db import models

        class User(AbstractUser):
            city = models.ForeignKey("library.City", null=True, on_delete=models.SET_NULL)

        class Membership(models.Model):
            user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
            group = models.ForeignKey(Group, on_delete=models.CASCADE)
    """,
    "library/__init__.py": "",
    "library/fields.py": """
        from django.db import models

        class OwnerKey(models.ForeignKey): ...

        class Price(models.DecimalField): ...
    """,
    "library/base.py": """
        from django.conf import settings
        from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
        from django.contrib.contenttypes.models import ContentType
        from django.db import models

        class Note(models.Model):
            content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
            object_id = models.PositiveIntegerField()
            about = GenericForeignKey("content_type", "object_id")

        class Stamped(models.Model):
            created = models.DateTimeField(auto_now_add=True)
            created_by = models.ForeignKey(
                settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="%(app_label)s_%(class)s_made"
            )

            class Meta:
                abstract = True
                ordering = ["created"]

        class Noted(models.Model):
            notes = GenericRelation("library.Note")

            class Meta:
                abstract = True
    """,
    "library/models/__init__.py": """
        from ..base import Note
        from .books import *
        from .people import Author, City
    """,
    "library/models/people.py": """
        from django.contrib.auth import get_user_model
        from django.db import models as m

        class City(m.Model):
            name = m.CharField(max_length=10, primary_key=True)

        class Author(m.Model):
            name = m.CharField(max_length=100)
            city = m.ForeignKey(City, on_delete=m.CASCADE, default=None)
            account = m.OneToOneField(get_user_model(), null=True, on_delete=m.CASCADE)
            friends = m.ManyToManyField("self")
            mentors = m.ManyToManyField("self", symmetrical=False, related_name="pupils")
            hidden = m.ForeignKey("City", on_delete=m.CASCADE, related_name="+")
    """,
    "library/models/books.py": """
        from django.db import models
        from library import base
        from ..base import Stamped
        from ..fields import OwnerKey, Price
        from .people import Author

        class BookQuerySet(models.QuerySet):
            def cheap(self):
                return self.filter(price__lt=5)

        class ShelfManager(models.Manager.from_queryset(BookQuerySet)):
            pass

        class Item(Stamped, base.Noted):
            title: str = models.CharField(max_length=100)
            price = Price(max_digits=4, decimal_places=2)
            keeper = OwnerKey(Author, on_delete=models.CASCADE, related_name="kept")
            objects = BookQuerySet.as_manager()
            shelf = ShelfManager()

        class Book(Item):
            authors = models.ManyToManyField("Author", through="Writing")
            sequel = models.OneToOneField("self", null=True, on_delete=models.CASCADE, related_name="prequel")

            class Meta(Stamped.Meta):
                abstract = False

        class Paper(Book):
            class Meta:
                proxy = True

        class Magazine(Item):
            item = models.OneToOneField(Item, on_delete=models.CASCADE, parent_link=True, primary_key=True)
            editor = models.ForeignKey("library.Author", on_delete=models.CASCADE)

            class Meta:
                default_related_name = "magazines"

        class Writing(models.Model):
            book = models.ForeignKey(Book, on_delete=models.CASCADE)
            author = models.ForeignKey(Author, on_delete=models.CASCADE)
            share = models.FloatField()

        class Shelf(Stamped):
            items = models.ManyToManyField(Item, related_name="shelves")
            created_by = None

            class Meta:
                verbose_name = "shelf"
    """,
}

# What Django itself says: for each model, each attribute that leads to rows, with its target and multiplicity.
ASK = """
import json, django
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "accounts", "library"],
    AUTH_USER_MODEL="accounts.User", DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()
from django.apps import apps
truth = {}
for label in ("accounts", "library"):
    for model in apps.get_app_config(label).get_models():
        relations, columns = {}, []
        for field in model._meta.get_fields():
            if not field.is_relation:
                columns.append(field.name)
                continue
            name = field.get_accessor_name() if field.auto_created and not field.concrete else field.name
            if name is None or name.endswith("+") or (field.auto_created and field.hidden):
                continue
            many = bool(field.one_to_many or field.many_to_many)
            relations[name] = [field.related_model.__qualname__ if field.related_model else None, many]
            if field.concrete and not field.many_to_many:
                columns.append(field.attname)
        for parent in model._meta.get_parent_list():  # a child's class also has its parents' links to children
            for field in parent._meta.related_objects:
                if field.parent_link and hasattr(model, field.get_accessor_name()):
                    relations[field.get_accessor_name()] = [field.related_model.__qualname__, False]
        truth[model.__qualname__] = {
            "relations": relations, "columns": sorted(columns), "ordered": bool(model._meta.ordering),
            "managers": [m.name for m in model._meta.managers],
        }
print(json.dumps(truth))
"""


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    root = tmp_path_factory.mktemp("apps")
    for name, text in APPS.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(dedent(text))
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=root, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, object]] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def project() -> Project:
    return project_of({f"/w/{name}": text for name, text in APPS.items()})


def named(models: Models, name: str) -> Model:
    (key,) = models.by_name(name)
    model = models.model(*key)
    assert model is not None
    return model


def test_relations_are_those_of_django(project: Project, truth: dict[str, dict[str, object]]) -> None:
    models = Models(project)
    ours = {}
    for name in truth:
        relations = named(models, name).relations.values()
        ours[name] = {
            r.name: [r.target[1].rpartition(".")[2] if r.target else None, r.many] for r in relations
        }
    for name, found in truth.items():
        assert ours[name] == found["relations"], name


def test_columns_are_those_of_django(project: Project, truth: dict[str, dict[str, object]]) -> None:
    models = Models(project)
    ours = {name: sorted(set(named(models, name).columns) - {"pk"}) for name in truth}
    assert ours == {name: found["columns"] for name, found in truth.items()}


def test_ordering_and_managers_are_those_of_django(
    project: Project, truth: dict[str, dict[str, object]]
) -> None:
    models = Models(project)
    ordered = {name: named(models, name).ordered for name in truth}
    assert ordered == {name: found["ordered"] for name, found in truth.items()}
    for name in ("Item", "Book", "Author", "Writing"):
        assert list(named(models, name).managers) == truth[name]["managers"]


def test_every_relation_leads_back(project: Project) -> None:
    models = Models(project)
    checked = 0
    for key in models.all():
        model = models.model(*key)
        assert model is not None
        for relation in model.relations.values():
            other = models.related(relation)
            if model.abstract or other is None or not relation.inverse:
                continue
            back = models.relation(other, relation.inverse)
            assert back is not None, (key, relation)
            assert back.inverse == relation.name
            checked += 1
    assert checked > 30


def test_kinds_columns_and_places(project: Project) -> None:
    models = Models(project)
    author, item, note = named(models, "Author"), named(models, "Item"), named(models, "Note")
    assert {r.name: r.kind for r in author.relations.values()} == {
        "city": "fk", "account": "o2o", "friends": "m2m", "mentors": "m2m", "pupils": "m2m", "hidden": "fk",
        "kept": "reverse_fk", "book_set": "m2m", "magazines": "reverse_fk", "writing_set": "reverse_fk",
    }  # fmt: skip
    assert author.relations["city"].column == "city_id"
    assert author.columns["name"] == "str"
    assert item.columns["price"] == "decimal"
    assert note.relations["about"].kind == "generic_fk"
    assert item.relations["notes"].kind == "generic_relation"
    assert item.relations["book"].kind == "reverse_o2o"
    path = "/w/library/models/books.py"
    place = models.place(author.relations["kept"])
    assert place is not None
    assert place[0] == path
    text = dedent(APPS["library/models/books.py"])
    assert text[place[1].start : place[1].end].startswith("keeper = OwnerKey(Author")


def test_managers_name_the_classes_behind_them(project: Project) -> None:
    item = named(Models(project), "Item")
    path = "/w/library/models/books.py"
    assert item.managers == {
        "objects": Target("class", path, "BookQuerySet"),
        "shelf": Target("class", path, "ShelfManager"),
    }


def test_abstract_models_and_the_user_model(project: Project) -> None:
    models = Models(project)
    assert named(models, "Stamped").abstract
    assert not named(models, "Book").abstract
    assert named(models, "Stamped").relations["created_by"].target == ("/w/accounts/models.py", "User")
    user = models.user_model()
    assert user is not None
    assert user.key == ("/w/accounts/models.py", "User")


def test_djangos_own_user_has_the_relations_a_project_adds() -> None:
    project = project_of(
        {
            "/w/blog/models.py": """
            from django.conf import settings
            from django.contrib.auth.models import User
            from django.db import models
            class Post(models.Model):
                author = models.ForeignKey(User, on_delete=models.CASCADE)
                editor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="edited")
                reader = models.ForeignKey("auth.User", on_delete=models.CASCADE, related_name="read")
            """
        }
    )
    models = Models(project)
    user = models.of(Target("external", dotted="django.contrib.auth.models.User"))
    assert user is not None
    assert set(user.relations) == {"groups", "user_permissions", "post_set", "edited", "read"}
    assert user.columns["username"] == "str"
    assert models.related(named(models, "Post").relations["author"]) == user


def test_classes_that_only_look_like_models_are_none() -> None:
    project = project_of(
        {
            "/w/other.py": """
            from django import forms
            from django.db.models import Manager, TextChoices
            from pydantic import BaseModel, Field
            from rest_framework import serializers
            from django.contrib.auth.models import AbstractUser, UserManager
            from django.contrib.gis.db.models import PointField
            class Point(PointField): ...
            class Users(UserManager): ...
            class Meta(AbstractUser.Meta): ...
            class Form(forms.ModelForm):
                name = forms.CharField()
            class Schema(BaseModel):
                name: str = Field()
            class Serializer(serializers.ModelSerializer):
                name = serializers.CharField()
            class Own(Manager): ...
            class Kind(TextChoices):
                A = "a"
            class Plain:
                x = 1
            """
        }
    )
    assert Models(project).all() == ()


def test_a_base_of_another_package_makes_a_model_with_djangos_fields() -> None:
    project = project_of(
        {
            "/w/tree/models.py": """
            from django.db import models
            from mptt.models import MPTTModel, TreeForeignKey
            class Region(MPTTModel):
                name = models.CharField(max_length=9)
                parent = TreeForeignKey("self", null=True, on_delete=models.CASCADE, related_name="children")
            class Country(Region): ...
            """
        }
    )
    models = Models(project)
    region = named(models, "Region")
    assert {r.name: r.kind for r in region.relations.values()} == {
        "parent": "fk", "children": "reverse_fk", "country": "reverse_o2o",
    }  # fmt: skip


def test_a_new_field_shows_on_the_other_side_at_once() -> None:
    files = {
        "/w/a/models.py": "from django.db import models\nclass A(models.Model): ...\n",
        "/w/b/models.py": "from django.db import models\nclass B(models.Model): ...\n",
    }
    project = project_of(files)
    models = Models(project)
    assert named(models, "A").relations == {}
    changed = files["/w/b/models.py"].replace("...", "a = models.ForeignKey('a.A', on_delete=1)")
    project.update("/w/b/models.py", facts("/w/b/models.py", changed))
    assert set(named(models, "A").relations) == {"b_set"}
    project.remove("/w/b/models.py")
    assert named(models, "A").relations == {}


def test_half_typed_models_do_no_harm() -> None:
    project = project_of(
        {
            "/w/m.py": "from django.db import models\nclass A(models.Model):\n    x = models.ForeignKey(\nclass B(A"
        }
    )
    models = Models(project)
    for key in models.all():
        models.model(*key)
