"""Ticks of V8 as `node --prof-process --preprocess isolate*.log` writes them, also in the folders of 0x.

Format: lib/internal/v8_prof_processor.js and deps/v8/tools/profview. `code` holds names, `ticks` stacks as pairs of
code and offset, the leaf first; negative code is an address without a name. The sources in `scripts` are not read.
"""

from __future__ import annotations

from msgspec import Struct

from analyzers.profiles.frames import Frames, Tree
from analyzers.profiles.profile import Profile
from analyzers.profiles.readers.decoding import decode, seconds
from analyzers.profiles.readers.prof_process import frame_of
from analyzers.profiles.stretches import Stretches

_GARBAGE, _IDLE = 1, 6
_MAX_TICKS = 10_000_000


class _Code(Struct):
    name: str = ""
    type: str = ""
    kind: str | None = None


class _Tick(Struct):
    tm: float = 0.0
    vm: int = 0
    s: list[float] = []


class _Ticks(Struct):
    code: list[_Code]
    ticks: list[_Tick]


def read(data: bytes) -> Profile:
    """The profile in the JSON; ValueError says what is wrong with it."""
    raw = decode(data, _Ticks, "file of V8 ticks")
    if len(raw.ticks) > _MAX_TICKS:
        raise ValueError(f"more than {_MAX_TICKS} ticks")
    frames, tree, stretches = Frames(), Tree(), Stretches()
    known: dict[int, int] = {}
    start = raw.ticks[0].tm if raw.ticks else 0.0
    now = 0.0
    for tick, after in zip(raw.ticks, [*raw.ticks[1:], None], strict=False):
        lasts = seconds(after.tm - tick.tm, 1e-6) if after is not None else 0.0
        now = max(now, seconds(tick.tm - start, 1e-6))
        if tick.vm == _IDLE:
            stretches.at((), now)
            continue
        stack = [_frame(int(code), raw.code, frames, known) for code in reversed(tick.s[::2])]
        tree.add(stack or [frames.of("(program)", "", 0)], lasts)
        if tick.vm != _GARBAGE:
            stretches.at(frozenset(stack), now)
    stretches.close(now)
    return tree.profile("v8-preprocess", "V8", frames, longest=stretches.sorted())


def _frame(code: int, codes: list[_Code], frames: Frames, known: dict[int, int]) -> int:
    if code not in known:
        one = codes[code] if 0 <= code < len(codes) else None
        if one is None:
            known[code] = frames.of("(unknown)", "", 0)
        elif one.type == "JS" and one.kind not in ("Builtin", "BytecodeHandler", "RegExp"):
            known[code] = frame_of(frames, f"JS: {one.name}")
        else:
            known[code] = frames.of(one.name, "", 0)
    return known[code]
