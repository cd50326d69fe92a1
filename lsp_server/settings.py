"""What a person has set: one frozen value, read from four places.

    bigo.analysis.minSeverity            in an editor's settings
    [tool.bigo.analysis] min-severity    in pyproject.toml, or [analysis] in the user's own bigo.toml
    settings.analysis.min_severity       in the code

A later place wins: defaults (`settings_table.py`), the user's file, pyproject.toml, the editor. Two things a workspace
cannot do, because a person may not have read it: spend more (the budgets, the confirmation), and take back what must
never be sent. The API key and the address it is sent to are no settings at all; both come from the environment only.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints

import msgspec

from lsp_server.places import config_dir
from lsp_server.settings_table import Row, Settings, camel, kebab, rows

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["Row", "Settings", "load", "rows", "unknown_names", "user_file"]

# Of the extension, not of the server: they say how the server is found and started.
EXTENSION_ONLY = frozenset(
    {"path", "interpreter", "importStrategy", "trace", "args", "env", "showNotifications"}
)
_GUARDED = frozenset(
    {"budget_per_day", "budget_per_request", "confirm", "prewarm", "open_telemetry", "cache_url"}
)
_OFF_IS_CAREFUL = frozenset(
    {"prewarm", "open_telemetry"}
)  # of the switches among them; on is careful for the others
_ENVIRONMENT_ONLY = {"apikey", "baseurl", "endpoint", "authtoken", "token", "url"}

Values = dict[tuple[str, str], Any]


def load(root: Path | None, client: Mapping[str, Any] | None = None) -> tuple[Settings, list[str]]:
    """The settings for the workspace folder `root` under an editor's settings, and what was wrong with them.

    `client` is the value of the section `bigo`: nested, or flat with dotted keys, with or without the leading
    `bigo`. A wrong value is one line in the list that names the key, the value and what is taken instead; the value
    of the place before stays. Never raises.
    """
    problems: list[str] = []
    values: Values = {(row.section, row.name): row.default for row in rows()}
    _apply(values, _user_file(problems), _Place("bigo.toml", kebab, trusted=True), problems)
    if root is not None:
        _apply(
            values, _project_file(root, problems), _Place("pyproject.toml", kebab, trusted=False), problems
        )
    _apply(values, _unwrap(client), _Place("settings", camel, trusted=True), problems)
    # A line each, whatever a key or value holds.
    return _build(values), [" ".join(problem.split()) for problem in problems]


def initial(options: Any) -> Mapping[str, Any]:
    """The settings in initialization options: `{"settings": {...}}`, or the settings themselves."""
    if not isinstance(options, Mapping):
        return {}
    if "settings" in options:
        return as_mapping(options["settings"])
    return {key: value for key, value in options.items() if key not in ("trusted", "opens")}


def as_mapping(value: Any) -> Mapping[str, Any]:
    """A section of settings; an empty one for what is none."""
    return value if isinstance(value, Mapping) else {}


def unknown_names(settings: Settings) -> list[str]:
    """A line for every rule and language the settings name that does not exist. Loads the rules if one is named."""
    from analyzers import languages

    if not (settings.analysis.select or settings.analysis.ignore or settings.analysis.languages):
        return []
    from analyzers import rules

    known_rules = {rule.name for rule in rules.all_rules()}
    known_languages = {language.name for language in languages.LANGUAGES}
    wrong = []
    for key, names, known in (
        ("select", settings.analysis.select, known_rules),
        ("ignore", settings.analysis.ignore, known_rules),
        ("languages", settings.analysis.languages, known_languages),
    ):
        wrong += [f"bigo.analysis.{key}: there is no {n!r}{_hint(n, known)}" for n in names if n not in known]
    return wrong


class _Place(NamedTuple):
    """Where values stand, and how names are spelled there. An untrusted place may not spend or disclose more."""

    label: str
    spell: Callable[[str], str]
    trusted: bool

    def name(self, section: str, name: str = "") -> str:
        if self.spell is camel:
            return ".".join(filter(None, ("bigo", camel(section), camel(name))))
        prefix = "" if self.trusted else "tool.bigo."
        return f"{self.label} [{prefix}{kebab(section)}] {kebab(name)}".rstrip()


def _apply(values: Values, given: Mapping[str, Any], place: _Place, problems: list[str]) -> None:
    """Put the valid ones of `given`, a mapping of section to mapping, into `values`."""
    sections = {place.spell(section): section for section, _ in values}
    for key, content in given.items():
        section = sections.get(key)
        if section is None:
            if not (place.spell is camel and key in EXTENSION_ONLY):
                problems.append(f"{place.name(key)}: there is no such section{_hint(key, sections)}")
        elif not isinstance(content, Mapping):
            problems.append(f"{place.name(section)}: {content!r} is not a table of settings; it is ignored")
        else:
            _apply_section(values, section, content, place, problems)


def _apply_section(
    values: Values, section: str, given: Mapping[str, Any], place: _Place, problems: list[str]
) -> None:
    known = {place.spell(row.name): row for row in rows() if row.section == section}
    for key, value in given.items():
        row = known.get(key)
        if row is None:
            problems.append(f"{place.name(section, key)}: {_no_such(key, known)}")
            continue
        try:
            good = msgspec.convert(value, row.type)
        except msgspec.ValidationError:
            kept = values[section, row.name]
            problems.append(
                f"{place.name(section, row.name)}: {_shown(value)} is not {row.takes}; {_shown(kept)} is used"
            )
            continue
        values[section, row.name] = _merged(row, values[section, row.name], good, place, problems)


def _merged(row: Row, old: Any, new: Any, place: _Place, problems: list[str]) -> Any:
    """The value after `place` said `new`: see the two limits in the module's docstring."""
    if row.name == "never_send":
        return tuple(dict.fromkeys((*old, *new)))
    if place.trusted or row.name not in _GUARDED or not _loosens(row.name, old, new):
        return new
    problems.append(
        f"{place.name(row.section, row.name)}: a workspace cannot loosen this; {_shown(old)} is used. "
        f"Set it in your editor's own settings or in {user_file()}"
    )
    return old


