"""What is known of frameworks: `frameworks.toml` in its shape."""

from __future__ import annotations

import sys
from functools import lru_cache
from importlib import resources

import msgspec
from msgspec import Struct

from analyzers.orm.tables import Names, Words

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


class Frameworks(Struct, frozen=True, forbid_unknown_fields=True):
    """frameworks.toml, one attribute a table."""

    serializer: Names
    list_view: Names
    detail_view: Names
    generic_view: Names
    row_maker: Names
    other_admin: Names
    settings_page: Names
    request_method: Names
    request_decorator: Names
    field: Words
    admin: Names
    inline: Names
    rows_page: Names
    filter_set: Names
    filter_schema: Names
    row_page: Names
    page: Names
    view: Names
    renders: Words
    contexts: Words
    injected: Names
    proxies: Names
    schema: Names
    schema_method: Names
    dump_schema: Names
    dump_kit: Names
    marshal_kit: Names
    marshal_decorator: Names
    dump_method: Names
    form: Names
    choice_field: Names
    form_factory: Words
    resource: Names
    search_index: Names
    document: Names
    table: Names
    table_view: Names
    feed: Names
    feed_item: Names
    sitemap: Names
    sitemap_item: Names
    graphql_type: Names
    graphql_model_type: Names
    graphql_decorator: Names
    graphql_model_decorator: Names
    graphql_optimizer: Names
    graphql_field: Names
    graphql_list: Names
    graphql_connection: Names
    graphql_page: Names
    graphql_loading: Names
    graphql_lists: Names
    graphql_hint: Names
    graphql_single: Names
    graphql_rows: Names
    graphql_filtered: Names
    ariadne_type: Names
    ariadne_query: Names
    script_resolver: Names
    script_types: Names
    shown_page: Names
    shown_block: Names
    view_action: Names
    method: Words
    paginator: Names
    rows_paginator: Names
    page_method: Words
    loading: Names
    harmless: Names
    elsewhere: Words
    whole_rows: Words
    wrappers: Names
    request_objects: Names
    query_helpers: Names


@lru_cache(maxsize=1)
def frameworks() -> Frameworks:
    """The table, read once. Raises ValueError where it does not fit its shape."""
    text = resources.files("analyzers.conventions").joinpath("frameworks.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Frameworks)
