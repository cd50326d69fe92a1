"""What a query asks for is put together before it: in a mapping, a list, by a function that is handed one."""

from django.db.models import Q

from shop.models import Author, Book


def _narrow(wanted, key, value):
    wanted[key] = value


def _narrowed(found, title):
    found.append(Q(title=title))


def mapping_filled_by_a_function(names: list[str]):
    for title in names:
        wanted = {}
        _narrow(wanted, "title", title)
        print(Book.objects.filter(**wanted).count())  # grows


def mapping_filled_by_one_defined_here(names: list[str]):
    def narrow(wanted, key, value):
        if value:
            wanted[key] = value

    for title in names:
        wanted = {}
        narrow(wanted=wanted, key="title", value=title)
        print(Book.objects.filter(**wanted).count())  # grows


def mapping_told_by_name(names: list[str]):
    for title in names:
        wanted = {}
        wanted.update(title=title)
        print(Book.objects.filter(**wanted).count())  # grows


def conditions_in_a_list(names: list[str]):
    for title in names:
        found = []
        found.append(Q(title=title))
        print(Book.objects.filter(*found).count())  # grows


def conditions_that_a_function_adds(names: list[str]):
    for title in names:
        found = []
        _narrowed(found, title)
        print(Book.objects.filter(*found).count())  # grows


def under_keys_of_a_loop(names: list[str]):
    for title in names:
        wanted = {}
        for key in ("title", "title__startswith"):
            wanted[key] = title
        print(Book.objects.filter(**wanted).count())  # grows


def in_a_comprehension(names: list[str]):
    for title in names:
        wanted = {f"title{way}": title for way in ("", "__startswith")}
        print(Book.objects.filter(**wanted).count())  # grows


def _wanted(title):
    wanted = {}
    wanted["title"] = title
    return wanted


def given_back(names: list[str]):
    for title in names:
        print(Book.objects.filter(**_wanted(title)).count())  # grows


def all_of_them_at_once(names: list[str]):
    found = []
    for title in names:
        found.append(title)
    print(Book.objects.filter(title__in=found).count())


def all_of_them_by_a_function(names: list[str]):
    def add(found, title):
        found.append(title)

    found = []
    for title in names:
        add(found, title)
    print(Book.objects.filter(title__in=found).count())


def in_portions(names: list[str]):
    portion = []
    for title in names:
        portion.append(title)
        if len(portion) == 1000:
            print(Book.objects.filter(title__in=portion).count())
            portion = []
    print(Book.objects.filter(title__in=portion).count())


def any_of_all(names: list[str]):
    either = Q()
    for title in names:
        either |= Q(title=title)
    print(Author.objects.filter(pk=1).count(), Book.objects.filter(either).count())
