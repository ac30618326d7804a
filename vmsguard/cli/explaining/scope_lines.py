"""Why a pack or rule concerns a camera, attribute by attribute, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vmsguard.cli.explaining.sentences import Line, Sentences
from vmsguard.engine.why_model import AttributeWhy, GroupWhy, PackWhy, ReadingWhy, SelectionWhy
from vmsguard.policy.plain_words import plain, plain_name

__all__ = ["reading_lines", "say_attribute", "scope_lines", "selection_lines"]


def scope_lines(pack: PackWhy, say: Sentences) -> Iterator[Line]:
    """Whether the pack concerns the camera, and which attributes decide that."""
    parts = _parts(pack.select)
    own = () if pack.profile_select is None else _parts(pack.profile_select)
    if not parts and not own:
        yield Line(1, say.say("concerned by all"))
        return
    if pack.truth == "unknown":
        yield Line(1, say.say("perhaps", ", ".join(pack.missing)))
    else:
        yield Line(1, say.say("concerned" if pack.truth == "true" else "not concerned"))
    for part in parts:
        yield from selection_lines(part, say, 2)
    if own:
        yield Line(1, say.say("for reading"))
        for part in own:
            yield from selection_lines(part, say, 2)


def _parts(selection: SelectionWhy) -> tuple[SelectionWhy, ...]:
    return selection.parts if isinstance(selection, GroupWhy) and selection.need == "all" else (selection,)


def selection_lines(selection: SelectionWhy, say: Sentences, level: int) -> Iterator[Line]:
    """One part of a selector and the parts below it."""
    if isinstance(selection, AttributeWhy):
        yield Line(level, say_attribute(selection, say), item=True)
        return
    yield Line(level, say.say(selection.need), item=True)
    for part in selection.parts:
        yield from selection_lines(part, say, level + 1)


def say_attribute(test: AttributeWhy, say: Sentences) -> str:
    """One attribute: what was stated of it, and what is asked for."""
    name = plain_name(test.attribute, say.lang)
    asked, told = say.values(_plain(test, test.asked, say)), ", ".join(_plain(test, test.stated, say))
    if not test.stated:
        return say.say("not stated", name, asked)
    if test.truth == "true":
        said = say.say("is so", name, told)
    elif test.truth == "false":
        said = say.say("is otherwise", name, told, asked)
    elif test.devices_say:
        said = say.say("devices say", name, told, say.values(_plain(test, test.devices_say, say)), asked)
    else:
        said = say.say("not comparable", name, told, asked)
    return said if test.author in ("", "inventory") else f"{said} ({say.say('by author', test.author)})"


def _plain(test: AttributeWhy, values: Iterable[str], say: Sentences) -> list[str]:
    return [plain(value, say.lang, test.attribute) for value in values]


def reading_lines(pack: PackWhy, say: Sentences) -> Iterator[Line]:
    """The readings of a pack side by side."""
    if not pack.readings:
        return
    yield Line(1, say.say("readings"))
    for reading in pack.readings:
        key = "reading assigned" if reading.assigned else "reading other"
        yield Line(2, say.say(key, reading.profile, _verdicts(reading, say)), item=True)


def _verdicts(reading: ReadingWhy, say: Sentences) -> str:
    if reading.truth == "false":
        return say.say("reading out")
    told = (f"{rule} {say.verdict(*_taken_apart(verdict))}" for rule, verdict in reading.verdicts.items())
    return ", ".join(told)


def _taken_apart(verdict: str) -> tuple[str, str]:
    word, _, qualifier = verdict.partition(" (")
    return word, qualifier.removesuffix(")")
