"""Queries behind calls: helpers, properties, methods, `__str__`, and what keeps an answer."""

from functools import cache, lru_cache, wraps

from django.core.cache import cache as django_cache

from shop import lookups
from shop.lookups import Shelf, author_of, by_key, country_named, reviews_of, title_of, titles_of
from shop.models import Author, Book, Country, Stock


def helper_in_another_file():
    return [author_of(book) for book in Book.objects.all()]  # grows


def helper_in_another_file_joined():
    return [author_of(book) for book in Book.objects.select_related("author")]


def helper_that_asks(ids):
    return [title_of(pk) for pk in ids]  # grows


def helper_of_a_helper(author_ids):
    for pk in author_ids:
        print(by_key(pk).name)  # grows


def helper_by_its_module(ids):
    for pk in ids:
        print(lookups.title_of(pk))  # grows


def helper_that_lists():
    for book in Book.objects.all():
        print(len(reviews_of(book)))  # grows


def helper_that_lists_prefetched():
    for book in Book.objects.prefetch_related("reviews"):
        print(len(reviews_of(book)))


def helper_that_asks_for_all(ids):
    titles = titles_of(ids)
    return [titles[pk] for pk in ids]


def helper_once(ids):
    title = title_of(ids[0])
    return [(pk, title) for pk in ids]


def property_that_reads_a_relation():
    for book in Book.objects.all():
        print(book.byline)  # grows


def property_that_reads_a_relation_joined():
    for book in Book.objects.select_related("author"):
        print(book.byline)


def property_that_asks():
    for author in Author.objects.all():
        print(author.newest.title)  # grows


def property_that_asks_prefetched():
    for author in Author.objects.prefetch_related("books"):
        print(author.newest.title)  # grows


def property_of_columns():
    for book in Book.objects.all():
        print(book.shout)


def cached_property():
    for author in Author.objects.all():
        print(author.book_count)  # grows


def cached_property_of_one_row(author_ids):
    author = Author.objects.get(pk=author_ids[0])
    for pk in author_ids:
        print(pk, author.book_count)


def method_that_reads_a_relation():
    for author in Author.objects.all():
        print(author.titles())  # grows


def method_that_reads_a_relation_prefetched():
    for author in Author.objects.prefetch_related("books"):
        print(author.titles())


def method_that_asks():
    for book in Book.objects.all():
        if book.has_reviews():  # grows
            print(book.title)


def method_that_sums():
    return {book.pk: book.stars() for book in Book.objects.all()}  # grows


def method_that_sums_prefetched():
    return {book.pk: book.stars() for book in Book.objects.prefetch_related("reviews")}


def as_text():
    for book in Book.objects.all():
        print(str(book))  # grows


def printed():
    for book in Book.objects.all():
        print(book)  # grows


def in_an_f_string():
    return [f"a book: {book}" for book in Book.objects.all()]  # grows


def as_text_joined():
    return [str(book) for book in Book.objects.select_related("author")]


def printed_joined():
    for book in Book.objects.select_related("author"):
        print(book)


def method_of_an_object(ids):
    shelf = Shelf()
    for pk in ids:
        print(shelf.find(pk).title)  # grows


def memo_of_an_object(country_ids):
    shelf = Shelf()
    for author in Author.objects.all():
        print(shelf.country(author.country_id).name)


@lru_cache(maxsize=None)
def _country(pk):
    return Country.objects.get(pk=pk)


def lru_cached():
    _country.cache_clear()
    return [_country(author.country_id).name for author in Author.objects.all()]


def lru_cached_in_another_file():
    country_named.cache_clear()
    return [country_named(f"country{author.pk % 3}") for author in Author.objects.all()]


@cache
def _country_of(pk):
    return Country.objects.get(pk=pk).name


def cached_by_functools():
    _country_of.cache_clear()
    for author in Author.objects.all():
        print(_country_of(author.country_id))


def _kept(minutes):
    def decorate(function):
        kept = lru_cache(maxsize=minutes * 100)(function)

        @wraps(function)
        def call(*args):
            return kept(*args)

        call.forget = kept.cache_clear
        return call

    return decorate


@_kept(minutes=5)
def _kept_country(pk):
    return Country.objects.get(pk=pk)


def memo_of_a_decorator_of_the_project():
    _kept_country.forget()
    return [_kept_country(author.country_id).name for author in Author.objects.all()]


def _remembering(function):
    answers = {}

    def call(key):
        if key not in answers:
            answers[key] = function(key)
        return answers[key]

    call.answers = answers
    return call


@_remembering
def _remembered_country(pk):
    return Country.objects.get(pk=pk)


def memo_in_a_wrapper():
    _remembered_country.answers.clear()
    return [_remembered_country(author.country_id).name for author in Author.objects.all()]


def _logged(function):
    @wraps(function)
    def call(*args):
        print(function.__name__)
        return function(*args)

    return call


@_logged
def _logged_country(pk):
    return Country.objects.get(pk=pk)


def decorator_that_keeps_nothing():
    return [_logged_country(author.country_id).name for author in Author.objects.all()]  # grows


_UNSET = object()


def _names_of(author):
    return {country.pk: country.name for country in Country.objects.filter(pk__lte=author.country_id + 100)}


