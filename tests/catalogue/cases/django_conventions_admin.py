"""Django's admin: the list page reads columns of every row; a form fills choices and inlines."""

from django.contrib import admin

from shop.models import Author, Book, Review
from shop.visits import visit_form, visit_list


class _Admin(admin.ModelAdmin):
    actions = None  # The box that selects a row for an action has the row's text in its label.


@admin.register(Book, site=admin.AdminSite())
class _Columns(_Admin):
    list_display = ["title", "price"]


def columns(request):
    visit_list(_Columns, Book, request)


@admin.register(Book, site=admin.AdminSite())
class _Relation(_Admin):
    list_display = ["title", "author"]


def relation_joined_by_the_admin(request):
    """`list_display` with a foreign key of the model: the admin joins it by itself, and prints `Author`."""
    visit_list(_Relation, Book, request)


@admin.register(Book, site=admin.AdminSite())
class _Text(_Admin):
    list_display = ["__str__", "price"]  # grows


def text_of_the_row(request):
    visit_list(_Text, Book, request)


@admin.register(Book, site=admin.AdminSite())
class _TextJoined(_Admin):
    list_display = ["__str__", "price"]
    list_select_related = ["author"]


def text_of_the_row_joined(request):
    visit_list(_TextJoined, Book, request)


@admin.register(Review, site=admin.AdminSite())
class _RelationText(_Admin):
    list_display = ["stars", "book"]
    raw_id_fields = ["book"]  # Only the list page is asked for.


def text_of_a_relation(request):
    """The admin joins every relation that cannot be null, as far as they lead: the text's author, too."""
    visit_list(_RelationText, Review, request)


@admin.register(Review, site=admin.AdminSite())
class _RelationTextNotJoined(_Admin):
    list_display = ["stars", "book"]  # grows
    list_select_related = ["book"]
    raw_id_fields = ["book"]


def text_of_a_relation_not_joined(request):
    visit_list(_RelationTextNotJoined, Review, request)


