"""Writes the reference pages and schemas from the code they describe: commands, controls, facts, verbs, files.

``make docs`` runs it; a test fails while a page on disk is not what this gives.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Literal, Union, get_args, get_origin

import click
import msgspec

from vmsguard.cli.file_schema import file_schema
from vmsguard.cli.main import cli
from vmsguard.controls.base import Control
from vmsguard.controls.catalogue import CORE_CONTROLS
from vmsguard.model.changes import CORE_VERBS
from vmsguard.model.fact_catalogue import CORE_FACTS, FactSpec
from vmsguard.model.vocabulary import EvidenceClass
from vmsguard.policy.catalogue import Catalogue
from vmsguard.report.as_json import json_schema

DOCS = Path(__file__).resolve().parent

COMMANDS_INTRO = """# Commands

Every command has `--help`. Commands that read have `--format json`, which prints one object and nothing else to
standard output. Progress bars appear on a terminal only; `NO_COLOR` switches colours off.

The configuration is `./vmsguard.yaml`, or what `--config` or the environment variable `VMSGUARD_CONFIG` names.
`VMSGUARD_PLUGINS`, a comma list of module names, stands in for the installed plugins; it is meant for tests of plugins.

Exit codes of `check`, `plan` and `apply`:

| code | means |
| --- | --- |
| 0 | every rule passes |
| 1 | internal error: a bug in vmsguard |
| 2 | usage, configuration or policy; a secret that is missing; evidence or state that cannot be written |
| 3 | a violation, or two rules that contradict each other |
| 4 | none of these, but something is unknown: an unreachable target, a refused login, a fact nobody delivers |
| 5 | a change was sent and did not have its effect, or was refused, or failed |

Where several hold, the order is 1, 2, 5, 3, 4. `--fail-on fail,unknown,incomplete` narrows what counts.
`evidence verify` has codes of its own: 0 intact and complete, 1 tampered, 2 incomplete, 3 cannot decide.
One run at a time works on one state: a second exits 2 and names the process id of the first.
Where an agent holds it, the agent carries the second one out.

The JSON of `check`, `plan` and `apply` is one object. Keys may be added; those listed keep their meaning.

- `run`: `id`, `command`, `started`, `ended`, `changes_sent`, `interrupted_found` (changes of an earlier run without
  a result), `exit_code`
- `summary`: counts of rules by verdict, `rules`, `cameras`, `pass_by_qualifier` (`direct`, `fallback`, `exception`;
  never merged), `remediation`, and `by_rule`: the same counts of each `pack` and `rule`
- `results`: one entry per control, rule and camera (`level`): on whose authority (`clause`, `force`, `severity`),
  `verdict`, `qualifier`, `basis`, `reason` (`code: sentence`), `why` of an unknown, `found`, `required`, `left`,
  the `facts` it rests on, `remediation`, `exception`
- `findings`: what a person should look at besides: `code`, `subject`, `message`, `next_step`
- `unreachable`: targets that were not read: `target`, `why`, `detail`
- `policies`: each pack in use: `version`, `sha256`, `reviewed_next`, `review_overdue`, `lock` (accepted or what
  differs) and a `note`
- `upcoming`: rules that bind nobody yet: `pack`, `rule`, `from`, what they would say `today`, and which cameras
  `would_fail`
- `evidence`: the log's `origin`, `size` and `root` after the run
- `plan`: of `plan` and `apply`: `changes` in sending order, each with its `mode`, its `causes` and its `blockers`
  (why it is only proposed)
- `skipped`: of `plan` and `apply`: changes that were planned and not sent, with `reason` and `next_step`
"""

CONTROLS_INTRO = """# Controls

A control is a requirement over facts that names no vendor. Packs require controls by id; a driver delivers the facts.
What a fact means stands in [facts.md](facts.md). A control whose facts nobody delivers is `unknown`, never passed.

*Judged on* says at which targets a control looks: `device`, `recorder`, `relay`, or `camera` for papers and attributes.
*Can change* says what `apply` may do about a failure; a control without it can only be observed.
*Evidence shows* says what of the facts may enter the evidence; never a name, a picture, an address or an id of a face.
"""

FACTS_INTRO = """# Facts and verbs

Drivers return facts and never judge. A fact is known, absent (with proof) or unknown (with the reason). A driver that
returns a name or type not listed here fails its contract. A vendor's own facts and verbs carry its prefix (`acme/…`).

