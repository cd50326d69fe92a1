"""SQLAlchemy models against the truth: the same classes are mapped by SQLAlchemy, and its mappers say what there is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from analyzers.project.index import Project
from analyzers.project.models import Model, Models
from tests.analyzers.project_files import project_of

FILES = {
    "library/__init__.py": "",
    "library/base.py": """
        from datetime import datetime
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

        class Base(DeclarativeBase):
            pass

        class Stamped:
            created: Mapped[datetime]
            note: Mapped[str | None] = mapped_column(default=None)
    """,
    "library/models.py": """
        from __future__ import annotations
        from typing import List, Optional
        import sqlalchemy as sa
        from sqlalchemy import Column, ForeignKey, Integer, String, Table
        from sqlalchemy.orm import DynamicMapped, Mapped, WriteOnlyMapped, backref, mapped_column, relationship
        from .base import Base, Stamped

        book_tags = Table(
            "book_tags", Base.metadata,
            Column("book_id", ForeignKey("book.id"), primary_key=True),
            Column("tag_id", ForeignKey("tag.id"), primary_key=True),
        )
        report_tags = Table(
            "report_tags", Base.metadata,
            Column("report_id", ForeignKey("report.id"), primary_key=True),
            Column("tag_id", ForeignKey("tag.id"), primary_key=True),
        )

        class Author(Stamped, Base):
            __tablename__ = "author"
            id: Mapped[int] = mapped_column(primary_key=True)
            name = Column(String(50))
            books: Mapped[list["Book"]] = relationship(back_populates="author", lazy="selectin")
            drafts: WriteOnlyMapped[Draft] = relationship()
            old_drafts: DynamicMapped["Draft"] = relationship(viewonly=True)
            profile: Mapped[Optional["Profile"]] = relationship(back_populates="author", uselist=False)

        class Profile(Base):
            __tablename__ = "profile"
            id: Mapped[int] = mapped_column(primary_key=True)
            author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
            author: Mapped[Author] = relationship(back_populates="profile", lazy="joined")

        class Draft(Base):
            __tablename__ = "draft"
            id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
            author_id = Column(Integer, ForeignKey(Author.id))

        class Book(Base):
            __tablename__ = "book"
            id = Column(Integer, primary_key=True)
            title: Mapped[str]
            author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
            author: Mapped["Author"] = relationship(back_populates="books")
            publisher_id = Column(Integer, ForeignKey("publisher.id"))
            publisher = relationship("Publisher", backref="books")
            tags = relationship("Tag", secondary=book_tags, backref=backref("books", lazy="subquery"), lazy=False)
            chapters = relationship(lambda: Chapter, lazy="raise")

        class Publisher(Base):
            __tablename__ = "publisher"
            id = Column(Integer, primary_key=True)

        class Tag(Base):
            __tablename__ = "tag"
            id = Column(Integer, primary_key=True)

        class Chapter(Base):
            __tablename__ = "chapter"
            id = Column(Integer, primary_key=True)
            book_id = Column(ForeignKey("book.id"))
            book = relationship(Book, viewonly=True)
            part_of_id = Column(ForeignKey("chapter.id"))
            parts = relationship("Chapter", back_populates="part_of")
            part_of = relationship("Chapter", remote_side=[id], back_populates="parts")

        class Report(Base):
            __tablename__ = "report"
            id = Column(Integer, primary_key=True)
            lead_id = Column(ForeignKey("member.id"))
            maker_id = Column(ForeignKey("member.id"))
            lead = relationship("Member", foreign_keys=[lead_id], post_update=True)
            maker = relationship("Member", foreign_keys="Report.maker_id", backref="made")
            members = relationship("Member", foreign_keys=lambda: [Member.report_id], backref="report")
            tags = relationship("Tag", report_tags, backref="reports")

        class Member(Base):
            __tablename__ = "member"
            id = Column(Integer, primary_key=True)
            report_id = Column(ForeignKey("report.id"))
            leads = relationship("Report", foreign_keys="[Report.lead_id]", viewonly=True)
    """,
}

ASK = """
import json
from sqlalchemy import inspect
from library import models
from library.base import Base
truth = {}
for mapper in Base.registry.mappers:
    mapper.registry.configure()
