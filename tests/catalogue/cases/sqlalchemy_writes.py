"""Rows written one by one, and all at once; commits inside and behind the loop."""

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from store.tables import Event, Order, User


def commit_each(session: Session, names: list[str]):
    for name in names:
        session.add(Event(kind=name))
        session.commit()  # grows


def commit_once(session: Session, names: list[str]):
    for name in names:
        session.add(Event(kind=name))
    session.commit()


def flush_each(session: Session, names: list[str]):
    for name in names:
        session.add(Event(kind=name))
        session.flush()  # grows


def add_all(session: Session, names: list[str]):
    session.add_all([Event(kind=name) for name in names])
    session.commit()


def insert_each(session: Session, names: list[str]):
    for name in names:
        session.execute(insert(Event).values(kind=name))  # grows


def insert_many(session: Session, names: list[str]):
    session.execute(insert(Event), [{"kind": name} for name in names])


def update_each(session: Session, ids: list[int]):
    for pk in ids:
        session.execute(update(Order).where(Order.id == pk).values(total=0))  # grows


def update_in(session: Session, ids: list[int]):
    session.execute(update(Order).where(Order.id.in_(ids)).values(total=0))


def delete_each(session: Session, ids: list[int]):
    for pk in ids:
        session.execute(delete(Event).where(Event.user_id == pk))  # grows


def delete_in(session: Session, ids: list[int]):
    session.execute(delete(Event).where(Event.user_id.in_(ids)))


def legacy_update_each(session: Session, ids: list[int]):
    for pk in ids:
        session.query(Order).filter(Order.id == pk).update({"total": 0})  # grows


def legacy_delete_each(session: Session, ids: list[int]):
    for pk in ids:
        session.query(Event).filter(Event.user_id == pk).delete()  # grows


def attribute_set_on_each(session: Session):
    for order in session.query(Order).all():
        order.total = 0
    session.commit()


def delete_objects(session: Session):
    for event in session.query(Event).all():
        session.delete(event)
    session.commit()


def merge_each(session: Session, ids: list[int]):
    for pk in ids:
        session.merge(Event(id=pk, kind="merged"))  # grows
    session.commit()


def commit_in_a_helper(session: Session, names: list[str]):
    for name in names:
        _store(session, name)  # grows


def _store(session: Session, name: str):
    session.add(Event(kind=name))
    session.commit()


def commit_and_read_on(session: Session):
    # disagrees: a commit or flush on every turn
    for user in session.query(User).all():
        user.name += "!"  # grows
        session.commit()  # grows


def bulk_save(session: Session, names: list[str]):
    session.bulk_save_objects([Event(kind=name) for name in names])
    session.commit()


def upsert_each(session: Session, names: list[str]):
    for name in names:
        event = session.query(Event).filter_by(kind=name).first()  # grows
        if event is None:
            session.add(Event(kind=name))


def commit_in_chunks(session: Session, names: list[str]):
    for start in range(0, len(names), 100):
        session.add_all([Event(kind=name) for name in names[start : start + 100]])
        session.commit()


def commit_every_hundred(session: Session, names: list[str]):
    for number, name in enumerate(names):
        session.add(Event(kind=name))
        if number % 100 == 99:
            session.commit()
    session.commit()


def _stored(session, row, commit=True):
    session.add(row)
    if commit:
        session.commit()


def committed_by_an_option(session: Session, ids):
    for key in ids:
        _stored(session, Event(kind=str(key)))  # grows


def committed_behind_the_loop(session: Session, ids):
    for key in ids:
        _stored(session, Event(kind=str(key)), commit=False)
    session.commit()