@admin.register(Review, site=admin.AdminSite())
class _JoinsAnother(_Admin):
    list_display = ["stars", "user"]  # grows
    raw_id_fields = ["book", "user"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("book")


def rows_that_join_another_relation(request):
    visit_list(_JoinsAnother, Review, request)


@admin.register(Review, site=admin.AdminSite())
class _JoinsBoth(_Admin):
    list_display = ["stars", "user"]
    raw_id_fields = ["book", "user"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("book", "user")


def rows_that_join_what_is_shown(request):
    visit_list(_JoinsBoth, Review, request)


class _Boxes(admin.ModelAdmin):
    list_display = ["title", "price"]  # grows


def box_of_each_row(request):
    # disagrees: the admin
    visit_list(_Boxes, Book, request)


class _BoxesJoined(admin.ModelAdmin):
    list_display = ["title", "price"]
    list_select_related = ["author"]


def box_of_each_row_joined(request):
    visit_list(_BoxesJoined, Book, request)


@admin.register(Book, site=admin.AdminSite())
class _Method(_Admin):
    list_display = ["title", "country"]

    def country(self, book):
        return book.author.country_id  # grows


def method(request):
    visit_list(_Method, Book, request)


@admin.register(Book, site=admin.AdminSite())
class _MethodJoined(_Admin):
    list_display = ["title", "country"]
    list_select_related = ["author"]

    def country(self, book):
        return book.author.country_id


def method_joined(request):
    visit_list(_MethodJoined, Book, request)


@admin.register(Book, site=admin.AdminSite())
class _MethodJoinedByTheQueryset(_Admin):
    list_display = ["title", "country"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("author")

    def country(self, book):
        return book.author.country_id


def method_joined_by_the_queryset(request):
    visit_list(_MethodJoinedByTheQueryset, Book, request)


@admin.register(Book, site=admin.AdminSite())
class _Count(_Admin):
    list_display = ["title", "review_count"]

    @admin.display(description="reviews")
    def review_count(self, book):
        return book.reviews.count()  # grows


def method_that_asks(request):
    visit_list(_Count, Book, request)


@admin.register(Book, site=admin.AdminSite())
class _CountPrefetched(_Admin):
    list_display = ["title", "review_count"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("reviews")

    def review_count(self, book):
        return book.reviews.count()


def method_that_asks_prefetched(request):
    visit_list(_CountPrefetched, Book, request)


@admin.register(Book, site=admin.AdminSite())
class _Property(_Admin):
    list_display = ["title", "byline"]  # grows


def property_of_the_model(request):
    visit_list(_Property, Book, request)


def _function(book):
    return book.publisher.name  # grows


@admin.register(Book, site=admin.AdminSite())
class _Function(_Admin):
    list_display = ["title", _function]


def function_in_the_list(request):
    # disagrees: reported where the class lists the function
    visit_list(_Function, Book, request)


class _Inline(admin.TabularInline):
    model = Book
    fields = ["title"]
    extra = 0


class _WithInline(_Admin):
    inlines = [_Inline]
    fields = ["name"]


def inline_of_one_row(request, author_ids):
    # disagrees: each row of an inline loads its parent for its text, but an author has no more books here with more rows
    visit_form(_WithInline, Author, request, author_ids[0])


class _Choices(_Admin):
    fields = ["stars", "book"]  # grows


def choices_of_a_form(request):
    # disagrees: the admin
    visit_form(_Choices, Review, request, 1)


class _RawChoices(_Admin):
    fields = ["stars", "book"]
    raw_id_fields = ["book"]


def choices_by_key(request):
    visit_form(_RawChoices, Review, request, 1)


def _mark(modeladmin, request, queryset):
    for book in queryset:
        book.price = 1
        book.save()  # grows


class _Action(_Admin):
    actions = [_mark]


def action(request):
    # disagrees: the admin
    _mark(_Action, request, Book.objects.all())


def _mark_all(modeladmin, request, queryset):
    queryset.update(price=1)


class _ActionAtOnce(_Admin):
    actions = [_mark_all]


def action_at_once(request):
    _mark_all(_ActionAtOnce, request, Book.objects.all())


@admin.register(Review, site=admin.AdminSite())
class _Offered(_Admin):
    list_display = ["stars"]
    fields = ["stars", "book"]  # grows


def choices_of_a_registered_form(request):
    visit_form(_Offered, Review, request, 1)


@admin.register(Review, site=admin.AdminSite())
class _OfferedInSets(_Admin):
    list_display = ["stars"]
    fieldsets = [
        ("Review", {"fields": ["stars"]}),
        ("Of", {"fields": ["book"]}),  # grows
    ]


def choices_of_a_form_in_sets(request):
    # disagrees: what the forms of one file offer is told once
    visit_form(_OfferedInSets, Review, request, 1)


@admin.register(Review, site=admin.AdminSite())
class _OfferedByKey(_Admin):
    list_display = ["stars"]
    fields = ["stars", "book"]
    raw_id_fields = ["book"]


def choices_of_a_registered_form_by_key(request):
    visit_form(_OfferedByKey, Review, request, 1)


@admin.register(Review, site=admin.AdminSite())
class _OfferedJoined(_Admin):
    list_display = ["stars"]
    fields = ["stars", "book"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "book":
            kwargs["queryset"] = Book.objects.select_related("author")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def choices_of_a_form_that_joins(request):
    visit_form(_OfferedJoined, Review, request, 1)


def _linked(name):
    def column(book):
        return str(getattr(book, name))

    column.short_description = name
    return column


@admin.register(Book, site=admin.AdminSite())
class _MadeColumns(_Admin):
    list_display = ["title", _linked("publisher")]  # grows


def column_that_a_function_makes(request):
    visit_list(_MadeColumns, Book, request)


@admin.register(Book, site=admin.AdminSite())
class _MadeColumnsJoined(_Admin):
    list_display = ["title", _linked("publisher")]
    list_select_related = ["publisher"]


def column_that_a_function_makes_joined(request):
    visit_list(_MadeColumnsJoined, Book, request)


@admin.register(Book, site=admin.AdminSite())
class _MadeColumnsOfColumns(_Admin):
    list_display = ["title", _linked("price")]


def column_that_a_function_makes_of_a_column(request):
    visit_list(_MadeColumnsOfColumns, Book, request)


@admin.register(Book, site=admin.AdminSite())
class _LambdaColumn(_Admin):
    list_display = ["title", lambda book: book.publisher.name]  # grows


def column_of_a_lambda(request):
    visit_list(_LambdaColumn, Book, request)


@admin.register(Book, site=admin.AdminSite())
class _LambdaColumnJoined(_Admin):
    list_display = ["title", lambda book: book.publisher.name]
    list_select_related = ["publisher"]


def column_of_a_lambda_joined(request):
    visit_list(_LambdaColumnJoined, Book, request)


class _ChosenColumns:
    def get_list_display(self, request):
        return ["title", "publisher_name"]

    def publisher_name(self, book):
        return book.publisher.name


@admin.register(Book, site=admin.AdminSite())
class _Choosing(_ChosenColumns, _Admin):  # grows
    pass


def columns_that_a_method_chooses(request):
    visit_list(_Choosing, Book, request)


@admin.register(Book, site=admin.AdminSite())
class _ChoosingJoined(_ChosenColumns, _Admin):
    list_select_related = ["publisher"]


def columns_that_a_method_chooses_joined(request):
    visit_list(_ChoosingJoined, Book, request)