*Layers*: an "off" must be said by every layer listed. *Of* says whether a fact belongs to a channel or to the whole
target. Facts *by the core* come from witnesses, the inventory or the ledger; no driver may return them.
"""


def commands_page() -> str:
    """Every command with its arguments and options, as click knows them."""
    sections = [section for name in cli.list_commands(_context()) for section in _command_sections(name)]
    of_all = _table(("option before the command", "meaning"), [_option_row(one) for one in _options(cli)])
    return "\n".join([COMMANDS_INTRO, of_all, *sections])


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command and subcommand under its full name."""
    for name in cli.list_commands(_context()):
        yield from _with_children(name, cli.get_command(_context(), name))


def controls_page() -> str:
    return "\n".join([CONTROLS_INTRO, *(_control_section(control) for control in CORE_CONTROLS.values())])


def facts_page() -> str:
    rows = [_fact_row(spec) for spec in CORE_FACTS.values()]
    verbs = [
        (f"`{verb.name}`", ", ".join(verb.arguments) or "none", verb.stage.name.lower(), _sentence(verb.meaning))
        for verb in CORE_VERBS.values()
    ]
    return "\n".join(
        [
            FACTS_INTRO,
            "## Facts\n",
            _table(("fact", "type", "of", "layers", "meaning"), rows),
            "## Items of the lists\n",
            *(_item_section(item) for item in dict.fromkeys(spec.item for spec in CORE_FACTS.values() if spec.item)),
            "## Verbs\n",
            "In the order in which a plan sends them.\n",
            _table(("verb", "arguments", "stage", "meaning"), verbs),
        ]
    )


def _context() -> click.Context:
    return click.Context(cli, info_name="vmsguard")


def _with_children(name: str, command: click.Command | None) -> Iterator[tuple[str, click.Command]]:
    if command is None:
        raise LookupError(f"vmsguard {name} is listed and cannot be loaded")
    yield name, command
    if isinstance(command, click.Group):
        for child in sorted(command.list_commands(_context())):
            yield from _with_children(f"{name} {child}", command.get_command(_context(), child))


def _command_sections(name: str) -> Iterator[str]:
    for full, command in _with_children(name, cli.get_command(_context(), name)):
        level = "##" if full == name else "###"
        yield f"{level} vmsguard {full}\n"
        usage = " ".join(command.collect_usage_pieces(click.Context(command, info_name=full)))
        if not isinstance(command, click.Group):
            yield f"`vmsguard {full} {usage}`\n"
        yield _plain_help(command)
        rows = [_option_row(option) for option in _options(command)]
        if rows:
            yield _table(("option", "meaning"), rows)


def _options(command: click.Command) -> list[click.Option]:
    return [option for option in command.params if isinstance(option, click.Option)]


def _plain_help(command: click.Command) -> str:
    text = inspect.cleandoc(command.help or command.short_help or "")
    # Angle brackets and bars would end a table or start a tag; help texts are plain sentences.
    return re.sub(r"(?<=\S)\n(?=\S)", " ", text) + "\n"


def _option_row(option: click.Option) -> tuple[str, str]:
    names = ", ".join(f"`{name}`" for name in option.opts)
    if not option.is_flag:
        names += f" {_accepted(option)}"
    told = _sentence(option.help or "")
    if option.required:
        told += " Required."
    if option.show_default and option.default is not None:
        told += f" Default: `{option.default}`."
    return names, told


def _accepted(option: click.Option) -> str:
    if isinstance(option.type, click.Choice):
        return " or ".join(f"`{choice}`" for choice in option.type.choices)
    return f"`{option.make_metavar(click.Context(click.Command('x')))}`"


def _control_section(control: Control) -> str:
    verbs = getattr(control, "verbs", ()) if control.enforceable else ()
    params = [
        (f"`{field.encode_name}`", _type_name(field.type), _default(field))
        for field in msgspec.structs.fields(control.Params)
    ]
    parts = [
        f"## {control.id}\n",
        f"{control.says['en']}\n",
        f"{control.says['ko']}\n",
        *([f"{told}\n"] if (told := _own_words(type(control))) else []),
        f"- Judged on: {', '.join(sorted(role.value for role in control.roles))}",
        f"- Reads: {', '.join(f'`{name}`' for name in _reads(control)) or 'papers and attributes only'}",
        f"- Can change: {', '.join(f'`{verb}`' for verb in verbs) or 'nothing, it is observed'}",
        f"- Evidence shows: {_shown(control)}\n",
    ]
    if params:
        parts.append(_table(("parameter", "type", "default"), params))
        parts += [f"{told}\n"] if (told := _own_words(control.Params)) else []
    return "\n".join(parts)


