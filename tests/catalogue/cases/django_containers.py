"""Rows that are put somewhere and taken out again: they are still rows of their query."""

from collections import defaultdict, deque
from itertools import chain, groupby, islice, starmap, takewhile, tee, zip_longest
from operator import attrgetter, itemgetter

from shop.models import Author, Book, Publisher


def list_by_append():
    found = []
    for book in Book.objects.all():
        found.append(book)
    return [book.author.name for book in found]  # grows


def list_by_append_joined():
    found = []
    for book in Book.objects.select_related("author"):
        found.append(book)
    return [book.author.name for book in found]


def list_by_extend():
    found = []
    found.extend(Book.objects.all())
    for book in found:
        print(book.author.name)  # grows


def list_by_plus():
    found = []
    found += Book.objects.all()
    for book in found:
        print(book.author.name)  # grows


def two_lists_added():
    cheap = list(Book.objects.filter(price__lt=5))
    dear = list(Book.objects.filter(price__gte=5))
    for book in cheap + dear:
        print(book.author.name)  # grows


def two_lists_added_joined():
    cheap = list(Book.objects.filter(price__lt=5).select_related("author"))
    dear = list(Book.objects.filter(price__gte=5).select_related("author"))
    for book in cheap + dear:
        print(book.author.name)


def starred_display():
    books = [*Book.objects.all()]
    for book in books:
        print(book.author.name)  # grows


def insert_in_front():
    found = []
    for book in Book.objects.all():
        found.insert(0, book)
    for book in found:
        print(book.author.name)  # grows


def deque_of_rows():
    waiting = deque(Book.objects.all())
    while waiting:
        book = waiting.popleft()
        print(book.author.name)  # grows


def stack_of_rows():
    waiting = list(Book.objects.all())
    while waiting:
        print(waiting.pop().author.name)  # grows


def set_by_add():
    found = set()
    for book in Book.objects.all():
        found.add(book)
    for book in found:
        print(book.author.name)  # grows


def set_of_rows():
    for book in set(Book.objects.all()):
        print(book.author.name)  # grows


def dict_by_key():
    by_pk = {}
    for book in Book.objects.all():
        by_pk[book.pk] = book
    for book in by_pk.values():
        print(book.author.name)  # grows


def dict_by_key_items():
    by_pk = {}
    for book in Book.objects.all():
        by_pk[book.pk] = book
    for pk, book in by_pk.items():
        print(pk, book.author.name)  # grows


def dict_by_key_joined():
    by_pk = {}
    for book in Book.objects.select_related("author"):
        by_pk[book.pk] = book
    for pk, book in by_pk.items():
        print(pk, book.author.name)


def dict_of_a_generator():
    by_pk = dict((book.pk, book) for book in Book.objects.all())
    for book in by_pk.values():
        print(book.author.name)  # grows


def dict_looked_up(ids):
    by_pk = {book.pk: book for book in Book.objects.all()}
    for pk in ids:
        print(by_pk[pk].author.name)  # grows


def dict_looked_up_by_get(ids):
    by_pk = {book.pk: book for book in Book.objects.all()}
    for pk in ids:
        book = by_pk.get(pk)
        if book is not None:
            print(book.author.name)  # grows


def dict_looked_up_joined(ids):
    by_pk = {book.pk: book for book in Book.objects.select_related("author")}
    for pk in ids:
        print(by_pk[pk].author.name)


def dict_of_rows_as_keys():
    prices = {book: book.price for book in Book.objects.all()}
    for book, price in prices.items():
        print(price, book.author.name)  # grows


def groups_by_defaultdict():
    by_price = defaultdict(list)
    for book in Book.objects.all():
        by_price[book.price].append(book)
    for price, books in by_price.items():
        print(price)
        for book in books:
            print(book.author.name)  # grows


def groups_by_defaultdict_joined():
    by_price = defaultdict(list)
    for book in Book.objects.select_related("author"):
        by_price[book.price].append(book)
    for books in by_price.values():
        for book in books:
            print(book.author.name)


def groups_looked_up():
    by_author = defaultdict(list)
    for book in Book.objects.all():
        by_author[book.author_id].append(book)
    for author in Author.objects.all():
        for book in by_author[author.pk]:
            print(author.name, book.publisher.name)  # grows


def groups_looked_up_by_get():
    by_author = {}
    for book in Book.objects.all():
        by_author.setdefault(book.author_id, []).append(book)
    for author in Author.objects.all():
        for book in by_author.get(author.pk, []):
            print(author.name, book.publisher.name)  # grows


def groups_looked_up_joined():
    by_author = defaultdict(list)
    for book in Book.objects.select_related("publisher"):
        by_author[book.author_id].append(book)
    for author in Author.objects.all():
        for book in by_author[author.pk]:
            print(author.name, book.publisher.name)


