"""Relationships of SQLAlchemy read on the rows of a query, and queries sent for each of them."""

from sqlalchemy import Engine, exists, func, select, text
from sqlalchemy.orm import Session

from store.searches import all_orders, all_orders_with_users, name_of, user_of
from store.tables import Event, Order, OrderLine, Parcel, Product, Region, Shipment, User


def many_to_one(session: Session):
    for order in session.scalars(select(Order)):
        print(order.user.name)  # grows


def many_to_one_twice(session: Session):
    for line in session.scalars(select(OrderLine)):
        print(line.order.total)  # grows
        print(line.product.title)  # grows too


def across_two_relations(session: Session):
    for line in session.scalars(select(OrderLine)):
        print(line.order.user.name)  # grows


def one_to_many(session: Session):
    for user in session.scalars(select(User)).all():
        print(len(user.orders))  # grows


def one_to_many_iterated(session: Session):
    for user in session.scalars(select(User)).all():
        for order in user.orders:  # grows
            print(order.total)


def many_to_many(session: Session):
    for user in session.scalars(select(User)).all():
        print([product.title for product in user.liked])  # grows


def one_to_one(session: Session):
    for user in session.scalars(select(User)).all():
        print(user.address.city)  # grows


def own_table(session: Session):
    for user in session.scalars(select(User)).all():
        print(len(user.team))  # grows


def backref_s_side(session: Session):
    for product in session.scalars(select(Product)).all():
        print(len(product.lines))  # grows


def rows_that_are_at_hand(session: Session):
    users = session.scalars(select(User)).all()
    print(len(users))
    for order in session.scalars(select(Order)):
        print(order.user.name)


def three_regions(session: Session):
    # disagrees: few distinct rows: that is in the data
    for user in session.scalars(select(User)).all():
        print(user.region.name)


def columns(session: Session):
    for order in session.scalars(select(Order)):
        print(order.total, order.user_id)


def rows_of_columns(session: Session):
    for total, name in session.execute(select(Order.total, User.name).join(Order.user)):
        print(total, name)


def rows_of_entities(session: Session):
    for (order,) in session.execute(select(Order)):
        print(order.user.name)  # grows


def rows_of_two_entities(session: Session):
    for order, user in session.execute(select(Order, User).join(Order.user)).all():
        print(order.total, user.name)


def results_scalars(session: Session):
    for order in session.execute(select(Order)).scalars().all():
        print(order.user.name)  # grows


def legacy_query(session: Session):
    for order in session.query(Order).all():
        print(order.user.name)  # grows


def legacy_query_iterated(session: Session):
    for order in session.query(Order).filter(Order.total >= 0).order_by(Order.id):
        print(order.user.name)  # grows


def legacy_query_of_columns(session: Session):
    for total, user_id in session.query(Order.total, Order.user_id):
        print(total, user_id)


def legacy_query_limited(session: Session):
    for order in session.query(Order).order_by(Order.id).limit(100).all():
        print(order.user.name)  # grows


def get_each(session: Session, ids: list[int]):
    for pk in ids:
        print(session.get(User, pk).name)  # grows


def legacy_get_each(session: Session, ids: list[int]):
    for pk in ids:
        print(session.query(User).filter_by(id=pk).one().name)  # grows


def legacy_first_each(session: Session, ids: list[int]):
    for pk in ids:
        print(session.query(User).filter(User.id == pk).first())  # grows


def legacy_count_each(session: Session, ids: list[int]):
    return {pk: session.query(Order).filter(Order.user_id == pk).count() for pk in ids}  # grows


def select_each(session: Session, ids: list[int]):
    for pk in ids:
        print(session.scalars(select(User).where(User.id == pk)).one())  # grows


def select_each_built_before(session: Session, ids: list[int]):
    for pk in ids:
        statement = select(User).where(User.id == pk)
        user = session.execute(statement).scalar_one()  # grows
        print(user.name)


def scalar_each(session: Session):
    for user in session.scalars(select(User)).all():
        print(session.scalar(select(func.count()).where(Order.user_id == user.id)))  # grows


def exists_each(session: Session, ids: list[int]):
    for pk in ids:
        print(session.scalar(select(exists().where(Order.user_id == pk))))  # grows


def text_each(session: Session, ids: list[int]):
    for pk in ids:
        print(session.execute(text("SELECT name FROM users WHERE id = :pk"), {"pk": pk}).one())  # grows


def by_a_connection_each(engine: Engine, ids: list[int]):
    with engine.connect() as connection:
        for pk in ids:
            print(connection.execute(select(User.name).where(User.id == pk)).scalar_one())  # grows


def select_in(session: Session, ids: list[int]):
    for user in session.scalars(select(User).where(User.id.in_(ids))):
        print(user.name)


def select_in_then_a_dict(session: Session, ids: list[int]):
    users = {user.id: user for user in session.scalars(select(User).where(User.id.in_(ids)))}
    return [users[pk].name for pk in ids]


