"""What an edit costs in a project of ten files, and in one of thousands.

    python benchmarks/growth.py [--files 10 5000] [--edits 40]

Made-up applications of Django, each with models, queries and views that use their neighbour's; all files but one are held as
the server holds what nobody has open. Processor milliseconds of `Engine.analyse` for edits of several kinds, in turn in
all projects, and how many files each kind makes it unpack. The kinds: `body` changes an expression in a function, `name` adds a
function, `look-up` adds a text such as `book__title`, `import` adds one, `field` adds one to a model.
"""

from __future__ import annotations

import argparse
import statistics
from time import thread_time

from analyzers import extract, languages
from analyzers.project.kept import Kept, pack
from analyzers.text import Text
from lsp_server.engine import Engine
from lsp_server.settings_table import Settings

MODELS = """from django.db import models
{further}

class Author{n}(models.Model):
    name = models.CharField(max_length=80)

    def label(self):
        return self.name.title()


class Book{n}(models.Model):
    title = models.CharField(max_length=80)
    author = models.ForeignKey(Author{n}, on_delete=models.CASCADE, related_name="books{n}")
{field}
    def by(self):
        return self.author.name
"""
QUERIES = """from app{n}.models import Author{n}, Book{n}


def books{n}(wanted):
    return Book{n}.objects.filter(author__name__in=wanted).select_related("author")


def plain{n}():
    return list(Book{n}.objects.all())
"""
VIEWS = """from app{n}.queries import books{n}, plain{n}
from app{m}.queries import plain{m}


def report{n}(request):
    lines = []
    for book in books{n}(request.GET):
        lines.append(book.author.name)
    for book in plain{n}():
        lines.append(book.by())
    return lines


def other{n}(request):
    return [book.title for book in plain{m}() if book.title in {body}]
"""
PATHS = ("models", "queries", "views")
KINDS = ("body", "name", "look-up", "import", "field")


def texts(
    number: int, neighbour: int, body: str = "[1]", further: str = "", field: str = ""
) -> dict[str, str]:
    given = {"n": number, "m": neighbour, "body": body, "further": further, "field": field}
    made = zip(PATHS, (MODELS, QUERIES, VIEWS), strict=True)
    return {f"/w/app{number}/{name}.py": text.format(**given) for name, text in made}


def engine_with(files: int) -> Engine:
    engine = Engine()
    apps = max(2, files // len(PATHS))
    learnt = []
    for number in range(apps):
        for path, text in texts(number, (number + 1) % apps).items():
            language = languages.for_path(path)
            assert language is not None
            learnt.append((path, Kept(pack(extract.facts_of(text.encode(), language)))))
    engine.learn(learnt)
    return engine


def edited(kind: str, step: int) -> tuple[str, str]:
    """A path and its text after some edits of one kind."""
    name = f"a{step}"
    path = "/w/app0/models.py" if kind == "field" else "/w/app0/views.py"
    field = f"    {name} = models.IntegerField()\n" if kind == "field" else ""
    text = texts(0, 1, body=f"[{step}]" if kind == "body" else "[1]", field=field)[path]
    added = {
        "name": f"\n\ndef {name}(rows):\n    return rows\n",
        "look-up": f'\n\nKNOWN = "books__{name}"\n',
        "import": f"\nimport json as {name}\n",
    }
    return path, text + added.get(kind, "")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, nargs="+", default=[10, 5000])
    parser.add_argument("--edits", type=int, default=40)
    args = parser.parse_args()
    engines = {files: engine_with(files) for files in args.files}
    for kind in KINDS:
        took: dict[int, list[float]] = {files: [] for files in engines}
        before = {files: engine.project.files.unpacked for files, engine in engines.items()}
        for step in range(args.edits + 2):
            path, text = edited(kind, step)
            for files, engine in engines.items():
                began = thread_time()
                engine.analyse(path, Text(text.encode()), "python", Settings())
                if step > 1:  # the first ones make what all others stand on
                    took[files].append(1000 * (thread_time() - began))
                elif step == 1:
                    before[files] = engine.project.files.unpacked
        said = [f"{kind:8}"]
        for files, engine in engines.items():
            unpacked = engine.project.files.unpacked - before[files]
            said.append(f"{files} files: {statistics.median(took[files]):.2f} ms, {unpacked} unpacked")
        print("; ".join(said))


if __name__ == "__main__":
    main()
