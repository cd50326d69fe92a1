"""Loader options: on the statement, on the relationship, nested, and those that load nothing."""

from sqlalchemy import select
from sqlalchemy.orm import (
    Session,
    contains_eager,
    defaultload,
    immediateload,
    joinedload,
    lazyload,
    load_only,
    noload,
    raiseload,
    selectinload,
    subqueryload,
    undefer,
)

from store.tables import Order, OrderLine, Shipment, User


def joined(session: Session):
    for order in session.scalars(select(Order).options(joinedload(Order.user))):
        print(order.user.name)


def joined_to_many(session: Session):
    for user in session.scalars(select(User).options(joinedload(User.orders))).unique():
        print(len(user.orders))


def selectin(session: Session):
    for user in session.scalars(select(User).options(selectinload(User.orders))):
        print(len(user.orders))


def subquery(session: Session):
    for user in session.scalars(select(User).options(subqueryload(User.orders))).all():
        print(len(user.orders))


def contained(session: Session):
    statement = select(Order).join(Order.user).options(contains_eager(Order.user))
    for order in session.scalars(statement):
        print(order.user.name)


def join_that_loads_nothing(session: Session):
    for order in session.scalars(select(Order).join(Order.user)):
        print(order.user.name)  # grows


def outer_join_that_loads_nothing(session: Session):
    for user in session.scalars(select(User).outerjoin(User.orders).distinct()).all():
        print(len(user.orders))  # grows


def legacy_joined(session: Session):
    for order in session.query(Order).options(joinedload(Order.user)).all():
        print(order.user.name)


def legacy_selectin(session: Session):
    for user in session.query(User).options(selectinload(User.orders)):
        print(len(user.orders))


def legacy_join_that_loads_nothing(session: Session):
    for order in session.query(Order).join(Order.user).filter(User.id > 0):
        print(order.user.name)  # grows


def another_relation_joined(session: Session):
    for line in session.scalars(select(OrderLine).options(joinedload(OrderLine.product))):
        print(line.order.total)  # grows


def two_options(session: Session):
    options = joinedload(OrderLine.product), joinedload(OrderLine.order)
    for line in session.scalars(select(OrderLine).options(*options)):
        print(line.order.total, line.product.title)


def chain(session: Session):
    statement = select(User).options(selectinload(User.orders).selectinload(Order.lines))
    for user in session.scalars(statement):
        for order in user.orders:
            print(len(order.lines))


def chain_too_short(session: Session):
    for user in session.scalars(select(User).options(selectinload(User.orders))).all():
        for order in user.orders:
            print(len(order.lines))  # grows


def chain_of_three(session: Session):
    load = selectinload(User.orders).selectinload(Order.lines).joinedload(OrderLine.product)
    for user in session.scalars(select(User).options(load)):
        for order in user.orders:
            for line in order.lines:
                print(line.product.title)


def nested_options(session: Session):
    load = selectinload(User.orders).options(selectinload(Order.lines))
    for user in session.scalars(select(User).options(load)):
        for order in user.orders:
            print(len(order.lines))


def default_then_selectin(session: Session):
    load = defaultload(User.orders).selectinload(Order.lines)
    for user in session.scalars(select(User).options(load)).all():
        for order in user.orders:  # grows
            print(order.total)


def load_only_columns(session: Session):
    for order in session.scalars(select(Order).options(load_only(Order.total))):
        print(order.total)


def load_only_and_another_column(session: Session):
    for order in session.scalars(select(Order).options(load_only(Order.total))).all():
        print(order.user_id)  # grows


def undeferred(session: Session):
    for order in session.scalars(select(Order).options(undefer(Order.total))):
        print(order.total)


def not_loaded(session: Session):
    for user in session.scalars(select(User).options(noload(User.orders))).all():
        print(len(user.orders))


def raising(session: Session):
    for user in session.scalars(select(User).options(raiseload("*"))).all():
        print(user.name)


def made_lazy(session: Session):
    for shipment in session.scalars(select(Shipment).options(lazyload(Shipment.order))).all():
        print(shipment.order.total)  # grows


def immediately(session: Session):
    # disagrees: options that load lazily
    for user in session.scalars(select(User).options(immediateload(User.orders))).all():  # grows
        print(len(user.orders))


def options_in_a_variable(session: Session):
    load = joinedload(Order.user)
    for order in session.scalars(select(Order).options(load)):
        print(order.user.name)


def options_in_an_earlier_statement(session: Session):
    statement = select(Order).options(joinedload(Order.user))
    statement = statement.where(Order.total >= 0).order_by(Order.id)
    for order in session.scalars(statement):
        print(order.user.name)


def options_one_way_only(session: Session, pk: int):
    # disagrees: loaded on one way only
    statement = select(Order)
    if pk < 0:
        statement = statement.options(joinedload(Order.user))
    for order in session.scalars(statement):
        print(order.user.name)  # grows


def options_of_a_helper(session: Session):
    for order in session.scalars(_with_users(select(Order))):
        print(order.user.name)


def _with_users(statement):
    return statement.options(joinedload(Order.user))


def statement_without_options_of_a_helper(session: Session):
    for order in session.scalars(_positive(select(Order))):
        print(order.user.name)  # grows


def _positive(statement):
    return statement.where(Order.total >= 0)


def given_to_get(session: Session, pk: int):
    user = session.get(User, pk, options=[selectinload(User.orders)])
    for order in user.orders:
        print(order.total)


def backwards_from_a_loaded_collection(session: Session):
    for user in session.scalars(select(User).options(selectinload(User.orders))):
        for order in user.orders:
            print(order.user.name)


def many_to_many_selectin(session: Session):
    for user in session.scalars(select(User).options(selectinload(User.liked))):
        print(len(user.liked))


def own_table_selectin(session: Session):
    for user in session.scalars(select(User).options(selectinload(User.team))):
        print(len(user.team))


def own_table_two_steps(session: Session):
    for user in session.scalars(select(User).options(selectinload(User.team))).all():
        for member in user.team:
            print(len(member.orders))  # grows
