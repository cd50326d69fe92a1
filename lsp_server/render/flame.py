"""A flame graph as one HTML page that needs nothing else: `bigo profile show FILE --flame OUT.html`."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import msgspec

from analyzers.profiles import Flame, Profile


def page(profile: Profile, graph: Flame, title: str) -> str:
    """The page. Names in a profile are untrusted text: they reach the page as data, never as markup."""
    names: dict[str, int] = {}
    places: dict[str, int] = {}
    rows = []
    for depth, start, cell in graph.rows():
        place = f"{cell.file}:{cell.line}" if cell.file and cell.line else cell.file or "built in"
        rows.append(
            (
                depth,
                round(start, 7),
                round(cell.share, 7),
                round(cell.self_share, 7),
                names.setdefault(cell.name, len(names)),
                places.setdefault(place, len(places)),
                int(cell.own),
            )
        )
    rows.sort()
    data: dict[str, Any] = {
        "title": title,
        "about": _about(profile, graph),
        "width": round(sum(cell.share for cell in graph.cells), 7),
        "names": list(names),
        "places": list(places),
        "rows": rows,
    }
    # `</script>` and `<!--` would end the data; in JSON a `<` may as well be written by its number.
    text = msgspec.json.encode(data).decode().replace("<", "\\u003c").replace("\u2028", "\\u2028")
    frame = files("lsp_server.render").joinpath("flame.html").read_text(encoding="utf-8")
    return frame.replace(">DATA<", f">{text}<", 1)


def _about(profile: Profile, graph: Flame) -> str:
    said = [f"{profile.producer}, {profile.kind}"]
    if profile.total_seconds is not None:
        said.append(f"{profile.total_seconds:.3g} s")
    if profile.samples is not None:
        said.append(f"{profile.samples} samples")
    if graph.estimated:
        said.append("estimated from the times per caller: this profile holds no stacks")
    return "; ".join(said)
