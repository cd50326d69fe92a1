"""Rows that are shown: what serializers, views, templates, forms and texts read of each of them."""
