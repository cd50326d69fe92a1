"""Rows that are asked for page by page: what a turn skips over was asked for by those before."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.tables import Order, User

SIZE = 500


def by_offset(session: Session):
    total = session.scalar(select(func.count()).select_from(Order))
    for start in range(0, total, SIZE):
        rows = session.scalars(select(Order).order_by(Order.id).offset(start).limit(SIZE)).all()
        print(len(rows))


def _page(session: Session, least: int, start: int | None = None, size: int | None = None):
    statement = select(Order).where(Order.id > least).order_by(Order.id)
    if start is not None:
        statement = statement.offset(start)
    if size is not None:
        statement = statement.limit(size)
    return session.scalars(statement).all()


def by_a_helper(session: Session):
    total = session.scalar(select(func.count()).select_from(Order))
    for number in range(total // SIZE + 1):
        print(len(_page(session, 0, start=number * SIZE, size=SIZE)))


def of_each(session: Session):
    for user in session.scalars(select(User)):
        print(len(session.scalars(select(Order).where(Order.user_id == user.id).limit(SIZE)).all()))  # grows
