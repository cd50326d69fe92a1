"""Functions that are picked: out of a mapping, a list, a name, an object's class."""

from operator import attrgetter

from shop.lookups import author_of, title_of
from shop.models import Author, Book, Film


def _by_author(book):
    return book.author.name


def _by_title(book):
    return book.title


_HANDLERS = {"author": _by_author, "title": _by_title}
_HARMLESS = {"title": _by_title, "price": lambda book: book.price}
_STEPS = [_by_title, _by_author]
_ASKING = {"title": title_of}


def handler_of_a_mapping(request):
    kind = request.GET.get("kind", "author")
    for book in Book.objects.all():
        print(_HANDLERS[kind](book))  # grows


def handler_of_a_mapping_joined(request):
    kind = request.GET.get("kind", "author")
    for book in Book.objects.select_related("author"):
        print(_HANDLERS[kind](book))


def handler_got_from_a_mapping(request):
    handler = _HANDLERS.get(request.GET.get("kind", "author"))
    for book in Book.objects.all():
        print(handler(book))  # grows


def handler_got_from_a_mapping_by_default(request):
    for book in Book.objects.all():
        handler = _HARMLESS.get(request.GET.get("kind", "author"), _by_author)
        print(handler(book))  # grows


def harmless_handlers(request):
    for book in Book.objects.all():
        print(_HARMLESS[request.GET.get("kind", "title")](book))


def all_handlers():
    for book in Book.objects.all():
        print([handler(book) for handler in _HANDLERS.values()])  # grows


def steps_of_a_list():
    for book in Book.objects.all():
        for step in _STEPS:
            print(step(book))  # grows


def steps_of_a_list_joined():
    for book in Book.objects.select_related("author"):
        for step in _STEPS:
            print(step(book))


def step_by_number():
    for book in Book.objects.all():
        print(_STEPS[-1](book))  # grows


def mapping_that_asks(ids):
    for pk in ids:
        print(_ASKING["title"](pk))  # grows


def local_mapping_of_helpers():
    shown = {"author": author_of, "title": _by_title}
    for book in Book.objects.all():
        for name, show in shown.items():
            print(name, show(book))  # grows


def items_of_a_mapping_joined():
    shown = {"author": author_of, "title": _by_title}
    for book in Book.objects.select_related("author"):
        for name, show in shown.items():
            print(name, show(book))


def pairs_of_names_and_functions():
    columns = [("title", _by_title), ("author", _by_author)]
    for book in Book.objects.all():
        print({name: show(book) for name, show in columns})  # grows


def pairs_of_names_and_lambdas():
    columns = [("title", lambda book: book.title), ("author", lambda book: book.author.name)]  # grows
    for book in Book.objects.all():
        print({name: show(book) for name, show in columns})


def pairs_of_names_and_lambdas_joined():
    columns = [("title", lambda book: book.title), ("author", lambda book: book.author.name)]
    for book in Book.objects.select_related("author"):
        print({name: show(book) for name, show in columns})


def picked_by_a_condition(pk):
    show = _by_author if pk > 0 else _by_title
    for book in Book.objects.all():
        print(show(book))  # grows


def attrgetters_in_a_mapping():
    columns = {"title": attrgetter("title"), "author": attrgetter("author.name")}
    for book in Book.objects.all():
        print({name: get(book) for name, get in columns.items()})  # grows


class _Exporter:
    columns = {"title": _by_title, "author": _by_author}

    def rows(self):
        for book in Book.objects.all():
            print([show(book) for show in self.columns.values()])  # grows


def mapping_of_a_class():
    _Exporter().rows()


class _Plain:
    def __init__(self, row):
        self.row = row

    def text(self):
        return self.row.title


class _WithAuthor(_Plain):
    def text(self):
        return self.row.author.name


_CLASSES = {"plain": _Plain, "author": _WithAuthor}


def class_of_a_mapping():
    for book in Book.objects.all():
        print(_CLASSES["author"](book).text())  # grows


