"""A template's pieces to statements, block by block."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from analyzers import facts as f
from analyzers.templates.pieces import Piece, Word, pieces, words
from analyzers.templates.values import Reader

KIND = "template"
"""The `kind` of the functions that templates are."""

TEMPLATE = "<template>"
"""The qualname of a template in its file."""

FILLED = "<blocks>"
"""The parameter that holds the names of the blocks which the template that extends this one fills in."""

_BODIES = {
    "for": "endfor", "if": "endif", "with": "endwith", "block": "endblock", "ifchanged": "endifchanged",
    "ifequal": "endifequal", "ifnotequal": "endifnotequal", "spaceless": "endspaceless", "autoescape": "endautoescape",
    "filter": "endfilter", "cache": "endcache", "call": "endcall", "macro": "endmacro", "trans": "endtrans",
    "blocktrans": "endblocktrans", "blocktranslate": "endblocktranslate", "set": "endset",
}  # fmt: skip
_SILENT = frozenset(("load", "csrf_token", "now", "lorem", "static", "trans", "translate", "debug"))
_BRANCHES = frozenset(("else", "elif", "empty", "elseif", "plural"))


_MACRO = re.compile(r"\s*(\w+)\s*\((.*)\)\s*$", re.DOTALL)


def macro_name(name: str) -> str:
    """The qualname of a macro in its template's file."""
    return f"<macro {name}>"


def block_name(name: str) -> str:
    """The qualname of a block in its template's file."""
    return f"<block {name}>"


def facts_of(source: bytes) -> f.FileFacts:
    """The facts of a template: its own function, and one for each block."""
    lowering = _Lowering(list(pieces(source)), len(source))
    body, free = lowering.whole()
    functions = [_function("<module>", "module", len(source), (), ())]
    functions.append(_function(TEMPLATE, KIND, len(source), body, sorted(free)))
    for name, (statements, names) in lowering.blocks.items():
        functions.append(_function(block_name(name), KIND, len(source), statements, sorted(names)))
    for name, (statements, params) in lowering.macros.items():
        functions.append(_function(macro_name(name), KIND, len(source), statements, params))
    return f.FileFacts("python", tuple(functions), (), (), (), (), False)


def _function(name: str, kind: str, end: int, body: tuple[f.Stmt, ...], free: Iterable[str]) -> f.Function:
    return f.Function(
        name=name,
        qualname=name,
        kind=kind,
        start=0,
        end=end,
        def_at=0,
        name_at=0,
        name_to=0,
        body_at=0,
        params=tuple(f.Param(0, 0, one) for one in ((*free, FILLED) if kind == KIND else free)),
        returns=None,
        decorators=(),
        body=body,
    )


