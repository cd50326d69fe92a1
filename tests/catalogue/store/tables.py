"""The tables of the store: a relationship for each way of loading."""

from __future__ import annotations

from itertools import count

from sqlalchemy import Column, ForeignKey, Table, select
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import (
    DeclarativeBase,
    DynamicMapped,
    Mapped,
    WriteOnlyMapped,
    backref,
    mapped_column,
    relationship,
)

_numbers = count(1000)


class Base(AsyncAttrs, DeclarativeBase):
    pass


likes = Table(
    "likes",
    Base.metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("product_id", ForeignKey("products.id"), primary_key=True),
)


class Region(Base):
    """There are three regions, however many rows the other tables have."""

    __tablename__ = "regions"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    region_id: Mapped[int] = mapped_column(ForeignKey("regions.id"))
    boss_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    region: Mapped[Region] = relationship()
    boss: Mapped[User | None] = relationship(remote_side="User.id", back_populates="team")
    team: Mapped[list[User]] = relationship(back_populates="boss")
    orders: Mapped[list[Order]] = relationship(back_populates="user")
    late_orders: DynamicMapped[Order] = relationship(viewonly=True)
    address: Mapped[Address] = relationship(back_populates="user", uselist=False)
    liked: Mapped[list[Product]] = relationship(secondary=likes, back_populates="fans")

    @property
    def newest(self):
        return self.orders[-1] if self.orders else None

    @classmethod
    def under(cls, session, boss):
        return session.scalars(select(cls).where(cls.boss == boss)).all()


class Address(Base):
    __tablename__ = "addresses"
    id: Mapped[int] = mapped_column(primary_key=True)
    city: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user: Mapped[User] = relationship(back_populates="address")


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    total: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user: Mapped[User] = relationship(back_populates="orders")
    lines: Mapped[list[OrderLine]] = relationship(back_populates="order")

    def __repr__(self):
        return f"<Order of {self.user.name}>"


class Product(Base):
    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    fans: Mapped[list[User]] = relationship(secondary=likes, back_populates="liked")


class OrderLine(Base):
    __tablename__ = "order_lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    amount: Mapped[int]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    order: Mapped[Order] = relationship(back_populates="lines")
    product: Mapped[Product] = relationship(backref=backref("lines"))


class Shipment(Base):
    """Relations that are loaded with the row."""

    __tablename__ = "shipments"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    order: Mapped[Order] = relationship(lazy="joined")
    user: Mapped[User] = relationship(lazy="selectin")
    parcels: Mapped[list[Parcel]] = relationship(lazy="subquery", back_populates="shipment")
    papers: WriteOnlyMapped[Paper] = relationship()


class Parcel(Base):
    __tablename__ = "parcels"
    id: Mapped[int] = mapped_column(primary_key=True)
    weight: Mapped[int]
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipments.id"))
    shipment: Mapped[Shipment] = relationship(back_populates="parcels")


class Paper(Base):
    __tablename__ = "papers"
    id: Mapped[int] = mapped_column(primary_key=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipments.id"))


class Event(Base):
    """A row without relations, to be written; the program numbers it, so that a flush writes all at once."""

    __tablename__ = "events"
    id: Mapped[int] = mapped_column(primary_key=True, default=lambda: next(_numbers))
    kind: Mapped[str]
    user_id: Mapped[int | None]
