"""Flask-SQLAlchemy: `Model.query`, `db.session`, pages."""

from flask import g
from sqlalchemy.orm import joinedload, selectinload

from store.flask_tables import Note, Post, User, db


def model_query():
    for post in Post.query.all():
        print(post.author.name)  # grows


def model_query_joined():
    for post in Post.query.options(joinedload(Post.author)).all():
        print(post.author.name)


def model_query_ordered():
    for post in Post.query.order_by(Post.title).limit(100):
        print(post.author.name)  # grows


def session_of_the_extension():
    for user in db.session.execute(db.select(User)).scalars():
        print(len(user.posts))  # grows


def session_of_the_extension_loaded():
    for user in db.session.execute(db.select(User).options(selectinload(User.posts))).scalars():
        print(len(user.posts))


def session_query():
    for post in db.session.query(Post):
        print(post.author.name)  # grows


def get_each(ids):
    for pk in ids:
        print(db.session.get(User, pk))  # grows


def query_get_each(ids):
    for pk in ids:
        print(User.query.get(pk))  # grows


def filter_by_each(names):
    for name in names:
        print(User.query.filter_by(name=name).first())  # grows


def get_or_404_each(ids):
    for pk in ids:
        print(db.get_or_404(User, pk))  # grows


def in_list(ids):
    for user in User.query.filter(User.id.in_(ids)):
        print(user.name)


def dynamic():
    for user in User.query:
        print(user.notes.count())  # grows


def page():
    for post in Post.query.paginate(page=1, per_page=100).items:
        print(post.author.name)  # grows


def page_joined():
    for post in Post.query.options(joinedload(Post.author)).paginate(page=1, per_page=100).items:
        print(post.author.name)


def page_of_a_statement():
    for post in db.paginate(db.select(Post), per_page=100):
        print(post.author.name)  # grows


def page_iterated():
    for post in Post.query.paginate(page=1, per_page=100):
        print(post.author.name)  # grows


def _page_of_pairs(noted):
    if noted:
        page = Post.query.join(Note, Note.user_id == Post.author_id).add_entity(Note).paginate(per_page=100)
    else:
        page = Post.query.order_by(Post.id).paginate(per_page=100)
        page.items = [(post, None) for post in page.items]
    return page


def page_of_pairs(names):
    for post, note in _page_of_pairs(not names).items:
        print(post.author.name, note)  # grows


def _page_of_titles():
    page = Post.query.order_by(Post.id).paginate(per_page=100)
    page.items = [(post.title, 1) for post in page.items]
    return page


def page_of_titles():
    for title, number in _page_of_titles().items:
        print(title.upper(), number)


def as_dicts():
    return [post.to_dict() for post in Post.query.all()]  # grows


def as_dicts_joined():
    return [post.to_dict() for post in Post.query.options(joinedload(Post.author))]


def commit_each(names):
    for name in names:
        db.session.add(User(name=name))
        db.session.commit()  # grows


def add_all(names):
    db.session.add_all([User(id=1000 + number, name=name) for number, name in enumerate(names)])
    db.session.commit()


def delete_each(ids):
    for pk in ids:
        Note.query.filter_by(id=pk).delete()  # grows


def delete_all(ids):
    Note.query.filter(Note.id.in_(ids)).delete()


def _hang_the_writer():
    g.writer = db.session.get(User, 1)


def hung_on_the_request_by_a_hook():
    _hang_the_writer()
    for post in g.writer.posts_of_others():
        print(post.author.name)  # grows


def _hang_the_name():
    g.name_of_the_writer = db.session.get(User, 1).name


def text_hung_on_the_request():
    _hang_the_name()
    print(len(g.name_of_the_writer), [post.title for post in Post.query.all()])
