"""Relationships of SQLAlchemy read on the rows of a query, and queries sent for each of them."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from store.tables import Order, User


def many_to_one(session: Session):
    for order in session.scalars(select(Order)):
        print(order.user.name)  # grows


def many_to_one_joined(session: Session):
    for order in session.scalars(select(Order).options(joinedload(Order.user))):
        print(order.user.name)


def one_to_many(session: Session):
    for user in session.scalars(select(User)).all():
        print(len(user.orders))  # grows


def one_to_many_selected(session: Session):
    for user in session.scalars(select(User).options(selectinload(User.orders))).all():
        print(len(user.orders))


def legacy_query(session: Session):
    for order in session.query(Order).all():
        print(order.user.name)  # grows


def legacy_query_joined(session: Session):
    for order in session.query(Order).options(joinedload(Order.user)).all():
        print(order.user.name)


def get_each(session: Session, ids: list[int]):
    for pk in ids:
        print(session.get(User, pk).name)  # grows


def select_each(session: Session, ids: list[int]):
    for pk in ids:
        print(session.scalars(select(User).where(User.id == pk)).one())  # grows


def select_in(session: Session, ids: list[int]):
    for user in session.scalars(select(User).where(User.id.in_(ids))):
        print(user.name)


def count_each(session: Session):
    for user in session.scalars(select(User)).all():
        print(session.scalar(select(func.count()).where(Order.user_id == user.id)))  # grows
