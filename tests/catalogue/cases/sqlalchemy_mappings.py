"""What a mapping decides: inheritance, columns left for later, hybrid properties, proxies, classes mapped by hand."""

from sqlalchemy import select
from sqlalchemy.orm import (
    Session,
    aliased,
    contains_eager,
    defaultload,
    defer,
    joinedload,
    load_only,
    selectin_polymorphic,
    selectinload,
    undefer,
    with_polymorphic,
)

from store.tables import Order, OrderLine, User
from store.things import Essay, Manager, Mark, Person, Ticket


def column_of_a_subclass(session: Session):
    # disagrees: columns of a subclass
    for person in session.scalars(select(Person)):
        if isinstance(person, Manager):
            print(person.office)  # grows


def column_of_the_base(session: Session):
    for person in session.scalars(select(Person)):
        print(person.name)


def rows_of_the_subclass(session: Session):
    for manager in session.scalars(select(Manager)):
        print(manager.name, manager.office)


def all_columns_at_once(session: Session):
    for person in session.scalars(select(with_polymorphic(Person, [Manager]))):
        if isinstance(person, Manager):
            print(person.office)


def all_columns_by_an_option(session: Session):
    for person in session.scalars(select(Person).options(selectin_polymorphic(Person, [Manager]))):
        if isinstance(person, Manager):
            print(person.office)


def relation_of_a_subclass(session: Session):
    for manager in session.scalars(select(Manager)):
        print(manager.user.name)  # grows


def deferred_in_the_mapping(session: Session):
    for essay in session.scalars(select(Essay)):
        print(essay.title, essay.text)  # grows


def deferred_in_the_mapping_not_read(session: Session):
    for essay in session.scalars(select(Essay)):
        print(essay.title)


def deferred_in_the_mapping_undeferred(session: Session):
    for essay in session.scalars(select(Essay).options(undefer(Essay.text))):
        print(essay.title, essay.text)


def deferred_by_an_option(session: Session):
    for order in session.scalars(select(Order).options(defer(Order.total))):
        print(order.total)  # grows


def only_some_columns(session: Session):
    for order in session.scalars(select(Order).options(load_only(Order.user_id))):
        print(order.total)  # grows


def only_the_columns_read(session: Session):
    for order in session.scalars(select(Order).options(load_only(Order.total))):
        print(order.id, order.total)


def deferred_one_step_on(session: Session):
    statement = select(Order).options(joinedload(Order.user).load_only(User.id))
    for order in session.scalars(statement):
        print(order.user.name)  # grows


def only_columns_one_step_on(session: Session):
    statement = select(Order).options(joinedload(Order.user).load_only(User.name))
    for order in session.scalars(statement):
        print(order.user.name)


def hybrid_property_that_reads(session: Session):
    for essay in session.scalars(select(Essay)):
        print(essay.total)  # grows


def hybrid_property_with_what_it_reads(session: Session):
    for essay in session.scalars(select(Essay).options(selectinload(Essay.marks))):
        print(essay.total)


def hybrid_property_that_computes(session: Session):
    for essay in session.scalars(select(Essay)):
        print(essay.shout)


def column_property(session: Session):
    for essay in session.scalars(select(Essay)):
        print(essay.mark_count)


def association_proxy(session: Session):
    for essay in session.scalars(select(Essay)):
        print([user.name for user in essay.readers])  # grows


def association_proxy_half_loaded(session: Session):
    for essay in session.scalars(select(Essay).options(selectinload(Essay.marks))):
        for user in essay.readers:  # grows
            print(user.name)


def association_proxy_loaded(session: Session):
    statement = select(Essay).options(selectinload(Essay.marks).joinedload(Mark.user))
    for essay in session.scalars(statement):
        print([user.name for user in essay.readers])


def mapped_by_hand(session: Session):
    for ticket in session.scalars(select(Ticket)):
        print(ticket.order.total)  # grows


def mapped_by_hand_joined(session: Session):
    for ticket in session.scalars(select(Ticket).options(joinedload(Ticket.order))):
        print(ticket.order.total)


def mapped_by_hand_column(session: Session):
    for ticket in session.scalars(select(Ticket)):
        print(ticket.text)


def union_of_queries(session: Session):
    old, new = session.query(Order).filter(Order.id < 3), session.query(Order).filter(Order.id >= 3)
    for order in old.union(new):
        print(order.user.name)  # grows


def union_of_queries_joined(session: Session):
    old, new = session.query(Order).filter(Order.id < 3), session.query(Order).filter(Order.id >= 3)
    for order in old.union(new).options(joinedload(Order.user)):
        print(order.user.name)


def union_from_a_statement(session: Session):
    statement = select(Order).where(Order.id < 3).union_all(select(Order).where(Order.id >= 3))
    for order in session.scalars(select(Order).from_statement(statement)):
        print(order.user.name)  # grows


def alias_joined(session: Session):
    other = aliased(User)
    statement = select(Order).join(other, Order.user).options(contains_eager(Order.user.of_type(other)))
    for order in session.scalars(statement):
        print(order.user.name)


def nested_options(session: Session):
    statement = select(User).options(
        selectinload(User.orders).options(selectinload(Order.lines).joinedload(OrderLine.product))
    )
    for user in session.scalars(statement):
        for order in user.orders:
            for line in order.lines:
                print(line.product.title)


def nested_options_too_short(session: Session):
    statement = select(User).options(selectinload(User.orders).options(selectinload(Order.lines)))
    for user in session.scalars(statement):
        for order in user.orders:
            for line in order.lines:
                print(line.product.title)  # grows


def default_load_of_the_way(session: Session):
    statement = select(User).options(defaultload(User.orders).selectinload(Order.lines))
    for user in session.scalars(statement):
        for order in user.orders:  # grows
            print(len(order.lines))


def query_get_each(session: Session, ids: list[int]):
    for pk in ids:
        print(session.query(User).get(pk).name)  # grows


def limited_to_one_page(session: Session):
    for order in session.scalars(select(Order).limit(100)):
        print(order.user.name)  # grows


def limited_to_a_handful(session: Session):
    # disagrees: a slice of a fixed length
    for order in session.scalars(select(Order).order_by(Order.id).limit(3)):
        print(order.user.name)


def rows_of_a_subquery(session: Session):
    newest = select(Order).order_by(Order.id.desc()).limit(100).subquery()
    order = aliased(Order, newest)
    for row in session.scalars(select(order)):
        print(row.user.name)  # grows


def statement_put_together(session: Session, pk: int):
    statement = select(Order)
    if pk:
        statement = statement.where(Order.id >= pk)
    statement = statement.order_by(Order.id)
    rows = session.execute(statement).scalars().all()
    for order in rows:
        print(order.user.name)  # grows
