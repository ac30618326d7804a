from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

import pytest

from vmsguard.errors import ConfigError, PolicyError, Problems
from vmsguard.policy.syntax.reading import Reader
from vmsguard.policy.syntax.scalars import MOST_PROBLEMS
from vmsguard.policy.syntax.strict_yaml import Node, parse_yaml


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


def node(text: str) -> Node:
    (document,) = parse_yaml(text.encode(), file="f.yaml")
    return document


def told(reader: Reader) -> list[tuple[int | None, int | None, str, str]]:
    return [(problem.line, problem.column, problem.message, problem.hint) for problem in reader.problems]


def test_every_kind_of_value_is_read() -> None:
    reader = Reader("f.yaml")
    text = """
name: a camera
id: cam-1.b
colour: green
on: true
count: 3
rate: 0.5
whole: 2
gap: PT12H
at: 2026-12-01T06:00:00+09:00
day: 2026-12-01
tags: [x, "1"]
"""
    with reader.fields(node(text), "a thing") as fields:
        read = (
            fields.text("name"),
            fields.identifier("id"),
            fields.choice("colour", Colour),
            fields.boolean("on"),
            fields.integer("count"),
            fields.number("rate"),
            fields.number("whole"),
            fields.duration("gap"),
            fields.instant("at"),
            fields.date("day"),
            fields.texts("tags"),
        )
    reader.finish()

    expected = (
        "a camera",
        "cam-1.b",
        Colour.GREEN,
        True,
        3,
        0.5,
        2.0,
        timedelta(hours=12),
        datetime(2026, 11, 30, 21, tzinfo=UTC),
        date(2026, 12, 1),
        ("x", "1"),
    )
    assert expected == read


def test_what_is_left_out_takes_its_default() -> None:
    reader = Reader("f.yaml")
    with reader.fields(node("{}"), "a thing") as fields:
        read = (
            fields.text("a", default="-"),
            fields.integer("b", default=0),
            fields.boolean("c", default=False),
            fields.texts("d", default=()),
            fields.optional("e", reader.duration),
            fields.items("f", required=False),
            fields.entries("g", required=False),
        )
    reader.finish()

    assert ("-", 0, False, (), None, [], []) == read


def test_null_is_nothing_only_where_it_may_be() -> None:
    reader = Reader("f.yaml")
    with reader.fields(node("a: null\nb: null\n"), "a thing") as fields:
        assert fields.optional("a", reader.text) is None
        fields.text("b", default="")

    assert [(2, 1, "b: nothing stands here", "write a value, or remove the key")] == told(reader)


def test_a_missing_key_is_reported_at_its_map() -> None:
    reader = Reader("f.yaml")
    with reader.fields(node("\n{other: 1}"), "a thing") as fields:
        fields.integer("other")
        fields.text("name")

    assert [(2, 1, "a thing needs the key 'name'", "add name:")] == told(reader)


def test_a_misspelt_key_is_one_mistake_and_not_two() -> None:
    reader = Reader("f.yaml")
    with reader.fields(node("naem: x"), "a thing") as fields:
        fields.text("name")

    assert [(1, 1, "unknown key 'naem' in a thing", "did you mean 'name'?")] == told(reader)


def test_a_missing_key_is_not_hidden_by_a_key_that_is_like_it() -> None:
    reader = Reader("f.yaml")
    with reader.fields(node("names: [x]"), "a thing") as fields:
        fields.text("name")
        fields.texts("names")

    assert ["a thing needs the key 'name'"] == [message for _, _, message, _ in told(reader)]


def test_skipped_keys_are_somebody_elses() -> None:
    reader = Reader("f.yaml")
    with reader.fields(node("kind: X"), "a thing") as fields:
        fields.skip("kind")

    assert [] == told(reader)