def groups_of_sets():
    by_price = defaultdict(set)
    for book in Book.objects.all():
        by_price[book.price].add(book)
    for books in by_price.values():
        for book in books:
            print(book.author.name)  # grows


def groups_made_by_hand():
    by_price = {}
    for book in Book.objects.all():
        if book.price not in by_price:
            by_price[book.price] = []
        by_price[book.price].append(book)
    for books in by_price.values():
        for book in books:
            print(book.author.name)  # grows


def groups_of_groupby():
    for price, books in groupby(Book.objects.order_by("price"), key=lambda book: book.price):
        for book in books:
            print(price, book.author.name)  # grows


def groups_of_groupby_by_attrgetter():
    for price, books in groupby(Book.objects.order_by("price"), key=attrgetter("price")):
        print(price, [book.author.name for book in books])  # grows


def groups_of_groupby_joined():
    books = Book.objects.select_related("author").order_by("price")
    for price, group in groupby(books, key=attrgetter("price")):
        print(price, [book.author.name for book in group])


def groupby_a_relation():
    for _, books in groupby(Book.objects.order_by("author"), key=lambda book: book.author.name):  # grows
        print(len(list(books)))


def groupby_a_key_column():
    for _, books in groupby(Book.objects.order_by("author"), key=attrgetter("author_id")):
        print(len(list(books)))


def pairs():
    pairs = [(book, book.price) for book in Book.objects.all()]
    for book, price in pairs:
        print(price, book.author.name)  # grows


def pairs_joined():
    pairs = [(book, book.price) for book in Book.objects.select_related("author")]
    for book, price in pairs:
        print(price, book.author.name)


def pairs_by_append():
    pairs = []
    for book in Book.objects.all():
        pairs.append((book.price, book))
    pairs.sort(key=itemgetter(0))
    for _, book in pairs:
        print(book.author.name)  # grows


def pairs_by_position():
    pairs = [(book.price, book) for book in Book.objects.all()]
    for pair in pairs:
        print(pair[1].author.name)  # grows


def pairs_sorted():
    pairs = sorted(((book.price, book.pk, book) for book in Book.objects.all()), reverse=True)
    for _, _, book in pairs:
        print(book.author.name)  # grows


def dicts_with_a_row():
    entries = [{"book": book, "price": book.price} for book in Book.objects.all()]
    for entry in entries:
        print(entry["price"], entry["book"].author.name)  # grows


def dicts_with_a_row_joined():
    entries = [{"book": book, "price": book.price} for book in Book.objects.select_related("author")]
    for entry in entries:
        print(entry["price"], entry["book"].author.name)


def dict_of_lists():
    shelves = {
        "cheap": list(Book.objects.filter(price__lt=5)),
        "dear": list(Book.objects.filter(price__gte=5)),
    }
    for book in shelves["dear"]:
        print(book.author.name)  # grows


def unpacked_pair():
    books, authors = Book.objects.all(), Author.objects.all()
    for book in books:
        print(book.author.name)  # grows
    for author in authors:
        print(author.name)


def unpacked_first_and_rest():
    first, *rest = Book.objects.order_by("pk")
    print(first.title)
    for book in rest:
        print(book.author.name)  # grows


def sorted_rows():
    for book in sorted(Book.objects.all(), key=lambda book: book.price):
        print(book.author.name)  # grows


def sorted_rows_joined():
    for book in sorted(Book.objects.select_related("author"), key=lambda book: book.price):
        print(book.author.name)


def reversed_rows():
    for book in reversed(list(Book.objects.order_by("pk"))):
        print(book.author.name)  # grows


def reversed_queryset():
    for book in reversed(Book.objects.order_by("pk")):
        print(book.author.name)  # grows


def enumerated_rows():
    for number, book in enumerate(list(Book.objects.all()), start=1):
        print(number, book.author.name)  # grows


def zipped_rows():
    for book, author in zip(Book.objects.order_by("pk"), Author.objects.order_by("pk")):
        print(author.name, book.publisher.name)  # grows


def zipped_longest():
    for book, author in zip_longest(Book.objects.order_by("pk"), Author.objects.order_by("pk")):
        print(author.name, book.publisher.name)  # grows


def chained():
    for book in chain(Book.objects.filter(price__lt=5), Book.objects.filter(price__gte=5)):
        print(book.author.name)  # grows


def chained_joined():
    cheap = Book.objects.filter(price__lt=5).select_related("author")
    dear = Book.objects.filter(price__gte=5).select_related("author")
    for book in chain(cheap, dear):
        print(book.author.name)


def chained_groups():
    groups = [list(Book.objects.filter(price__lt=5)), list(Book.objects.filter(price__gte=5))]
    for book in chain.from_iterable(groups):
        print(book.author.name)  # grows


