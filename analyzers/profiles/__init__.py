"""Measured time beside estimated cost: profile files in, the time of each function of the project out.

    file -> sniff -> one reader -> Profile -> link -> Linked -> apply, summary, slice_for

Reading untrusted files happens in a child process (`read.py`, started by `lsp_server/profiling/profile_loader.py`); everything
else here is pure.
"""

from __future__ import annotations

from analyzers.profiles.apply import apply
from analyzers.profiles.flame import Flame, flame
from analyzers.profiles.formats import FORMATS, Format
from analyzers.profiles.keys import FunctionKey, Keys
from analyzers.profiles.link import Linked, Project, link, refresh
from analyzers.profiles.profile import Profile
from analyzers.profiles.show import show, show_text
from analyzers.profiles.slice import slice_for
from analyzers.profiles.sniff import sniff
from analyzers.profiles.threads import of_main_thread
from analyzers.profiles.times import CallEdge, FunctionTime, LineTime, hover, percent, summary

__all__ = [
    "FORMATS",
    "CallEdge",
    "Flame",
    "Format",
    "FunctionKey",
    "FunctionTime",
    "Keys",
    "LineTime",
    "Linked",
    "Profile",
    "Project",
    "apply",
    "flame",
    "hover",
    "link",
    "of_main_thread",
    "percent",
    "refresh",
    "show",
    "show_text",
    "slice_for",
    "sniff",
    "summary",
]
