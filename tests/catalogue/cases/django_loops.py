"""Where loops hide: comprehensions, generators, keys, callbacks, recursion."""

from functools import reduce
from operator import attrgetter

from shop.models import Author, Book, Category, Review


def list_comprehension():
    return [book.author.name for book in Book.objects.all()]  # grows


def set_comprehension():
    return {book.author.name for book in Book.objects.all()}  # grows


def dict_comprehension():
    return {book.pk: book.author.name for book in Book.objects.all()}  # grows


def dict_comprehension_joined():
    return {book.pk: book.author.name for book in Book.objects.select_related("author")}


def generator_in_sum():
    return sum(len(book.author.name) for book in Book.objects.all())  # grows


def generator_in_sum_joined():
    return sum(len(book.author.name) for book in Book.objects.select_related("author"))


def generator_in_join():
    return ", ".join(book.author.name for book in Book.objects.all())  # grows


def generator_in_any():
    return any(book.author.name == "nobody" for book in Book.objects.all())  # grows


def condition_of_a_comprehension():
    return [book.title for book in Book.objects.all() if book.author.name]  # grows


def comprehension_in_a_comprehension():
    return [tag.word for book in Book.objects.all() for tag in book.tags.all()]  # grows


def comprehension_in_a_comprehension_prefetched():
    return [tag.word for book in Book.objects.prefetch_related("tags") for tag in book.tags.all()]


def mapped():
    return list(map(lambda book: book.author.name, Book.objects.all()))  # grows


def mapped_joined():
    return list(map(lambda book: book.author.name, Book.objects.select_related("author")))


def _name(book):
    return book.author.name


def mapped_by_a_function():
    return list(map(_name, Book.objects.all()))  # grows


def filtered_by_a_function():
    return list(filter(lambda book: book.author.name, Book.objects.all()))  # grows


def sorted_by_a_key():
    return sorted(Book.objects.all(), key=lambda book: book.author.name)  # grows


def sorted_by_a_key_joined():
    return sorted(Book.objects.select_related("author"), key=lambda book: book.author.name)


def sorted_by_a_function():
    return sorted(Book.objects.all(), key=_name)  # grows


def sorted_in_place():
    books = list(Book.objects.all())
    books.sort(key=lambda book: book.author.name)  # grows
    return books


def sorted_by_attrgetter():
    return sorted(Book.objects.all(), key=attrgetter("author.name"))  # grows


def sorted_by_a_column():
    return sorted(Book.objects.all(), key=lambda book: (book.author_id, book.title))


def largest_by_a_key():
    return max(Book.objects.all(), key=lambda book: book.author.name)  # grows


def reduced():
    return reduce(lambda total, book: total + len(book.author.name), Book.objects.all(), 0)  # grows


def while_loop(ids):
    waiting = list(ids)
    while waiting:
        pk = waiting.pop()
        print(Book.objects.get(pk=pk).title)  # grows


def while_loop_with_an_index(ids):
    i = 0
    while i < len(ids):
        print(Book.objects.get(pk=ids[i]).title)  # grows
        i += 1


def _walk(category):
    print(category.name)
    for child in category.children.all():
        _walk(child)  # grows


def recursion_over_a_tree():
    _walk(Category.objects.get(name="root"))


def _found(category):
    return [category.name, *[name for child in _children(category) for name in _found(child)]]  # grows


def _children(category):
    return Category.objects.filter(parent=category)


def recursion_that_filters():
    _found(Category.objects.get(name="root"))


def _shown(category, children):
    print(category.name)
    for child in children.get(category.pk, []):
        _shown(child, children)


def recursion_over_rows_at_hand():
    children = {}
    for category in Category.objects.all():
        children.setdefault(category.parent_id, []).append(category)
    _shown(children[None][0], children)


def _counted(categories):
    total = 0
    for category in categories:
        total += 1 + _counted(category.children.all())  # grows
    return total


def recursion_over_sets():
    _counted(Category.objects.filter(parent=None))