def _named(author, names=None):
    if names is None:
        names = _names_of(author)
    return names[author.country_id]


def _named_or(author, names=None):
    names = names or _names_of(author)
    return names[author.country_id]


def _named_unless(author, names=_UNSET):
    known = _names_of(author) if names is _UNSET else names
    return known[author.country_id]


def _country_name(author, name=None):
    if name is not None:
        return name
    return Country.objects.get(pk=author.country_id).name


def _handed_on(author, names=None):
    return _named(author, names)


def given_what_would_be_asked_for():
    names = {country.pk: country.name for country in Country.objects.all()}
    for author in Author.objects.all():
        print(_named(author, names), _named_or(author, names), _named_unless(author, names))
        print(_country_name(author, names[author.country_id]), _handed_on(author, names=names))


def left_out_at_the_call():
    for author in Author.objects.all():
        print(_named(author))  # grows


def left_out_by_or():
    for author in Author.objects.all():
        print(_named_or(author))  # grows


def left_out_of_a_choice():
    for author in Author.objects.all():
        print(_named_unless(author))  # grows


def left_out_before_a_return():
    for author in Author.objects.all():
        print(_country_name(author))  # grows


def left_out_further_up():
    for author in Author.objects.all():
        print(_handed_on(author))  # grows


def memo_dict():
    known = {}
    for author in Author.objects.all():
        if author.country_id not in known:
            known[author.country_id] = Country.objects.get(pk=author.country_id)
        print(known[author.country_id].name)


def memo_dict_by_get():
    known = {}
    for author in Author.objects.all():
        country = known.get(author.country_id)
        if country is None:
            country = Country.objects.get(pk=author.country_id)
            known[author.country_id] = country
        print(country.name)


def memo_dict_by_exception():
    known = {}
    for author in Author.objects.all():
        try:
            country = known[author.country_id]
        except KeyError:
            country = known[author.country_id] = Country.objects.get(pk=author.country_id)
        print(country.name)


_KNOWN = {}


def memo_of_the_module():
    _KNOWN.clear()
    for author in Author.objects.all():
        key = author.country_id
        if key not in _KNOWN:
            _KNOWN[key] = Country.objects.get(pk=key)
        print(_KNOWN[key].name)


def memo_set():
    # disagrees: a memo that is not recognised
    seen = set()
    for author in Author.objects.all():
        if author.country_id in seen:
            continue
        seen.add(author.country_id)
        print(Country.objects.get(pk=author.country_id).name)


def django_s_cache():
    django_cache.clear()
    for author in Author.objects.all():
        key = f"country{author.country_id}"
        name = django_cache.get(key)
        if name is None:
            name = Country.objects.get(pk=author.country_id).name
            django_cache.set(key, name)
        print(name)


def django_s_cache_get_or_set():
    django_cache.clear()
    for author in Author.objects.all():
        pk = author.country_id
        print(django_cache.get_or_set(f"name{pk}", lambda: Country.objects.get(pk=pk).name))


def memo_that_is_never_read(ids):
    known = {}
    for pk in ids:
        known[pk] = Book.objects.get(pk=pk)  # grows
    return known


def distinct_keys_first():
    # disagrees: few distinct rows: that is in the data
    countries = {author.country_id for author in Author.objects.all()}
    return {pk: Country.objects.get(pk=pk).name for pk in countries}


def default_argument(ids, lookup=title_of):
    for pk in ids:
        print(lookup(pk))  # grows


def table_of_functions(ids):
    lookups_by_kind = {"title": title_of}
    for pk in ids:
        print(lookups_by_kind["title"](pk))  # grows


def callable_in_a_variable(ids):
    find = Book.objects.get
    for pk in ids:
        print(find(pk=pk).title)  # grows


class _Totals:
    def __init__(self, author):
        self.author = author

    @property
    def count(self):
        return self.author.books.count()


def object_around_a_row():
    for author in Author.objects.all():
        print(_Totals(author).count)  # grows


class _Line:
    def __init__(self, book):
        self.title = book.title
        self.author = book.author.name


def constructor_that_reads():
    return [_Line(book) for book in Book.objects.all()]  # grows


def constructor_that_reads_joined():
    return [_Line(book) for book in Book.objects.select_related("author")]


class _Base:
    def label(self, book):
        return book.title

    def labels(self):
        return [self.label(book) for book in Book.objects.all()]


class _WithAuthor(_Base):
    def label(self, book):
        return book.author.name  # grows


def overridden_method():
    # disagrees: objects of the project that hold rows
    return _WithAuthor().labels()


def base_method():
    return _Base().labels()


def argument_decides(names):
    for name in names:
        _store(name, save=True)  # grows


def argument_decides_otherwise(names):
    for name in names:
        _store(name, save=False)


def _store(name, save):
    stock = Stock(key=name)
    if save:
        stock.save()
    return stock


def manager_method_that_asks(ids):
    for pk in ids:
        print(Book.shelf.recent().filter(pk=pk).count())  # grows


def partial_function(ids):
    from functools import partial

    find = partial(Book.objects.filter, price__gte=0)
    for pk in ids:
        print(find(pk=pk).count())  # grows