for mapper in Base.registry.mappers:
    truth[mapper.class_.__name__] = {
        "relations": {r.key: [r.mapper.class_.__name__, r.uselist, str(r.lazy)] for r in mapper.relationships},
        "columns": sorted(c.key for c in mapper.column_attrs),
    }
print(json.dumps(truth))
"""
LAZY = {"False": "joined", "True": "select", "None": "noload"}  # as written, as the documentation calls it


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, dict[str, list[object]]]]:
    root: Path = tmp_path_factory.mktemp("mapped")
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(dedent(text))
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=root, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, dict[str, list[object]]]] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def project() -> Project:
    return project_of({f"/w/{name}": text for name, text in FILES.items()})


def named(models: Models, name: str) -> Model:
    (key,) = models.by_name(name)
    model = models.model(*key)
    assert model is not None
    return model


def test_relationships_are_those_of_the_mappers(
    project: Project, truth: dict[str, dict[str, dict[str, list[object]]]]
) -> None:
    models = Models(project)
    for name, found in truth.items():
        relations = named(models, name).relations.values()
        ours = {r.name: [r.target[1] if r.target else None, r.many, r.lazy] for r in relations}
        real = {
            key: [cls, many, LAZY.get(str(lazy), lazy)]
            for key, (cls, many, lazy) in found["relations"].items()
        }
        assert ours == real, name


def test_columns_are_those_of_the_mappers(
    project: Project, truth: dict[str, dict[str, dict[str, list[object]]]]
) -> None:
    models = Models(project)
    assert {name: sorted(named(models, name).columns) for name in truth} == {
        name: found["columns"] for name, found in truth.items()
    }


def test_loading_columns_and_inverses(project: Project) -> None:
    models = Models(project)
    book, author, tag = named(models, "Book"), named(models, "Author"), named(models, "Tag")
    assert {name for name, r in book.relations.items() if r.eager} == {"tags"}
    assert author.relations["books"].eager
    assert tag.relations["books"].eager
    assert not book.relations["author"].eager
    assert book.relations["author"].column == "author_id"
    report, member = named(models, "Report"), named(models, "Member")
    assert [report.relations[name].column for name in ("lead", "maker")] == ["lead_id", "maker_id"]
    assert member.relations["report"].column == "report_id"
    assert book.relations["publisher"].inverse == "books"
    assert named(models, "Publisher").relations["books"].inverse == "publisher"
    assert author.columns["created"] == "datetime"
    assert author.columns["name"] == "str"
    assert named(models, "Base").abstract
    assert not book.abstract
    assert models.model("/w/library/base.py", "Stamped") is None


def test_flask_sqlalchemy() -> None:
    project = project_of(
        {
            "/w/app/__init__.py": "",
            "/w/app/ext.py": "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n",
            "/w/app/models.py": """
            from .ext import db
            class BlogPost(db.Model):
                id = db.Column(db.Integer, primary_key=True)
                title = db.Column(db.String(80))
                comments = db.relationship("Comment", backref="post", lazy="dynamic")
            class Comment(db.Model):
                id = db.Column(db.Integer, primary_key=True)
                post_id = db.Column(db.Integer, db.ForeignKey("blog_post.id"))
                author = db.relationship("Missing")
            """,
        }
    )
    models = Models(project)
    post, comment = named(models, "BlogPost"), named(models, "Comment")
    assert post.orm == "sqlalchemy"
    assert post.columns == {"id": "int", "title": "str"}
    assert (post.relations["comments"].many, post.relations["comments"].lazy) == (True, "dynamic")
    assert (comment.relations["post"].many, comment.relations["post"].column) == (False, "post_id")
    assert (comment.relations["author"].target, comment.relations["author"].many) == (None, None)
    assert comment.relations["author"].external == "Missing"


def test_sqlmodel() -> None:
    project = project_of(
        {
            "/w/models.py": """
            from sqlmodel import Field, Relationship, SQLModel
            class HeroBase(SQLModel):
                name: str
            class Team(SQLModel, table=True):
                id: int | None = Field(default=None, primary_key=True)
                heroes: list["Hero"] = Relationship(back_populates="team", sa_relationship_kwargs={"lazy": "selectin"})
            class Hero(HeroBase, table=True):
                id: int | None = Field(default=None, primary_key=True)
                team_id: int | None = Field(default=None, foreign_key="team.id")
                team: Team | None = Relationship(back_populates="heroes")
            """
        }
    )
    models = Models(project)
    team, hero = named(models, "Team"), named(models, "Hero")
    assert named(models, "HeroBase").abstract
    assert set(hero.columns) == {"name", "id", "team_id"}
    assert (team.relations["heroes"].many, team.relations["heroes"].eager) == (True, True)
    assert (hero.relations["team"].many, hero.relations["team"].column) == (False, "team_id")
    assert hero.relations["team"].target == team.key


def test_the_older_declarative_base() -> None:
    project = project_of(
        {
            "/w/db.py": "from sqlalchemy.ext.declarative import declarative_base\nBase = declarative_base()\n",
            "/w/models.py": """
            from sqlalchemy.orm import relationship
            from db import Base
            class Common(Base):
                __abstract__ = True
            class One(Common):
                others = relationship("Two", uselist=True)
            class Two(Common):
                one = relationship("One")
            """,
        }
    )
    models = Models(project)
    assert named(models, "Common").abstract
    assert named(models, "One").relations["others"].many is True
    assert named(models, "Two").relations["one"].many is None  # no foreign key to be seen


def test_decorators_that_map_and_that_make_bases() -> None:
    project = project_of(
        {
            "/w/models.py": """
            from functools import cache
            from sqlalchemy import Column, Integer
            from sqlalchemy.orm import as_declarative, registry
            mapper = registry()
            @as_declarative()
            class Base:
                id = Column(Integer, primary_key=True)
            class Derived(Base):
                __tablename__ = "derived"
            @mapper.mapped
            class Mapped:
                __tablename__ = "mapped"
                id = Column(Integer, primary_key=True)
            @mapper.as_declarative_base()
            class Other:
                pass
            class OfOther(Other):
                __tablename__ = "other"
            @cache
            class Plain:
                id = 1
            class OfPlain(Plain):
                pass
            """
        }
    )
    models = Models(project)
    told = {
        name: models.orm_of("/w/models.py", name)
        for name in ("Derived", "Mapped", "OfOther", "Plain", "OfPlain")
    }
    assert told == dict.fromkeys(("Derived", "Mapped", "OfOther"), "sqlalchemy") | {
        "Plain": "",
        "OfPlain": "",
    }


def test_a_name_means_a_class_of_the_same_base() -> None:
    """Migrations declare copies of the models; those of a base of their own are not what the models mean."""
    copy = """
        from sqlalchemy import Column, Integer
        from sqlalchemy.orm import {made}, relationship
        {base}
        class Team(Base):
            __tablename__ = "team"
            id = Column(Integer, primary_key=True)
        """
    project = project_of(
        {
            "/w/shop/base.py": "from sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase): pass\n",
            "/w/shop/teams.py": """
            from sqlalchemy import Column, Integer
            from shop.base import Base
            class Team(Base):
                __tablename__ = "team"
                id = Column(Integer, primary_key=True)
            """,
            "/w/shop/players.py": """
            from sqlalchemy import Column, ForeignKey, Integer
            from sqlalchemy.orm import declared_attr, relationship
            from shop.base import Base
            class InTeam:
                @declared_attr
                def team_id(cls):
                    return Column(Integer, ForeignKey("team.id"))
                @declared_attr
                def team(cls):
                    return relationship("Team")
            class Player(InTeam, Base):
                __tablename__ = "player"
                id = Column(Integer, primary_key=True)
            """,
            "/w/versions/one.py": copy.format(made="declarative_base", base="Base = declarative_base()"),
            "/w/versions/two.py": copy.format(
                made="DeclarativeBase", base="class Base(DeclarativeBase): pass"
            ),
        }
    )
    team = named(Models(project), "Player").relations["team"]
    assert team.target == ("/w/shop/teams.py", "Team")
    assert (team.many, team.column) == (False, "team_id")
