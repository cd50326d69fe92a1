"""Criteria that go along with options, chains of different loaders, and objects of other libraries that are executed."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload, with_loader_criteria

from store.tables import Order, OrderLine, User


def criteria_load_nothing(session: Session):
    for user in session.scalars(select(User).options(with_loader_criteria(Order, Order.total >= 0))):
        print(len(user.orders))  # grows


def criteria_of_what_is_loaded(session: Session):
    statement = select(User).options(selectinload(User.orders), with_loader_criteria(Order, Order.total >= 0))
    for user in session.scalars(statement):
        print(len(user.orders))


def criteria_inside_of_a_loader(session: Session):
    statement = select(User).options(selectinload(User.orders.and_(Order.total >= 0)))
    for user in session.scalars(statement):
        print(len(user.orders))


def joined_then_selected(session: Session):
    statement = select(Order).options(joinedload(Order.user).selectinload(User.liked))
    for order in session.scalars(statement):
        print([product.title for product in order.user.liked])


def joined_then_too_short(session: Session):
    statement = select(Order).options(joinedload(Order.user).selectinload(User.orders))
    for order in session.scalars(statement):
        print([product.title for product in order.user.liked])  # grows


def selected_then_joined(session: Session):
    statement = select(User).options(
        selectinload(User.orders).selectinload(Order.lines).joinedload(OrderLine.order)
    )
    for user in session.scalars(statement):
        print([line.order.total for order in user.orders for line in order.lines])


def counted_in_the_statement(session: Session):
    statement = select(User, func.count(Order.id)).join(Order).group_by(User.id)
    for user, total in session.execute(statement):
        print(user.name, total)


def counted_for_each(session: Session):
    for user in session.scalars(select(User)):
        print(session.scalar(select(func.count()).where(Order.user_id == user.id)))  # grows


class _Steps:
    def __init__(self):
        self.done = []

    def execute(self, step):
        self.done.append(step)

    def commit(self):
        self.done.clear()


def executed_by_no_database(session: Session):
    steps = _Steps()
    for user in session.scalars(select(User)):
        steps.execute(user.name)
        steps.commit()


def handed_to_an_executor(session: Session):
    with ThreadPoolExecutor(1) as executor:
        for user in session.scalars(select(User)):
            executor.submit(str.upper, user.name)
