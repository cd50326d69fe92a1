"""Functions of the store that the cases call from another file."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from store.tables import Order, User


def user_of(session: Session, pk: int) -> User | None:
    return session.get(User, pk)


def name_of(order: Order) -> str:
    return order.user.name


def all_orders(session: Session) -> list[Order]:
    return list(session.scalars(select(Order)))


def all_orders_with_users(session: Session) -> list[Order]:
    return list(session.scalars(select(Order).options(joinedload(Order.user))))
