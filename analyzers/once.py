"""A property that is worked out once for each object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar, overload

_Of = TypeVar("_Of")
_Found = TypeVar("_Found")


class once(Generic[_Of, _Found]):
    """A property worked out once. The one in functools takes a lock each time up to Python 3.11, which doubles the
    time of what is asked here."""

    def __init__(self, work_out: Callable[[_Of], _Found]) -> None:
        self._work_out = work_out
        self._name = work_out.__name__
        self.__doc__ = work_out.__doc__

    @overload
    def __get__(self, of: None, owner: type) -> once[_Of, _Found]: ...
    @overload
    def __get__(self, of: _Of, owner: type) -> _Found: ...
    def __get__(self, of: _Of | None, owner: type) -> once[_Of, _Found] | _Found:
        if of is None:
            return self
        found = of.__dict__[self._name] = self._work_out(of)
        return found
