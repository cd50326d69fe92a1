"""Reference pages, made from the tables they describe: rules and settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from lsp_server.settings_table import Row, describe_section, kebab, rows

if TYPE_CHECKING:
    from analyzers.rules.base import Example, Rule


def rule(one: Rule) -> str:
    """The page of a rule in Markdown; `bigo explain` and `docs/rules/` show the same."""
    lines = [
        f"# {one.name}",
        "",
        one.summary,
        "",
        f"Severity: {one.severity.label}, where nothing says otherwise.",
    ]
    lines += ["", "## Why", "", one.why.strip(), ""]
    if one.fix:
        lines += ["## Fix", "", _sentence(one.fix), ""]
    for heading, examples in (("Found", one.bad), ("Not found", one.good)):
        lines += [f"## {heading}", ""]
        if heading == "Found":
            lines += ["On the marked lines.", ""]
        for example in examples:
            lines += [
                f"{example.title[:1].upper()}{example.title[1:]}:",
                "",
                f"```{example.language}",
                example.code.strip("\n"),
                "```",
                "",
            ]
    lines += [
        "## Leave it out",
        "",
        f"`# bigo: ignore[{one.name}]` (`//` in JavaScript) on the line or on the function, `--ignore {one.name}`, or,",
        "for a project, in `pyproject.toml`:",
        "",
        "```toml",
        "[tool.bigo.analysis]",
        f'ignore = ["{one.name}"]',
        "```",
        "",
    ]
    return "\n".join(lines)


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:].rstrip(".") + "." if text else ""


def rule_list() -> str:
    """The page that lists the rules, in Markdown."""
    from analyzers import rules

    lines = ["# Rules", "", "| rule | severity | what is seen |", "|---|---|---|"]
    lines += [f"| [{r.name}]({r.name}.md) | {r.severity.label} | {r.summary} |" for r in rules.all_rules()]
    return "\n".join([*lines, ""])


def rule_row(one: Rule) -> dict[str, Any]:
    """The rule as `bigo rules --format json` lists it."""
    return {
        "name": one.name,
        "summary": one.summary,
        "why": one.why.strip(),
        "fix": one.fix.strip(),
        "severity": one.severity.label,
        "href": one.href,
        "bad": [_example_row(example) for example in one.bad],
        "good": [_example_row(example) for example in one.good],
    }


def _example_row(example: Example) -> dict[str, str]:
    return {"title": example.title, "language": example.language, "code": example.code}


def settings() -> str:
    """The page of all settings in Markdown."""
    lines = [
        "# Settings",
        "",
        "Every setting has one name and two spellings: `bigo.analysis.minSeverity` in an editor is `min-severity` under",
        "`[tool.bigo.analysis]` in `pyproject.toml`, or under `[analysis]` in your own `bigo.toml` (`bigo doctor` says",
        "where that is). The editor wins over `pyproject.toml`, that over your own file, that over the default. A wrong",
        "value is reported and changes nothing.",
        "",
        "The API key and the address it is sent to are no settings: they come from the environment only",
        "(`ANTHROPIC_API_KEY`, `ANTHROPIC_BASE_URL`), so that no workspace can redirect them.",
    ]
    section = ""
    for row in rows():
        if row.section != section:
            section = row.section
            lines += ["", f"## {kebab(section)}", "", describe_section(section), ""]
            lines += ["| editor | pyproject.toml | takes | default | |", "|---|---|---|---|---|"]
        lines.append(
            f"| `{row.client_key}` | `{row.toml_key}` | {row.takes} | {_default(row)} | {row.schema['description']} |"
        )
    return "\n".join([*lines, ""])


def _default(row: Row) -> str:
    if isinstance(row.default, tuple) and len(row.default) > 3:
        return "<br>".join(f"`{item}`" for item in row.default)
    return f"`{literal(row.default)}`"


def vscode_configuration() -> dict[str, Any]:
    """The server's part of `contributes.configuration.properties` in the extension's package.json."""
    return {
        row.client_key: {
            **{name: value for name, value in row.schema.items() if name != "description"},
            "default": msgspec.to_builtins(row.default),
            "markdownDescription": row.schema["description"],
            "scope": row.scope,
        }
        for row in rows()
    }


def literal(value: Any) -> str:
    """As JSON and TOML write it."""
    return msgspec.json.encode(value).decode()