def _level(categories):
    below = list(Category.objects.filter(parent__in=categories))
    return _level(below) if below else []


def recursion_by_level():
    _level([Category.objects.get(name="root")])


def _once(category):
    for book in Book.objects.filter(title=category.name):
        print(book.title)
    return _once(category.parent) if category.parent is not None else None


def recursion_upwards():
    _once(Category.objects.get(name="leaf0"))


def breadth_first():
    queue = [Category.objects.get(name="root")]
    while queue:
        category = queue.pop()
        queue.extend(category.children.all())  # grows


def tree_in_one_query():
    children = {}
    for category in Category.objects.all():
        children.setdefault(category.parent_id, []).append(category)
    queue = list(children.get(None, []))
    while queue:
        category = queue.pop()
        queue.extend(children.get(category.pk, []))


def parents_of_each():
    for category in Category.objects.filter(children=None):
        while category.parent:  # grows
            category = category.parent


def method_that_climbs():
    return [category.path() for category in Category.objects.all()]  # grows


def one_path():
    category = Category.objects.filter(children=None).first()
    while category.parent is not None:
        category = category.parent


def nested_loops():
    for author in Author.objects.all():
        for book in author.books.all():  # grows
            for review in book.reviews.all():  # grows
                print(review.stars)


def nested_loops_prefetched():
    for author in Author.objects.prefetch_related("books__reviews"):
        for book in author.books.all():
            for review in book.reviews.all():
                print(review.stars)


def nested_function():
    def show(book):
        print(book.author.name)  # grows

    for book in Book.objects.all():
        show(book)


def generator_function():
    def names():
        for book in Book.objects.all():
            yield book.author.name  # grows

    return list(names())


def _rows():
    yield from Book.objects.all()


def generator_of_rows():
    for book in _rows():
        print(book.author.name)  # grows


def condition_of_an_if():
    for review in Review.objects.all():
        if review.book.price > 3:  # grows
            print(review.stars)


def f_string():
    for review in Review.objects.all():
        print(f"{review.stars} for {review.book.title}")  # grows


def argument_of_a_call():
    found = []
    for review in Review.objects.all():
        found.append(review.book.title)  # grows
    return found


def value_of_a_dict():
    found = {}
    for review in Review.objects.all():
        found[review.pk] = {"book": review.book.title}  # grows
    return found


def branch_that_is_rarely_taken():
    # disagrees: which branch is taken is in the data
    for book in Book.objects.all():
        if book.price == 1:
            print(book.author.name)


def leaves_at_the_first():
    for book in Book.objects.all():
        print(book.author.name)
        break


def returns_at_the_first():
    for book in Book.objects.all():
        if book.price >= 0:
            return book.author.name


def leaves_when_found(ids):
    for pk in ids:
        if Book.objects.filter(pk=pk, price__gte=1000).exists():  # grows
            return pk


def tries(ids):
    for pk in ids:
        try:
            book = Book.objects.get(pk=pk)  # grows
        except Book.DoesNotExist:
            continue
        print(book.title)


def walrus(ids):
    return [book.title for pk in ids if (book := Book.objects.filter(pk=pk).first())]  # grows


async def async_for():
    async for book in Book.objects.all():
        print((await Author.objects.aget(pk=book.author_id)).name)  # grows


async def async_for_joined():
    async for book in Book.objects.select_related("author"):
        print(book.author.name)


async def async_get_each(ids):
    for pk in ids:
        print((await Book.objects.aget(pk=pk)).title)  # grows


async def async_save_each():
    async for book in Book.objects.select_related("author"):
        await book.asave()  # grows


async def async_comprehension():
    return [author.name async for author in Author.objects.all()]


def of_the_row_of_one_key(pk):
    for book in Book.objects.filter(pk=pk).order_by("title"):
        print(book.author.name)


def of_the_rows_of_some_keys(ids):
    for book in Book.objects.filter(pk__in=ids):
        print(book.author.name)  # grows
