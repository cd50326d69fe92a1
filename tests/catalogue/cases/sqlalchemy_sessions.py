"""Where sessions come from, and what a commit makes them forget."""

from contextlib import contextmanager

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, joinedload, scoped_session, sessionmaker

from store.tables import Event, Order, User


def read_after_a_commit(session: Session):
    orders = session.scalars(select(Order)).all()
    session.commit()
    for order in orders:
        print(order.total)  # grows


def read_before_a_commit(session: Session):
    orders = session.scalars(select(Order)).all()
    for order in orders:
        print(order.total)
    session.commit()


def fetched_after_a_commit(session: Session):
    session.commit()
    for order in session.scalars(select(Order)).all():
        print(order.total)


def read_after_a_rollback(session: Session):
    orders = session.scalars(select(Order)).all()
    session.rollback()
    print([order.total for order in orders])  # grows


def read_after_expire_all(session: Session):
    orders = session.scalars(select(Order)).all()
    session.expire_all()
    for order in orders:
        print(order.total)  # grows


def session_that_remembers(engine: Engine):
    with Session(engine, expire_on_commit=False) as session:
        orders = session.scalars(select(Order)).all()
        session.commit()
        for order in orders:
            print(order.total)


def maker_that_remembers(engine: Engine):
    make = sessionmaker(engine, expire_on_commit=False)
    with make() as session:
        orders = session.scalars(select(Order)).all()
        session.commit()
        for order in orders:
            print(order.total)


def new_rows_after_a_commit(session: Session, names: list[str]):
    events = [Event(kind=name) for name in names]
    session.add_all(events)
    session.commit()
    for event in events:
        print(event.id)  # grows


def new_rows_after_a_flush(session: Session, names: list[str]):
    events = [Event(kind=name) for name in names]
    session.add_all(events)
    session.flush()
    for event in events:
        print(event.id)


def assigned_after_a_commit(session: Session):
    orders = session.scalars(select(Order)).all()
    session.commit()
    ids = [order.id for order in session.scalars(select(Order))]
    print(len(orders), ids)


def one_row_after_a_commit(session: Session):
    order = session.scalars(select(Order)).first()
    session.commit()
    print(order.total)


def relation_after_a_commit(session: Session):
    orders = session.scalars(select(Order).options(joinedload(Order.user))).all()
    session.commit()
    for order in orders:
        print(order.user.name)  # grows


def refreshed_each(session: Session):
    orders = session.scalars(select(Order)).all()
    session.commit()
    for order in orders:
        session.refresh(order)  # grows
        print(order.total)


def _get_db(engine):
    db = Session(engine)
    try:
        yield db
    finally:
        db.close()


def session_of_a_dependency(engine: Engine):
    db = next(_get_db(engine))
    for order in db.query(Order).all():
        print(order.user.name)  # grows


def session_without_a_type(session, ids):
    for pk in ids:
        print(session.query(User).filter(User.id == pk).first())  # grows


def session_without_a_type_joined(session):
    for order in session.query(Order).options(joinedload(Order.user)).all():
        print(order.user.name)


def session_without_a_type_statement(session):
    for order in session.execute(select(Order)).scalars().all():
        print(order.user.name)  # grows


def session_without_a_type_get(session, ids):
    for pk in ids:
        print(session.get(User, pk))  # grows


@contextmanager
def _scope(engine):
    session = sessionmaker(engine)()
    try:
        yield session
        session.commit()
    finally:
        session.close()


def session_of_a_context_manager(engine: Engine):
    with _scope(engine) as session:
        for order in session.query(Order):
            print(order.user.name)  # grows


def registry_of_sessions(engine: Engine):
    registry = scoped_session(sessionmaker(engine))
    for order in registry.query(Order).all():
        print(order.user.name)  # grows
    registry.remove()


def session_of_its_own_each(engine: Engine, ids: list[int]):
    for pk in ids:
        with Session(engine) as session:
            print(session.get(User, pk))  # grows


class Orders:
    def __init__(self, session):
        self.session = session

    def all(self):
        return self.session.scalars(select(Order)).all()

    def with_users(self):
        return self.session.scalars(select(Order).options(joinedload(Order.user))).all()

    def user(self, pk):
        return self.session.get(User, pk)


def repository(session: Session):
    for order in Orders(session).all():
        print(order.user.name)  # grows


def repository_joined(session: Session):
    for order in Orders(session).with_users():
        print(order.user.name)


def repository_asked_each(session: Session, ids: list[int]):
    orders = Orders(session)
    for pk in ids:
        print(orders.user(pk))  # grows
