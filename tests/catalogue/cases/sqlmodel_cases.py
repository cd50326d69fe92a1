"""SQLModel: relationships of its models, `session.exec`."""

from sqlalchemy.orm import selectinload
from sqlmodel import Session, select

from store.sqlmodel_tables import Hero, Team


def relationship(session: Session):
    for hero in session.exec(select(Hero)).all():
        print(hero.team.name)  # grows


def relationship_loaded(session: Session):
    for hero in session.exec(select(Hero).options(selectinload(Hero.team))).all():
        print(hero.team.name)


def collection(session: Session):
    for team in session.exec(select(Team)):
        print(len(team.heroes))  # grows


def collection_loaded(session: Session):
    for team in session.exec(select(Team).options(selectinload(Team.heroes))):
        print(len(team.heroes))


def get_each(session: Session, ids: list[int]):
    for pk in ids:
        print(session.get(Hero, pk))  # grows


def exec_each(session: Session, ids: list[int]):
    for pk in ids:
        print(session.exec(select(Hero).where(Hero.team_id == pk)).first())  # grows


def exec_in(session: Session, ids: list[int]):
    for hero in session.exec(select(Hero).where(Hero.id.in_(ids))):
        print(hero.name)


def two_models_at_once(session: Session):
    for hero, team in session.exec(select(Hero, Team).join(Team)):
        print(hero.name, team.name)


def commit_each(session: Session, names: list[str]):
    for name in names:
        session.add(Team(name=name))
        session.commit()  # grows


def refreshed_each(session: Session):
    for team in session.exec(select(Team)).all():
        session.refresh(team)  # grows


def columns(session: Session):
    for hero in session.exec(select(Hero)):
        print(hero.name, hero.team_id)