def _own_words(described: type) -> str:
    """What a class says of itself, in Markdown; nothing where it inherits its words."""
    told = inspect.cleandoc(described.__dict__.get("__doc__") or "")
    return "" if told.startswith(described.__name__ + "(") else told.replace("``", "`")


def _shown(control: Control) -> str:
    """What of the facts a verdict rests on may be shown, by their class."""
    shown: dict[str, list[str]] = {}
    for name in _reads(control):
        spec = CORE_FACTS[name]
        how = "how many items of" if spec.item is not None else _SHOWS[spec.evidence]
        shown.setdefault(how, []).append(f"`{name}`")
    told = [f"{how} {', '.join(names)}" for how, names in shown.items()]
    return "; ".join(told) or "which attribute or paper decided, a paper by its id and the start of its hash"


_SHOWS = {
    EvidenceClass.FLAG: "yes or no of",
    EvidenceClass.COUNT: "the number of",
    EvidenceClass.ENUM: "the word of",
    EvidenceClass.SETTING: "the value of",
    EvidenceClass.SECRET: "that it was read, and no more, of",
}


def _reads(control: Control) -> list[str]:
    return sorted(control.reads(_any_params(control)))


def _any_params(control: Control) -> msgspec.Struct:
    """Parameters that are allowed; what a control reads may depend on them, and every value is shown."""
    required = {
        field.name: _example(field.type)
        for field in msgspec.structs.fields(control.Params)
        if field.default is msgspec.NODEFAULT and field.default_factory is msgspec.NODEFAULT
    }
    return control.Params(**required)


def _example(kind: object) -> object:
    values = getattr(kind, "__args__", None)
    return values[0] if values else kind() if callable(kind) else None


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.default is msgspec.NODEFAULT:
        return "required" if field.default_factory is msgspec.NODEFAULT else "empty"
    return "not set" if field.default in (None, "", ()) else f"`{_value(field.default)}`"


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


WORDS = {
    "bool": "true or false",
    "datetime": "moment",
    "int": "number",
    "str": "text",
    "timedelta": "ISO 8601 duration without months or years",
    "Span": "ISO 8601 duration",
}


def _type_name(kind: object) -> str:
    """A type in words: ``all or destinations``, ``ISO 8601 duration``."""
    if get_origin(kind) is Literal:
        return " or ".join(f"`{value}`" if value else "empty" for value in get_args(kind))
    if isinstance(kind, UnionType) or get_origin(kind) is Union:
        return " or ".join("none" if part is NoneType else _type_name(part) for part in get_args(kind))
    if get_origin(kind) in (tuple, list):
        return f"list of {_type_name(get_args(kind)[0])}"
    name = getattr(kind, "__name__", str(kind))
    return WORDS.get(name, name)


def _fact_row(spec: FactSpec) -> tuple[str, str, str, str, str]:
    kind = (
        _type_name(spec.value_type) if spec.item is None else f"list of [{spec.item.__name__}](#{_anchor(spec.item)})"
    )
    unit = f", in {spec.unit}" if spec.unit and spec.item is None else ""
    told = "core" if spec.by_core else "target" if spec.whole else "channel"
    return f"`{spec.name}`", f"{kind}{unit}", told, ", ".join(spec.layers), _sentence(spec.meaning)


def _anchor(kind: type) -> str:
    return kind.__name__.lower()


def _item_section(kind: type) -> str:
    told = " ".join((inspect.getdoc(kind) or "").split()).replace("``", "`")
    fields = (f"`{field.name}` ({_type_name(field.type)})" for field in msgspec.structs.fields(kind))
    return f"### {kind.__name__}\n\n{told}\n\nFields: {', '.join(fields)}.\n"


def _sentence(text: str) -> str:
    told = " ".join(text.split()).replace("``", "`")
    return told.replace("|", "\\|") if told.endswith(".") or not told else told.replace("|", "\\|") + "."


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "controls.md": controls_page,
    "facts.md": facts_page,
    "report.schema.json": lambda: json_schema().decode() + "\n",
    "../policies/vmsguard.schema.json": lambda: file_schema(Catalogue.core()),
}


def main() -> None:
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
        sys.stdout.write(f"written: {(DOCS / name).resolve().relative_to(DOCS.parent)}\n")


if __name__ == "__main__":
    main()
