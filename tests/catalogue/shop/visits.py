"""How the cases of conventions are run: what a browser or a client would ask for."""

from __future__ import annotations

from django.contrib import admin
from django.template.loader import render_to_string


def visit(view, request, **parts):
    """Ask a class-based view, and render its answer."""
    response = view.as_view()(request, **parts)
    return response.render() if getattr(response, "template_name", None) else response


def visit_list(admin_class, model, request):
    """Open the list page of an admin."""
    return admin_class(model, admin.site).changelist_view(request).render()


def visit_form(admin_class, model, request, pk):
    """Open the page of one row in an admin."""
    return admin_class(model, admin.site).changeform_view(request, str(pk)).render()


def show(template, **context):
    """Render a template."""
    return render_to_string(template, context)