class _Lowering:
    def __init__(self, found: list[Piece], end: int) -> None:
        self.pieces, self.end = found, end
        self.position = 0
        self.blocks: dict[str, tuple[tuple[f.Stmt, ...], set[str]]] = {}
        self.macros: dict[str, tuple[tuple[f.Stmt, ...], list[str]]] = {}
        self.modules: dict[str, str] = {}  # what an imported template is called here -> its name
        self.imports: list[f.Stmt] = []
        self.free: set[str] = set()
        self.block = ""  # the block that is being read
        self.open: list[str] = []  # the ends of the tags that are being read

    def whole(self) -> tuple[tuple[f.Stmt, ...], set[str]]:
        body: list[f.Stmt] = []
        while self.position < len(self.pieces):
            body += self._body(frozenset())
            self.position += 1  # an end without a beginning
        bound = [*self.imports, *self._members()]
        self.free -= {
            t.id for a in bound if isinstance(a, f.Assign) for t in a.targets if isinstance(t, f.Name)
        }
        return (*bound, *body), self.free - self.modules.keys()

    def _members(self) -> Iterator[f.Stmt]:
        """The macros that are read of an imported template: `forms.field` is one name."""
        for name in sorted(self.free):
            module, dot, macro = name.partition(".")
            if dot and module in self.modules:
                yield _bind(0, 0, name, self.modules[module], macro)

    def _body(self, ends: frozenset[str]) -> list[f.Stmt]:
        """The statements up to one of the tags `ends`, which is left to be read."""
        body: list[f.Stmt] = []
        while self.position < len(self.pieces):
            piece = self.pieces[self.position]
            found = words(piece)
            if piece.kind == "print" and self.block and piece.text.split() == [b"block.super"]:
                to = piece.at + len(piece.text)
                body.append(_do(piece.at, to, "<super>", f.Const(piece.at, to, "str", self.block)))
            elif piece.kind == "print":
                body += [_text(value) for value in self._values(piece.text, piece.at)]
            elif found:
                name = found[0].text
                if name in ends or name in self.open:
                    return body
                self.position += 1
                if not name.startswith("end"):  # The end of a tag that is not known ends nothing.
                    self.open.append(_BODIES.get(name, ""))
                    body += self._tag(name, found, piece)
                    self.open.pop()
                continue
            self.position += 1
        return body

    def _values(self, text: bytes, at: int) -> list[f.Expr]:
        return self._reader(text.decode("utf-8", "replace"), at).everything()

    def _reader(self, text: str, at: int) -> Reader:
        return Reader(text, at, self.free.add, self.modules)

    def _given(self, word: Word) -> f.Expr | None:
        found = self._reader(word.text, word.at)
        return found.value() if found.more else None

    # ------------------------------------------------------------------------------------------------ tags

    def _tag(self, name: str, found: list[Word], piece: Piece) -> list[f.Stmt]:
        at, to = piece.at, piece.at + len(piece.text)
        rest = b" " * len(name.encode()) + piece.text.lstrip()[len(name.encode()) :]
        rest_at = piece.at + len(piece.text) - len(piece.text.lstrip())
        if name == "for":
            return self._for(found, at, to)
        if name == "if":
            return self._if(rest, rest_at, to)
        if name in ("with", "set"):
            return self._with(name, found, rest, rest_at, at, to)
        if name == "block" and len(found) > 1:
            return self._block(found[1].text, at, to)
        if name in ("include", "extends"):
            return self._other(name, found, at, to)
        if name == "macro":
            return self._macro(rest.decode("utf-8", "replace"), at, to)
        if name in ("from", "import"):
            self._import(name, found, at, to)
            return []
        if name == "regroup":
            return self._regroup(found, at, to)
        if name in _BODIES and not (name == "trans" and len(found) > 1):
            head: list[f.Stmt] = [f.Do(at, to, value) for value in self._values(rest, rest_at)]
            return head + self._inside(name)
        if name in _SILENT:
            return []
        return self._call(name, found, at, to)

    def _inside(self, name: str) -> list[f.Stmt]:
        """The body of a tag with an end, and the bodies of its further branches."""
        body = self._body(_BRANCHES)
        while self.position < len(self.pieces):
            found = words(self.pieces[self.position])
            self.position += 1
            if not found or found[0].text not in _BRANCHES:
                break
            body += self._body(_BRANCHES)
        return body

    def _for(self, found: list[Word], at: int, to: int) -> list[f.Stmt]:
        texts = [word.text for word in found]
        if "in" not in texts:
            return self._inside("for")
        place = texts.index("in")
        over_words = found[place + 1 :]
        targets = [part for word in found[1:place] for part in _split(word)]
        text = " ".join(word.text for word in over_words)
        over = self._reader(text, over_words[0].at if over_words else to)
        known = set(self.free)
        iter = over.value() if over.more else f.Opaque(at, to)
        rest: list[f.Stmt] = [f.Do(at, to, value) for value in over.everything()]
        before = known | self.free
        body = self._body(_BRANCHES)
        otherwise: list[f.Stmt] = []
        while self.position < len(self.pieces):
            ends = words(self.pieces[self.position])
            self.position += 1
            if not ends or ends[0].text not in _BRANCHES:
                break
            otherwise += self._body(_BRANCHES)
        bound = {name for name, _, _ in targets} | {"forloop", "loop"}
        self.free -= bound - before
        names = tuple(f.Name(start, stop, name) for name, start, stop in targets)
        target: f.Expr = names[0] if len(names) == 1 else f.Collection(at, to, "tuple", names)
        return [f.For(at, to, target, iter, (*rest, *body), (), head_to=to), *otherwise]

    def _if(self, rest: bytes, rest_at: int, to: int) -> list[f.Stmt]:
        text = rest.decode("utf-8", "replace")
        test = self._reader(text, rest_at).condition()
        if _ONE_TURN.match(text):
            test = f.Call(rest_at, to, f.Name(rest_at, to, "<once>"), ())
        body = tuple(self._body(_BRANCHES))
        otherwise: list[f.Stmt] = []
        if self.position < len(self.pieces):
            piece = self.pieces[self.position]
            found = words(piece)
            self.position += 1
            name = found[0].text if found else ""
            if name in ("elif", "elseif"):
                start = piece.at + len(piece.text) - len(piece.text.lstrip())
                inner = b" " * len(name) + piece.text.lstrip()[len(name) :]
                otherwise = self._if(inner, start, piece.at + len(piece.text))
            elif name == "else":
                otherwise = self._body(_BRANCHES)
                self.position += 1
        return [f.If(rest_at, to, test or f.Logic(rest_at, to, "and", ()), body, tuple(otherwise))]

    def _with(
        self, name: str, found: list[Word], rest: bytes, rest_at: int, at: int, to: int
    ) -> list[f.Stmt]:
        texts = [word.text for word in found]
        assigns: list[f.Stmt] = []
        if "as" in texts and len(found) > texts.index("as") + 1:  # {% with value as name %}
            value, last = self._given(found[1]), found[texts.index("as") + 1]
            if value is not None:
                assigns.append(f.Assign(at, to, (f.Name(last.at, last.to, last.text),), value))
        elif name == "set":
            if "=" not in rest.decode("utf-8", "replace"):
                return self._inside("set")
            left, _, right = rest.decode("utf-8", "replace").partition("=")
            reader = self._reader(right, rest_at + len(left.encode()) + 1)
            values = reader.everything()
            if values:
                assigns.append(f.Assign(at, to, (f.Name(at, to, left.strip()),), values[0]))
        else:
            for word in found[1:]:
                left, sign, right = word.text.partition("=")
                value = self._given(Word(right, word.at + len(left.encode()) + 1)) if sign else None
                if value is not None:
                    assigns.append(f.Assign(at, to, (f.Name(word.at, word.to, left.strip(",")),), value))
        if name == "set":
            return assigns
        before = set(self.free)
        body = self._inside("with")
        bound = {t.id for a in assigns if isinstance(a, f.Assign) for t in a.targets if isinstance(t, f.Name)}
        self.free -= bound - before
        return [*assigns, *body]

    def _block(self, name: str, at: int, to: int) -> list[f.Stmt]:
        outer, self.free = self.free, set()
        around, self.block = self.block, name
        body = tuple(self._inside("block"))
        self.block = around
        self.blocks[name] = (body, self.free)
        self.free = outer | self.free
        return [_do(at, to, "<block>", f.Const(at, to, "str", name))]

    def _macro(self, text: str, at: int, to: int) -> list[f.Stmt]:
        """`{% macro field(book, size=3) %}`: a function of the template."""
        header = _MACRO.match(text)
        outer, self.free = self.free, set()
        body = tuple(self._inside("macro"))
        self.free = outer | {name for name in self.free if "." in name}
        if header is not None:
            params = [part.partition("=")[0].strip() for part in header[2].split(",")]
            self.macros[header[1]] = body, [name for name in params if name.isidentifier()]
            self.imports.append(_bind(at, to, header[1], "", header[1]))
        return []

    def _import(self, name: str, found: list[Word], at: int, to: int) -> None:
        """`{% from "forms.html" import field as f %}`, `{% import "forms.html" as forms %}`."""
        texts = [word.text.strip(",") for word in found]
        if len(texts) < 4 or texts[1][:1] not in "\"'":
            return
        template = texts[1].strip("\"'")
        if name == "import":
            self.modules[texts[3]] = template
            return
        parts = " ".join(word.text for word in found[3:]).split(" with context")[0]
        for part in parts.split(","):
            macro, _, alias = part.strip().partition(" as ")
            if macro.isidentifier():
                self.imports.append(_bind(at, to, alias.strip() or macro, template, macro))

    def _regroup(self, found: list[Word], at: int, to: int) -> list[f.Stmt]:
        """`{% regroup books by author.name as groups %}` reads the key of each row."""
        texts = [word.text for word in found]
        if len(texts) != 6 or texts[2] != "by" or texts[4] != "as":
            return []
        rows = self._given(found[1])
        if rows is None:
            return []
        key: f.Expr = f.Name(found[3].at, found[3].to, "<row>")
        for part in texts[3].split("|")[0].split("."):
            key = f.Attr(found[3].at, found[3].to, key, part, found[3].at)
        target = f.Name(found[5].at, found[5].to, texts[5])
        call = f.Call(at, to, f.Name(at, to, "<groups>"), (rows,))
        each = f.For(at, to, f.Name(at, to, "<row>"), rows, (f.Do(at, to, key),), head_to=to)
        return [each, f.Assign(at, to, (target,), call)]

    def _other(self, name: str, found: list[Word], at: int, to: int) -> list[f.Stmt]:
        named = self._given(found[1]) if len(found) > 1 else None
        if named is None or (name == "extends" and not isinstance(named, f.Const)):
            return []
        given = [named]
        keywords = []
        for word in found[2:]:
            left, sign, right = word.text.partition("=")
            value = self._given(Word(right, word.at + len(left.encode()) + 1)) if sign else None
            if value is not None:
                keywords.append(f.Keyword(word.at, word.to, left, value))
        if found[-1].text == "only":
            name = "only"
        call = f.Call(at, to, f.Name(at, to, f"<{name}>"), tuple(given), tuple(keywords))
        return [f.Do(at, to, call)]

    def _call(self, name: str, found: list[Word], at: int, to: int) -> list[f.Stmt]:
        """Any other tag: its arguments are read, and one of the project is run."""
        texts = [word.text for word in found]
        kept = found[-1] if len(texts) > 2 and texts[-2] == "as" else None
        args: list[f.Expr] = [f.Const(at, to, "str", name)]
        keywords: list[f.Keyword] = []
        for word in found[1 : len(found) - 2 if kept is not None else len(found)]:
            left, sign, right = word.text.partition("=")
            if sign and left.isidentifier():
                value = self._given(Word(right, word.at + len(left.encode()) + 1))
                if value is not None:
                    keywords.append(f.Keyword(word.at, word.to, left, value))
            elif (value := self._given(word)) is not None:
                args.append(value)
        call = f.Call(at, to, f.Name(at, to, "<tag>"), tuple(args), tuple(keywords))
        if kept is not None:
            return [f.Assign(at, to, (f.Name(kept.at, kept.to, kept.text),), call)]
        return [f.Do(at, to, call)]