def class_of_a_mapping_joined():
    for book in Book.objects.select_related("author"):
        print(_CLASSES["author"](book).text())


class _Line:
    def __init__(self, row, *, short=False):
        self.row = row
        self.short = short

    def __str__(self):
        return self.row.title if self.short else self.row.author.name

    def as_dict(self):
        return {"title": self.row.title, "publisher": self.row.publisher.name}


def class_that_shows_its_row():
    print([str(_Line(book)) for book in Book.objects.all()])  # grows


def class_that_shows_its_row_joined():
    print([str(_Line(book)) for book in Book.objects.select_related("author")])


def class_that_gives_a_dict():
    print([_Line(book).as_dict() for book in Book.objects.all()])  # grows


def objects_collected_first():
    lines = [_Line(book) for book in Book.objects.all()]
    for line in lines:
        print(line.as_dict())  # grows


def objects_collected_first_joined():
    lines = [_Line(book) for book in Book.objects.select_related("publisher")]
    for line in lines:
        print(line.as_dict())


class _Table:
    def __init__(self, rows):
        self.rows = rows

    def render(self):
        return [row.author.name for row in self.rows]


def class_that_shows_rows():
    print(_Table(Book.objects.all()).render())  # grows


def class_that_shows_joined_rows():
    print(_Table(Film.objects.select_related("owner")).rows.count())


class _Joined(_Table):
    def __init__(self, rows):
        super().__init__(rows.select_related("author"))


def class_that_joins_what_it_is_given():
    print(_Joined(Book.objects.all()).render())


def method_by_name():
    for author in Author.objects.all():
        print(getattr(author, "titles")())  # grows


def column_by_name():
    for author in Author.objects.all():
        print(getattr(author, "name"))


def relation_by_name():
    for book in Book.objects.all():
        print(getattr(book, "author").name)  # grows


def relation_by_name_joined():
    for book in Book.objects.select_related("author"):
        print(getattr(book, "author", None).name)


def _reader(name):
    def read(row):
        return str(getattr(row, name))

    return read


def reader_made_for_a_relation():
    for book in Book.objects.all():
        print(_reader("publisher")(book))  # grows


def reader_made_for_a_column():
    for book in Book.objects.all():
        print(_reader("title")(book))


def reader_made_before_the_loop():
    read = _reader("publisher")
    for book in Book.objects.all():
        print(read(book))  # grows


def reader_made_for_what_is_joined():
    read = _reader("publisher")
    for book in Book.objects.select_related("publisher"):
        print(read(book))


def _read(row, name):
    return str(getattr(row, name))


def relation_read_by_its_name():
    for book in Book.objects.all():
        print(_read(book, "publisher"))  # grows


def column_read_by_its_name():
    for book in Book.objects.all():
        print(_read(book, "title"))


def relations_of_names_written_out():
    for book in Book.objects.all():
        for name in ("title", "publisher"):
            print(str(getattr(book, name)))  # grows


def columns_of_names_written_out():
    for book in Book.objects.all():
        for name in ("title", "price"):
            print(getattr(book, name))


def relations_of_names_written_out_joined():
    for book in Book.objects.select_related("publisher"):
        for name in ("title", "publisher"):
            print(str(getattr(book, name)))


_COLUMNS = [("Title", "title"), ("House", "publisher")]


def relations_of_a_table_of_columns():
    for book in Book.objects.all():
        for label, name in _COLUMNS:
            print(label, str(getattr(book, name)))  # grows


def relations_of_a_table_of_columns_joined():
    for book in Book.objects.select_related("publisher"):
        for label, name in _COLUMNS:
            print(label, str(getattr(book, name)))


def names_of_columns_in_a_table():
    for book in Book.objects.all():
        for name, label in _COLUMNS:
            print(label, getattr(book, name.lower(), None))


def relations_of_names_that_are_counted():
    for book in Book.objects.all():
        print([f"{at} {getattr(book, name)}" for at, name in enumerate(("title", "publisher"))])  # grows
