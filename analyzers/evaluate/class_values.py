"""Classes as values, and which of them are enumerations."""

from __future__ import annotations

from analyzers.costs import ONE
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.types import Value

ENUMERATIONS = frozenset(
    """enum.Enum enum.IntEnum enum.StrEnum enum.Flag enum.IntFlag django.db.models.TextChoices
    django.db.models.IntegerChoices django.db.models.Choices strenum.StrEnum""".split()  # noqa: SIM905
)
"""Classes whose members are written out in their bodies. Sources: https://docs.python.org/3/library/enum.html,
https://docs.djangoproject.com/en/5.2/ref/models/fields/#enumeration-types"""

OF_MEMBERS = ("value", "name", "label", "_value_", "_name_")
"""What a member of an enumeration is made of."""


def is_enumeration(project: Project, path: str, qualname: str) -> bool:
    """True for a class that is derived from an enumeration."""

    def find() -> bool:
        above = names.lineage(project, path, qualname)[1:]
        return any(base.kind == "external" and base.dotted in ENUMERATIONS for base in above)

    return project.memo.ask(("enumeration", path, qualname), find, in_cycle=False)


def class_itself(project: Project, path: str, qualname: str) -> Value:
    """A class as a value. Iterated, it gives as many members as are written in its body."""
    member = None
    if is_enumeration(project, path, qualname):
        member = Value("instance", ref=(path, qualname), size=ONE, evidence=f"a member of {qualname}")
    return Value("class", ref=(path, qualname), size=ONE, of=member, frozen=True)
