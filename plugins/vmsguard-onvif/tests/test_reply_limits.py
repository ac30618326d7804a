"""What a reply may be made of, and values that are too large for anything that would hold them."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from lxml import etree
from vmsguard_onvif.addresses import stream_address
from vmsguard_onvif.elements import Malformed, instant, number, only, seconds, text, token
from vmsguard_onvif.reply_limits import LONGEST_LIST, LONGEST_TEXT, LONGEST_TOKEN, MOST_QUOTES, MOST_TAGS, objection

DIGITS = "9" * 5_000
XML = '<?xml version="1.0" encoding="{}"?><a/>'


@pytest.mark.parametrize("encoding", ["UTF-8", "utf-8", "US-ASCII", "ISO-8859-1", "GB2312", "euc-kr"])
def test_encodings_that_cameras_use_are_read(encoding: str) -> None:
    assert "" == objection(XML.format(encoding).encode())


@pytest.mark.parametrize("encoding", ["UTF-7", "UTF-16", "IBM037", "ISO-2022-KR", "HZ", "UCS-4", "x"])
def test_encodings_that_hide_markup_are_not(encoding: str) -> None:
    assert "not in an encoding that is read" == objection(XML.format(encoding).encode())
    assert "not in an encoding that is read" == objection("<a/>".encode("utf-16"))
    assert "not in an encoding that is read" == objection(XML.format(encoding).encode("cp037"))


@pytest.mark.parametrize("before", ["", "\ufeff", "<?xml version='1.0'?>\n", "<!-- x -->"])
def test_a_document_type_is_refused_wherever_it_stands(before: str) -> None:
    assert "a document type, which SOAP forbids" == objection(f"{before}<!DOCTYPE a><a/>".encode())


def test_the_bounds_are_on_what_bytes_become() -> None:
    too_many = "more elements or attributes than any reply needs"
    assert ["", too_many] == [objection(b"<" * count) for count in (MOST_TAGS, MOST_TAGS + 1)]
    assert ["", too_many] == [objection(b"'\"" * count) for count in (MOST_QUOTES // 2, MOST_QUOTES // 2 + 1)]


@pytest.mark.parametrize("told", [DIGITS, f"-{DIGITS}", "1e300", "inf", "nan", "1e400", str(2**60), ""])
def test_a_number_that_nothing_can_hold_is_none(told: str) -> None:
    assert None is number(told)


@pytest.mark.parametrize("told", [f"P{DIGITS}Y", f"PT{DIGITS}S", "P9999999999Y", f"P1Y{DIGITS}M"])
def test_a_duration_beyond_all_time_is_as_long_as_any(told: str) -> None:
    assert timedelta(days=3_650_000) == timedelta(seconds=seconds(told) or 0)


@pytest.mark.parametrize(
    "told",
    ["0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "99999-01-01T00:00:00Z", DIGITS],
)
def test_a_moment_outside_the_calendar_is_none(told: str) -> None:
    assert None is instant(told)


@pytest.mark.parametrize("told", ["a\u202eb", "a\nb", "a\x9bb", "a\u200bb", "a" * (LONGEST_TOKEN + 1)])
def test_a_token_that_nobody_could_read_is_malformed(told: str) -> None:
    element = etree.Element("x", token=told)
    with pytest.raises(Malformed, match="a token that is no name"):
        token(element)


@pytest.mark.parametrize("told", ["Profile_1", "프로필 1", "a" * LONGEST_TOKEN])
def test_a_token_that_can_be_read_is_kept(told: str) -> None:
    assert told == token(etree.Element("x", token=told))


def test_a_text_beyond_any_value_of_the_standard_is_malformed() -> None:
    element = etree.Element("x")
    element.text = "y" * LONGEST_TEXT
    assert LONGEST_TEXT == len(text(element))
    element.text += "y"
    with pytest.raises(Malformed, match="x of more than 4096 characters"):
        text(element)


def test_a_list_longer_than_any_device_has_is_malformed() -> None:
    root = etree.Element("list")
    for _ in range(LONGEST_LIST):
        etree.SubElement(root, "x")
    assert LONGEST_LIST == len(list(only(root, "x")))
    etree.SubElement(root, "x")
    with pytest.raises(Malformed, match="a list of more than 4096 x"):
        list(only(root, "x"))


def test_a_long_address_costs_no_square() -> None:
    begun = time.process_time()
    assert None is stream_address("rtsp://192.0.2.1/?" + "user" * 1_000_000)
    assert 0.5 > time.process_time() - begun
