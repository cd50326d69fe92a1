"""Rows that are chosen by the keys of rows which the session holds, or has let go."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.tables import Order, User


def of_rows_that_are_held(session: Session):
    users = session.scalars(select(User).where(User.id > 0)).all()
    keys = [user.id for user in users]
    for order in session.scalars(select(Order).where(Order.user_id.in_(keys))):
        print(order.user.name)


def of_rows_that_are_named_on_the_spot(session: Session):
    users = session.query(User).order_by(User.name).all()
    for order in session.query(Order).filter(Order.user_id.in_([user.id for user in users])):
        print(order.user.name)


def of_other_keys(session: Session):
    users = session.query(User).order_by(User.name).all()
    keys = [user.id for user in users]
    for order in session.query(Order).filter(Order.id.in_(keys)):
        print(order.total)
    for order in session.query(Order).filter(Order.id > 0):
        print(len(order.lines))  # grows


def _orders_of(session: Session, least: int):
    users = session.query(User).filter(User.id > least).all()
    keys = [user.id for user in users]
    return session.query(Order).filter(Order.user_id.in_(keys)).all()


def of_rows_that_were_let_go(session: Session):
    for order in _orders_of(session, 0):
        print(order.user.name)  # grows


def of_what_hangs_on_one_row(session: Session):
    boss = session.scalars(select(User).order_by(User.id)).first()
    keys = [user.id for user in boss.team]
    for order in session.query(Order).filter(Order.user_id.in_(keys)).all():
        print(order.user.name)


def what_they_lead_to_further(session: Session):
    users = session.query(User).filter(User.id > 0).all()
    keys = [user.id for user in users]
    for order in session.query(Order).filter(Order.user_id.in_(keys)):
        print(len(order.user.liked))  # grows
