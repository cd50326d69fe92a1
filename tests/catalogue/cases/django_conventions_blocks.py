"""Blocks that say what the template below them has, and what a loop shows on one turn."""

from django.shortcuts import render

from shop.models import Book


def shown_by_the_block_above(request):
    return render(request, "block_above.html", {"books": Book.objects.all()})  # grows


def shown_by_the_block_above_joined(request):
    return render(request, "block_above.html", {"books": Book.objects.select_related("author")})


def a_block_of_its_own(request):
    return render(request, "block_put_in_its_place.html", {"books": Book.objects.all()})


def on_the_first_turn(request):
    return render(request, "book_first_author.html", {"books": Book.objects.all()})


def on_all_other_turns(request):
    return render(request, "book_later_authors.html", {"books": Book.objects.all()})  # grows