def test_all_mistakes_are_raised_at_once_in_file_order() -> None:
    reader = Reader("f.yaml", PolicyError)
    with reader.fields(node("b: off\na: 12:30\n"), "a thing") as fields:
        fields.integer("a")
        fields.boolean("b")

    with pytest.raises(Problems) as caught:
        reader.finish()

    assert ["f.yaml:1:4: b: off is text here", "f.yaml:2:4: a: expected a whole number, found the text '12:30'"] == [
        str(problem) for problem in caught.value.problems
    ]
    assert {PolicyError} == {type(problem) for problem in caught.value.problems}


@pytest.mark.parametrize("word", ["yes", "No", "ON", "off", "True", "y"])
def test_a_word_for_a_boolean_gets_its_own_advice(word: str) -> None:
    reader = Reader("f.yaml")
    reader.boolean(node(word), "enabled")

    assert [(1, 1, f"enabled: {word} is text here", "write true or false")] == told(reader)


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("NO", "true or false"),
        ("12:30", "a number counted in sixties"),
        ("1.10", "a number"),
        ("007", "a number"),
        ("NULL", "nothing"),
    ],
)
def test_a_word_other_readers_take_otherwise_must_be_quoted(word: str, meaning: str) -> None:
    bare, quoted = Reader("f.yaml"), Reader("f.yaml")
    bare.text(node(word), "name")

    assert word == quoted.text(node(f'"{word}"'), "name")
    assert [] == told(quoted)
    message = f"name: {word} without quotes is {meaning} to other YAML readers"
    assert [(1, 1, message, f'quote it: "{word}"')] == told(bare)


def test_a_number_for_text_says_how_to_quote_it() -> None:
    reader = Reader("f.yaml")
    reader.text(node("3"), "channel")

    assert [(1, 1, "channel: expected text, found the number 3", 'quote it: "3"')] == told(reader)


def test_limits_of_numbers_hold() -> None:
    reader = Reader("f.yaml")
    with reader.fields(node("a: 0\nb: 11\nc: 1.5\n"), "a thing") as fields:
        fields.integer("a", least=1)
        fields.integer("b", most=10)
        fields.number("c", most=1)

    messages = [message for _, _, message, _ in told(reader)]
    assert ["a: 0 is below 1", "b: 11 is above 10", "c: 1.5 is above 1"] == messages


def test_equal_entries_are_a_mistake_where_the_second_stands() -> None:
    reader = Reader("f.yaml")
    reader.texts(node("[x, z, x]"), "sites")

    assert [(1, 8, "sites: x stands there twice", "keep one of the two")] == told(reader)


def test_a_list_where_a_map_belongs_is_one_mistake() -> None:
    reader = Reader("f.yaml")
    with reader.fields(node("[1]"), "a thing") as fields:
        fields.text("name")
        fields.integer("count")

    assert ["a thing: expected a map, found a list"] == [message for _, _, message, _ in told(reader)]


def test_warnings_stop_nothing() -> None:
    reader = Reader("f.yaml")
    reader.warn(node("x"), "look at this", "with care")
    reader.finish()

    assert ["f.yaml:1:1: look at this"] == [str(warning) for warning in reader.warnings]
    assert isinstance(reader.warnings[0], ConfigError)


def test_a_long_list_is_read_in_one_go() -> None:
    """Comparing each entry with all before it took a minute for a file of half a megabyte."""
    many = ", ".join(f"camera-{number}" for number in range(30_000))
    reader = Reader("f.yaml")
    begun = time.process_time()
    found = reader.identifiers(node(f"[{many}, camera-7]"), "cameras")
    assert time.process_time() - begun < 5
    assert (30_001, ["cameras: camera-7 stands there twice"]) == (len(found), [one.message for one in reader.problems])


def test_after_very_many_mistakes_reading_stops() -> None:
    keys = "".join(f"key-{number}: 1\n" for number in range(2 * MOST_PROBLEMS))
    reader = Reader("f.yaml")
    with pytest.raises(Problems) as raised, reader.fields(node(keys), "a thing") as fields:
        fields.text("name", default="")
    assert MOST_PROBLEMS == len(raised.value.problems)
