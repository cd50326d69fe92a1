"""The addresses that admin pages link to."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from shop.models import Author, Book, Review

for model in (Author, Book, Review):
    admin.site.register(model)

urlpatterns = [path("admin/", admin.site.urls)]
