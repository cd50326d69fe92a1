"""Options that are added to a statement are run: one query more or none, however many rows; also in another file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session

from analyzers.check import check
from analyzers.findings import Finding
from analyzers.text import Text
from tests.analyzers.project_files import project_of

MODELS = """\
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Country(Base):
    __tablename__ = "countries"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    bio: Mapped[str] = mapped_column(default="", deferred=True)
    country_id: Mapped[int] = mapped_column(ForeignKey("countries.id"))
    country: Mapped[Country] = relationship()
    orders: Mapped[list["Order"]] = relationship(back_populates="user")
    notes = relationship("Note", primaryjoin="User.id == foreign(Note.owner)")


class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[int]


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user: Mapped[User] = relationship(back_populates="orders")
"""
STORED = """\
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fixed_models import User


def stored(session: Session):
    return session.scalars(select(User).where(User.id > 0)).all()
"""
HEAD = """\
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fixed_models import Order, User
from fixed_stored import stored


def answer(session: Session):
"""
BODIES = {
    "one step": "return [order.user.id for order in session.query(Order)]",
    "many": "return [len(user.orders) for user in session.scalars(select(User))]",
    "nobody says how many": "return [len(user.notes) for user in session.scalars(select(User))]",
    "two steps": "return [order.user.country.name for order in session.query(Order).order_by(Order.id)]",
    "two steps, of which one is loaded": "return [order.user.country.name for order in "
    "session.query(Order).options(joinedload(Order.user)).order_by(Order.id)]",
    "a column left for later": "return [user.bio for user in session.query(User)]",
    "the statement is in another file": "return [len(user.orders) for user in stored(session)]",
    "with a lock": "return [order.user.id for order in session.query(Order).with_for_update()]",
}
FILES = {"/w/fixed_models.py": MODELS, "/w/fixed_stored.py": STORED}


@pytest.fixture(autouse=True)
def modules_are_forgotten() -> Iterator[None]:
    yield
    for name in [name for name in sys.modules if name.startswith("fixed_")]:
        del sys.modules[name]


def found(files: dict[str, str]) -> list[Finding]:
    text = Text(files["/w/fixed_report.py"].encode())
    rules = ("lazy-relation-in-loop", "query-in-loop")
    return [f for f in check(project_of(files), "/w/fixed_report.py", text) if f.rule in rules]


def statements(
    files: dict[str, str], folder: Path, rows: int, monkeypatch: pytest.MonkeyPatch
) -> tuple[int, object]:
    """How many statements the answer takes with so many rows, and the answer."""
    folder.mkdir()
    for path, text in files.items():
        (folder / Path(path).name).write_text(text)
    monkeypatch.syspath_prepend(str(folder))
    for name in [name for name in sys.modules if name.startswith("fixed_")]:
        del sys.modules[name]
    import fixed_models as m  # type: ignore[import-not-found]
    import fixed_report  # type: ignore[import-not-found]

    engine = create_engine("sqlite://")
    m.Base.metadata.create_all(engine)
    with Session(engine) as session:
        for pk in range(1, rows + 1):
            session.add_all(
                (
                    m.Country(id=pk, name=f"{pk}"),
                    m.User(id=pk, bio="", country_id=pk),
                    m.Order(id=pk, user_id=pk),
                )
            )
        session.commit()
    sent: list[object] = []
    event.listen(engine, "before_cursor_execute", lambda *given: sent.append(given))
    with Session(engine) as session:
        answer = fixed_report.answer(session)
    return len(sent), answer


@pytest.mark.parametrize("title", BODIES)
def test_an_option_spares_the_queries(title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {**FILES, "/w/fixed_report.py": f"{HEAD}    {BODIES[title]}\n"}
    before = [statements(files, tmp_path / f"before{n}", n, monkeypatch) for n in (3, 7)]
    assert before[0][0] < before[1][0]
    (finding,) = found(files)
    mended = dict(files)
    for edit in sorted(finding.fixes[0].edits, key=lambda e: -e.place.span.start):
        data, span = mended[edit.place.path].encode(), edit.place.span
        mended[edit.place.path] = (data[: span.start] + edit.text.encode() + data[span.end :]).decode()
    after = [statements(mended, tmp_path / f"after{n}", n, monkeypatch) for n in (3, 7)]
    assert after[0][0] == after[1][0] <= 2
    assert [answer for _, answer in before] == [answer for _, answer in after]
    assert found(mended) == []


GENERIC = """

class Rows:
    model = Order

    def every(self, session: Session):
        return session.query(self.model).all()


class Orders(Rows):
    pass


def named(session: Session):
    return [order.user.id for order in Rows().every(session)]


def inherited(session: Session):
    return [order.user.id for order in Orders().every(session)]
"""


def test_a_statement_for_whatever_class_an_object_names_is_not_given_an_option_of_one() -> None:
    head = HEAD.partition("\n\ndef answer")[0]
    findings = found({**FILES, "/w/fixed_report.py": f"{head}\n{GENERIC}"})
    assert len(findings) == 2
    assert [finding.fixes for finding in findings] == [(), ()]
    assert not any("options(" in finding.message for finding in findings)
