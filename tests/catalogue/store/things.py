"""Further tables of the store: inheritance, columns left for later, what attributes compute, a class mapped by hand."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, func, select
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from store.tables import Base, Order, User


class Person(Base):
    """Everybody has a row here; who manages has one more."""

    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "person"}


class Manager(Person):
    __tablename__ = "managers"
    id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    office: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user: Mapped[User] = relationship()
    __mapper_args__ = {"polymorphic_identity": "manager"}


class Essay(Base):
    __tablename__ = "essays"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    text: Mapped[str] = mapped_column(deferred=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user: Mapped[User] = relationship()
    marks: Mapped[list[Mark]] = relationship(back_populates="essay")
    readers: AssociationProxy[list[User]] = association_proxy("marks", "user")

    @hybrid_property
    def total(self):
        return sum(mark.stars for mark in self.marks)

    @hybrid_property
    def shout(self):
        return self.title.upper()


class Mark(Base):
    __tablename__ = "marks"
    id: Mapped[int] = mapped_column(primary_key=True)
    stars: Mapped[int]
    essay_id: Mapped[int] = mapped_column(ForeignKey("essays.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    essay: Mapped[Essay] = relationship(back_populates="marks")
    user: Mapped[User] = relationship()


Essay.mark_count = column_property(
    select(func.count(Mark.id)).where(Mark.essay_id == Essay.id).correlate_except(Mark).scalar_subquery()
)


tickets = Table(
    "tickets",
    Base.metadata,
    Column("id", Integer, primary_key=True),
    Column("text", String),
    Column("order_id", ForeignKey("orders.id")),
)


class Ticket:
    """Mapped by hand."""

    def __init__(self, **values):
        for name, value in values.items():
            setattr(self, name, value)


Base.registry.map_imperatively(Ticket, tickets, properties={"order": relationship(Order)})