def cut_by_islice():
    for book in islice(Book.objects.order_by("pk"), 2):
        print(book.author.name)


def taken_while():
    for book in takewhile(lambda book: book.price < 100, Book.objects.order_by("price")):
        print(book.author.name)  # grows


def filtered():
    for book in filter(lambda book: book.price >= 0, Book.objects.all()):
        print(book.author.name)  # grows


def filtered_joined():
    for book in filter(lambda book: book.author.name, Book.objects.select_related("author")):
        print(book.author.name)


def two_ways_at_once():
    first, _ = tee(Book.objects.all())
    for book in first:
        print(book.author.name)  # grows


def mapped():
    return list(map(lambda book: book.author.name, Book.objects.all()))  # grows


def mapped_with_starmap():
    pairs = [(book, book.price) for book in Book.objects.all()]
    return list(starmap(lambda book, price: (price, book.author.name), pairs))  # grows


def _generated():
    for book in Book.objects.all():
        if book.price >= 0:
            yield book


def rows_of_a_generator():
    for book in _generated():
        print(book.author.name)  # grows


def _generated_pairs():
    for book in Book.objects.all():
        yield book.price, book


def pairs_of_a_generator():
    for price, book in _generated_pairs():
        print(price, book.author.name)  # grows


def _generated_joined():
    yield from Book.objects.select_related("author")


def rows_of_a_generator_joined():
    for book in _generated_joined():
        print(book.author.name)


def _passed_on():
    yield from Book.objects.all()


def rows_passed_on():
    for book in _passed_on():
        print(book.author.name)  # grows


def _split():
    books = list(Book.objects.all())
    cheap = [book for book in books if book.price < 5]
    dear = [book for book in books if book.price >= 5]
    return cheap, dear


def parts_of_a_helper():
    _, dear = _split()
    for book in dear:
        print(book.author.name)  # grows


def _by_price():
    groups = defaultdict(list)
    for book in Book.objects.all():
        groups[book.price].append(book)
    return groups


def groups_of_a_helper():
    for price, books in _by_price().items():
        for book in books:
            print(price, book.author.name)  # grows


def _index():
    return {book.pk: book for book in Book.objects.all()}


def index_of_a_helper(ids):
    books = _index()
    for pk in ids:
        print(books[pk].author.name)  # grows


def _filled(found):
    for book in Book.objects.all():
        found.append(book)


def list_filled_by_a_helper():
    found = []
    _filled(found)
    for book in found:
        print(book.author.name)  # grows


def keyed_by_two_columns():
    by_key = {(book.price, book.title): book for book in Book.objects.all()}
    for book in by_key.values():
        print(book.author.name)  # grows


def nested_groups():
    by_price = defaultdict(dict)
    for book in Book.objects.all():
        by_price[book.price][book.pk] = book
    for books in by_price.values():
        for book in books.values():
            print(book.author.name)  # grows


def walrus():
    if books := list(Book.objects.all()):
        for book in books:
            print(book.author.name)  # grows


def either():
    books = list(Book.objects.filter(price__lt=0)) or list(Book.objects.all())
    for book in books:
        print(book.author.name)  # grows


def next_of_each_group():
    firsts = [next(iter(books)) for _, books in groupby(Book.objects.order_by("price"), attrgetter("price"))]
    for book in firsts:
        print(book.author.name)  # grows


def largest_of_each_group():
    by_price = defaultdict(list)
    for book in Book.objects.all():
        by_price[book.price].append(book)
    for books in by_price.values():
        print(max(books, key=attrgetter("pk")).author.name)  # grows


def two_models_zipped_by_key():
    publishers = {publisher.pk: publisher for publisher in Publisher.objects.all()}
    for book in Book.objects.all():
        print(publishers[book.publisher_id].country.name)  # grows


def two_models_zipped_by_key_joined():
    publishers = {publisher.pk: publisher for publisher in Publisher.objects.select_related("country")}
    for book in Book.objects.all():
        print(publishers[book.publisher_id].country.name)


def a_row_and_perhaps_another():
    chosen = [Book.objects.order_by("pk").first()]
    if chosen[0].price >= 0:
        chosen.append(Book.objects.order_by("-pk").first())
    for book in chosen:
        print(book.author.name)


def sets_under_names():
    shelves = {"cheap": None, "dear": None}
    for name in ("cheap", "dear"):
        shelves[name] = Book.objects.filter(price__lt=5)
    for books in shelves.values():
        print([book.title for book in books])


def _sets(names):
    shelves = [Book.objects.filter(price__lt=5)]
    for name in names:
        shelves.append(Book.objects.filter(title=name))
    return [[book.title for book in books] for books in shelves]  # grows


def a_set_and_one_for_each_name(names):
    return _sets(names)
