"""The small part of CPython's marshal format that a pstats file needs, and nothing else.

The standard reader trusts its input: mutated files crash the interpreter, and five bytes can claim 16 GB. This one
checks every length against the buffer, refuses every type but the ones listed, and puts only checked keys in dicts.
Format: CPython's Python/marshal.c (r_object).
"""

from __future__ import annotations

import struct
from typing import Any

MAX_DEPTH = 8
MAX_ITEMS = 5_000_000

_FLAG_REF = 0x80
_PENDING = object()
_INT = struct.Struct("<i")
_UINT = struct.Struct("<I")
_FLOAT = struct.Struct("<d")


def load(data: bytes) -> Any:
    """The object that `data` begins with: dict, tuple, str, bytes, int, float, bool, None. ValueError otherwise."""
    return _Reader(data).read(0)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.refs: list[Any] = []
        self.items = 0

    def take(self, count: int) -> bytes:
        end = self.at + count
        if count < 0 or end > len(self.data):
            raise ValueError("the file is cut off or damaged")
        piece = self.data[self.at : end]
        self.at = end
        return piece

    def length(self, *, short: bool) -> int:
        count = self.take(1)[0] if short else int(_UINT.unpack(self.take(4))[0])
        if count > len(self.data) - self.at:
            raise ValueError("a length in the file is larger than the file")
        return count

    def read(self, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise ValueError("values are nested too deeply for a pstats file")
        self.items += 1
        if self.items > MAX_ITEMS:
            raise ValueError(f"more than {MAX_ITEMS} values")
        code = self.take(1)[0]
        kind = chr(code & ~_FLAG_REF)
        if kind == "r":
            return self.reference()
        slot = -1
        if code & _FLAG_REF:
            slot = len(self.refs)
            self.refs.append(_PENDING)
        value = self.value(kind, depth)
        if slot >= 0:
            self.refs[slot] = value
        return value

    def reference(self) -> Any:
        index = _UINT.unpack(self.take(4))[0]
        if index >= len(self.refs) or self.refs[index] is _PENDING:
            raise ValueError("a reference points nowhere")
        return self.refs[index]

    def value(self, kind: str, depth: int) -> Any:
        if kind in "zZaAuts":
            return self.text(kind)
        if kind == "g":
            return _FLOAT.unpack(self.take(8))[0]
        if kind == "i":
            return _INT.unpack(self.take(4))[0]
        if kind in ")(":
            count = self.length(short=kind == ")")
            return tuple([self.read(depth + 1) for _ in range(count)])
        if kind == "{":
            return self.mapping(depth)
        if kind == "l":
            return self.long()
        if kind in "NTF":
            return {"N": None, "T": True, "F": False}[kind]
        raise ValueError(f"a value of type {kind!r} does not belong in a pstats file")

    def text(self, kind: str) -> str | bytes:
        raw = self.take(self.length(short=kind in "zZ"))
        if kind == "s":
            return raw
        if kind in "ut":
            return raw.decode("utf-8", "surrogatepass")
        return raw.decode("ascii")

    def mapping(self, depth: int) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        while True:
            if self.take(1) == b"0":
                return found
            self.at -= 1
            key = self.read(depth + 1)
            # Checked before it is hashed: shared references could make the hash of a nested tuple take for ever.
            if type(key) is not tuple or not all(type(part) in (str, int) for part in key):
                raise ValueError("a key is not the name of a function")
            found[key] = self.read(depth + 1)

    def long(self) -> int:
        digits = _INT.unpack(self.take(4))[0]
        if abs(digits) > 5:
            raise ValueError("a number is too large")
        value = 0
        for shift in range(abs(digits)):
            value |= (int.from_bytes(self.take(2), "little") & 0x7FFF) << (15 * shift)
        return value if digits >= 0 else -value