_ONE_TURN = re.compile(r"\s*(?:for)?loop\.(?:(?:first|last)|counter\s*==\s*1|counter0\s*==\s*0)\s*$")
"""A test that holds on one turn of the loop. Source: https://docs.djangoproject.com/en/5.2/ref/templates/builtins/#for"""


def _split(word: Word) -> list[tuple[str, int, int]]:
    """`key,value` and `key, value` are two names."""
    out, at = [], word.at
    for part in word.text.split(","):
        name = part.strip("()")
        if name:
            out.append((name, at, at + len(part.encode())))
        at += len(part.encode()) + 1
    return out


def _bind(at: int, to: int, name: str, template: str, macro: str) -> f.Assign:
    """A name for a macro, of this template or of another."""
    given = (f.Const(at, to, "str", template), f.Const(at, to, "str", macro))
    return f.Assign(at, to, (f.Name(at, to, name),), f.Call(at, to, f.Name(at, to, "<macro>"), given))


def _do(at: int, to: int, name: str, *given: f.Expr) -> f.Do:
    return f.Do(at, to, f.Call(at, to, f.Name(at, to, name), given))


def _text(value: f.Expr) -> f.Do:
    return f.Do(
        value.at, value.to, f.Call(value.at, value.to, f.Name(value.at, value.to, "<text>"), (value,))
    )