def grouped(session: Session):
    counts = dict(session.execute(select(Order.user_id, func.count()).group_by(Order.user_id)).all())
    for user in session.scalars(select(User)).all():
        print(user.name, counts.get(user.id, 0))


def chunks(session: Session, ids: list[int]):
    for start in range(0, len(ids), 100):
        for user in session.scalars(select(User).where(User.id.in_(ids[start : start + 100]))):
            print(user.name)


def pages_by_key(session: Session):
    last = 0
    while True:
        page = session.scalars(select(Event).where(Event.id > last).order_by(Event.id).limit(100)).all()
        if not page:
            break
        last = page[-1].id


def single_row(session: Session, pk: int):
    order = session.get(Order, pk)
    print(order.user.name)
    for line in order.lines:
        print(line.amount)


def rows_of_one_row(session: Session):
    region = session.scalars(select(Region).where(Region.id == 1)).one()
    for user in session.scalars(select(User).where(User.region_id == region.id)):
        print(len(user.orders))  # grows


def parent_of_the_rows_of_one_row(session: Session):
    boss = session.scalars(select(User).where(User.boss_id.is_(None))).first()
    session.expunge_all()
    for user in User.under(session, boss):
        print(user.boss.name)


def parents_of_the_rows_of_many(session: Session):
    for order in session.scalars(select(Order).where(Order.user != None)):  # noqa: E711
        print(order.user.name)  # grows


def comprehension(session: Session):
    return [order.user.name for order in session.scalars(select(Order))]  # grows


def sorted_by_a_key(session: Session):
    return sorted(session.scalars(select(Order)).all(), key=lambda order: order.user.name)  # grows


def generator_in_sum(session: Session):
    return sum(len(user.orders) for user in session.scalars(select(User)).all())  # grows


def helper(session: Session, ids: list[int]):
    for pk in ids:
        print(user_of(session, pk).name)  # grows


def helper_that_reads(session: Session):
    return [name_of(order) for order in session.scalars(select(Order))]  # grows


def returned_rows(session: Session):
    for order in all_orders(session):
        print(order.user.name)  # grows


def returned_rows_joined(session: Session):
    for order in all_orders_with_users(session):
        print(order.user.name)


def property_that_reads(session: Session):
    for user in session.scalars(select(User)).all():
        print(user.newest)  # grows


def representation(session: Session):
    for order in session.scalars(select(Order)).all():
        print(repr(order))  # grows


def dynamic_relation(session: Session):
    for user in session.scalars(select(User)).all():
        print(user.late_orders.count())  # grows


def dynamic_relation_iterated(session: Session):
    for user in session.scalars(select(User)).all():
        for order in user.late_orders:  # grows
            print(order.total)


def write_only_relation(session: Session):
    for shipment in session.scalars(select(Shipment)).all():
        print(session.scalars(shipment.papers.select()).all())  # grows


def lazy_joined(session: Session):
    for shipment in session.scalars(select(Shipment)):
        print(shipment.order.total)


def lazy_selectin(session: Session):
    for shipment in session.scalars(select(Shipment)).all():
        print(shipment.user.name)


def lazy_subquery(session: Session):
    for shipment in session.scalars(select(Shipment)).all():
        print([parcel.weight for parcel in shipment.parcels])


def relation_of_a_joined_one(session: Session):
    for shipment in session.scalars(select(Shipment)).all():
        print(len(shipment.order.lines))  # grows


def back_to_the_parent(session: Session):
    for parcel in session.scalars(select(Parcel)).all():
        print(parcel.shipment.user_id)  # grows


def refresh_each(session: Session):
    for event in session.scalars(select(Event)).all():
        session.refresh(event)  # grows


def memo_dict(session: Session, region_ids: list[int]):
    known: dict[int, Region] = {}
    for pk in region_ids:
        if pk not in known:
            known[pk] = session.scalars(select(Region).where(Region.id == pk)).one()
        print(known[pk].name)


def same_question_each(session: Session, ids: list[int]):
    for pk in ids:
        print(pk, session.scalar(select(func.count()).select_from(User)))  # grows


def retries(session: Session, pk: int):
    for _attempt in range(3):
        user = session.scalars(select(User).where(User.id == pk)).first()
        if user is not None:
            return user.name


def identity_map_forgets(session: Session, region_ids: list[int]):
    for pk in region_ids:
        print(session.get(Region, pk).name)  # grows


def identity_map_keeps(session: Session, region_ids: list[int]):
    regions = session.scalars(select(Region)).all()
    print(len(regions))
    for pk in region_ids:
        print(session.get(Region, pk).name)


def built_and_sent_once(session: Session, names: list[str]):
    statement = select(User)
    for name in names:
        statement = statement.where(User.name != name)
    print(len(session.scalars(statement).all()))


def whole_table_searched(session: Session):
    users = session.scalars(select(User)).all()
    for order in session.scalars(select(Order)).all():
        print([user.name for user in users if user.id == order.user_id])
