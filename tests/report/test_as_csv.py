"""The CSV: complete, sorted, one row per rule and control, and nothing in it that a spreadsheet would execute."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from vmsguard.report.as_csv import COLUMNS, as_csv, inert
from vmsguard.report.model import Item, Report

FORMULA = "=+-@"


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def flat(report: Report) -> list[Item]:
    return [each for item in report.items for each in (item, *item.parts)]


def test_every_field_of_an_item_has_a_column() -> None:
    assert set(Item.__struct_fields__) - {"parts"} | {"level"} == set(COLUMNS)


def test_every_rule_and_every_control_is_a_row(sample_report: Report) -> None:
    told = rows(as_csv(sample_report))

    assert sorted((item.seq, item.camera, item.control) for item in flat(sample_report)) == sorted(
        (int(row["seq"]), row["camera"], row["control"]) for row in told
    )
    assert {"rule": len(sample_report.items), "control": len(flat(sample_report)) - len(sample_report.items)} == {
        level: sum(row["level"] == level for row in told) for level in ("rule", "control")
    }


def test_a_row_holds_what_the_item_holds(sample_report: Report) -> None:
    by_seq = {int(row["seq"]): row for row in rows(as_csv(sample_report))}

    for item in flat(sample_report):
        row = by_seq[item.seq]
        assert item.camera == row["camera"]
        assert item.verdict == row["verdict"]
        assert (item.qualifier or "") == row["qualifier"]
        assert item.reason_told == row["reason_told"]
        assert item.next_step == row["next_step"]
        assert "; ".join(item.facts) == row["facts"]
        assert item.judged_at == datetime.fromisoformat(row["judged_at"])
        assert ("yes" if item.stale else "no") == row["stale"]
        assert (item.last_verdict or "") == row["last_verdict"]


def test_rows_are_sorted_and_controls_follow_their_rule(sample_report: Report) -> None:
    told = rows(as_csv(sample_report))
    keys = [(row["origin"], row["site"], row["camera"], row["pack"], row["rule"], row["control"]) for row in told]

    assert sorted(keys) == keys


def test_the_order_of_items_in_the_report_is_no_matter(sample_report: Report) -> None:
    mixed = replace(sample_report, items=sample_report.items[::-1])

    assert as_csv(sample_report) == as_csv(mixed)


def test_rows_end_in_crlf_and_cells_never_hold_a_carriage_return(sample_report: Report) -> None:
    hostile = replace(sample_report.items[0], found="one\r\ntwo\rthree\nfour\u2028five", parts=())
    text = as_csv(replace(sample_report, items=(hostile,)))

    assert ["one\ntwo\nthree\nfour\nfive"] == [row["found"] for row in rows(text)]
    assert 2 == text.count("\r") == text.count("\r\n")


def test_a_report_without_items_is_a_header(sample_report: Report) -> None:
    assert 1 == as_csv(replace(sample_report, items=())).count("\r\n")


def test_numbers_are_ours_and_stay(sample_report: Report) -> None:
    first = replace(sample_report.items[0], seq=4101, parts=())

    assert as_csv(replace(sample_report, items=(first,))).endswith(",4101\r\n")


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "   @x",
        "\u00a0=1",
        "\u3000=1",
        "\u200b=1",
        "\ufeff=1",
        "\u202e=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "−1",
        "﹣1",
        '"=1',
        "'=1",
        "\ttab",
        "=cmd|' /C calc'!A0",
    ],
)
def test_what_a_spreadsheet_takes_for_a_formula_gets_an_apostrophe(text: str) -> None:
    assert "'" == inert(text)[0]


@pytest.mark.parametrize("text", ["a;=1", "a;\t=1", "a\t+1", "a\n@x", 'a;"=1', "a,=1", "a|-1", "a; ＝1"])
def test_what_another_locale_takes_for_the_next_cell_is_no_formula_either(text: str) -> None:
    assert not re.search(r"[;,|\t\n][\s\"']*[=+\-@＝]", inert(text).replace("'", "\0"))


def test_control_characters_are_shown_as_something_else() -> None:
    assert "\ufffd=1\ufffd" == inert("\x00=1\x1b")


@pytest.mark.parametrize("text", ["", "cam-0a31", "시청 앞 카메라", "a=b", "24 hours", "t-1/source-1", "no more -1"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert text == inert(text)


@given(st.text(st.characters(codec="utf-8"), max_size=40))
@example("\x0b=1")
@example("\u2066=1")
def test_no_text_begins_a_formula_however_it_is_trimmed(text: str) -> None:
    told = inert(text)
    seen = "".join(char for char in told if unicodedata.category(char) not in ("Cf", "Zs", "Zl", "Zp", "Cc"))
    first = unicodedata.normalize("NFKC", seen.lstrip('"'))[:1]

    assert first not in FORMULA or first == ""
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", told)


@given(st.text(max_size=30).filter(lambda text: text.isprintable()))
def test_apostrophes_are_all_that_is_added(text: str) -> None:
    assert text.replace("'", "") == inert(text).replace("'", "")


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=20), min_size=3, max_size=3))
def test_any_text_reads_back_as_one_cell(texts: list[str]) -> None:
    item = Item(
        camera=texts[0],
        site=texts[1],
        pack="p",
        rule="r",
        title=texts[2],
        verdict="fail",  # type: ignore[arg-type]
        judged_at=datetime(2026, 11, 22, tzinfo=UTC),
        run="run-1",
        seq=1,
    )
    report = Report(
        made_at=item.judged_at, tool="", period_from=None, period_to=None, integrity=None, runs=(), counts=None,
        cameras=(), obligations=(), by_site={}, items=(item,), over_time=(), deletions=(), exposures=(),
        exceptions=(), unknowns=(), absences=(), findings=(),
    )  # type: ignore[arg-type] # fmt: skip
    (row,) = rows(as_csv(report))

    assert [inert(text) for text in texts] == [row["camera"], row["site"], row["title"]]


def test_every_column_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "report.md").read_text(encoding="utf-8")
    table = page.partition("## CSV")[2]

    assert set(COLUMNS) == set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (.*?) \|", table, re.MULTILINE))))