def _loosens(name: str, old: bool | float | str, new: bool | float | str) -> bool:
    """Whether `new` lets more happen: no confirmation, requests before a click, answers or metrics sent elsewhere, or a
    higher limit, of which 0 is the highest."""
    if isinstance(old, str) or isinstance(new, str):
        return bool(new) and new != old
    if isinstance(old, bool):
        return bool(new and not old) if name in _OFF_IS_CAREFUL else bool(old and not new)
    return new != old and old != 0 and (new == 0 or new > old)


def _build(values: Values) -> Settings:
    parts = {
        section: struct(**{name: value for (of, name), value in values.items() if of == section})
        for section, struct in get_type_hints(Settings).items()
    }
    return Settings(**parts)


def _no_such(key: str, known: Mapping[str, Row]) -> str:
    if key.replace("-", "").replace("_", "").lower() in _ENVIRONMENT_ONLY:
        return (
            "ignored: the key and the address it is sent to come from the environment only "
            "(ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL)"
        )
    return f"there is no such setting{_hint(key, known)}"


def _hint(wrong: str, known: Any) -> str:
    # The same word in the other spelling is nearer than any distance says.
    bare = {name.replace("-", "").lower(): name for name in known}
    same = bare.get(wrong.replace("-", "").replace("_", "").lower())
    near = [same] if same else difflib.get_close_matches(wrong, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(sorted(known))}"


def _shown(value: Any) -> str:
    text = repr(list(value) if isinstance(value, tuple) else value)
    return text if len(text) <= 80 else text[:77] + "..."


def _unwrap(client: Any) -> dict[str, Any]:
    """Section -> settings, from whichever shape an editor sends."""
    if not isinstance(client, Mapping):
        return {}
    nested: dict[str, Any] = {}
    for key, value in client.items():
        path = str(key).split(".")
        if path[0] == "bigo":
            path = path[1:]
            if not path:
                nested.update(_unwrap(value))
                continue
        head, rest = path[0], path[1:]
        if not rest:
            if isinstance(value, Mapping) and isinstance(nested.get(head), dict):
                nested[head].update(value)
            else:
                nested[head] = dict(value) if isinstance(value, Mapping) else value
        elif isinstance(nested.setdefault(head, {}), dict):
            nested[head][".".join(rest)] = value
    # An editor that sends its whole schema has null for what nobody set.
    return {
        key: {k: v for k, v in value.items() if v is not None} if isinstance(value, dict) else value
        for key, value in nested.items()
        if value is not None
    }


def user_file() -> Path:
    """The user's own settings: `bigo.toml` in the platform's configuration folder."""
    return config_dir() / "bigo.toml"


def _user_file(problems: list[str]) -> Mapping[str, Any]:
    return _read_toml(user_file(), problems)


def _project_file(root: Path, problems: list[str]) -> Mapping[str, Any]:
    tool = _read_toml(root / "pyproject.toml", problems).get("tool", {})
    ours = tool.get("bigo", {}) if isinstance(tool, Mapping) else {}
    if not isinstance(ours, Mapping):
        problems.append(f"pyproject.toml [tool] bigo: {ours!r} is not a table; it is ignored")
        return {}
    return ours


def _read_toml(path: Path, problems: list[str]) -> Mapping[str, Any]:
    text = ""
    try:
        text = path.read_bytes().decode("utf-8")
        parsed: Mapping[str, Any] = tomllib.loads(text)
        return parsed
    except FileNotFoundError:
        return {}
    except OSError as error:
        problems.append(f"{path.name}: cannot be read ({error.strerror}); its settings are not used")
    except UnicodeDecodeError as error:
        problems.append(f"{path.name}: not UTF-8 at byte {error.start}; its settings are not used")
    except tomllib.TOMLDecodeError as error:
        # Only an error before the end has its line in the message.
        where = str(error).replace("at end of document", f"at line {len(text.splitlines())}, the end")
        problems.append(f"{path.name}: not valid TOML: {where}; its settings are not used")
    return {}
