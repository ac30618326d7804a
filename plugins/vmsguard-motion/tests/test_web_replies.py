from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vmsguard_motion.web_replies import (
    NotMotionError,
    acknowledges,
    is_refusal,
    pairs_in,
    statuses_in,
    version_in,
)


@pytest.mark.parametrize(
    ("page", "version"),
    [
        ("Motion 4.5.1 Running [2] Cameras \n1 \n2 \n", "4.5.1"),
        ("Motion 4.5.1 Running [1] Camera \n", "4.5.1"),
        ("Motion 4.7.1+gitUNKNOWN Running [1] Camera \n", "4.7.1"),
    ],
)
def test_the_first_page_names_the_version(page: str, version: str) -> None:
    assert version == version_in(page)


@pytest.mark.parametrize(
    "page", ["", "<!DOCTYPE html>\n<html>", "Motion 5.0.0 \n", "motion 4.5.1 Running [1] Camera \n"]
)
def test_another_first_page_is_none(page: str) -> None:
    with pytest.raises(NotMotionError):
        version_in(page)


def test_states_come_by_number_in_motions_order() -> None:
    text = (
        "Camera 5 Detection status ACTIVE \nCamera 2 Detection status PAUSE \nCamera 3 Detection status NOT RUNNING \n"
    )
    assert [("5", "ACTIVE"), ("2", "PAUSE"), ("3", "NOT RUNNING")] == list(statuses_in(text).items())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Camera 1 Detection status ACTIVE \nCamera 1 Detection status PAUSE \n",
        "Camera 1 Detection status FINE \n",
        "Camera one Detection status ACTIVE \n",
        "<html></html>",
        "".join(f"Camera {number} Detection status ACTIVE \n" for number in range(1001)),
    ],
)
def test_states_that_are_none_are_no_empty_list(text: str) -> None:
    with pytest.raises(NotMotionError):
        statuses_in(text)


def test_parameters_keep_their_words_and_what_is_not_set_is_empty() -> None:
    text = "  text_left = a = b \n  video_pipe = (null) \n  text_right = %Y-%m-%d\\n%T \n  on_event_end = \n"
    told = {"text_left": "a = b", "video_pipe": "", "text_right": "%Y-%m-%d\\n%T", "on_event_end": ""}
    assert told == pairs_in(text.replace("on_event_end = \n", "on_event_end =  \n"))


def test_no_parameters_are_shown_at_level_0() -> None:
    assert {} == pairs_in("")


def test_a_value_with_a_line_break_cannot_pose_as_another_parameter() -> None:
    with pytest.raises(NotMotionError):
        pairs_in("  text_left = x\n  picture_output = off \n  picture_output = on \n")
    with pytest.raises(NotMotionError):
        pairs_in("  text_left = x\nanything else \n")


@given(
    st.dictionaries(st.from_regex(r"[a-z0-9_]{1,20}", fullmatch=True), st.from_regex(r"[ -~]{0,40}", fullmatch=True))
)
def test_what_motion_writes_is_read_as_it_stood(parameters: dict[str, str]) -> None:
    text = "".join(f"  {name} = {value or '(null)'} \n" for name, value in parameters.items())
    assert {name: "" if value == "(null)" else value for name, value in parameters.items()} == pairs_in(text)


@given(st.text())
def test_any_text_is_parameters_or_an_error(text: str) -> None:
    try:
        pairs_in(text)
        statuses_in(text)
        version_in(text)
    except NotMotionError:
        pass


def test_only_motions_own_words_acknowledge() -> None:
    assert acknowledges("picture_output = off \nDone \n", "picture_output", "off")
    assert not acknowledges("picture_output = on \nDone \n", "picture_output", "off")
    assert not acknowledges("Camera 1 \n<form action=set?>\n", "picture_output", "off")
    assert not acknowledges("", "picture_output", "off")


def test_a_refusal_comes_as_text_or_as_a_page() -> None:
    assert is_refusal("Bad Request \nThe server did not understand your request. \n")
    assert is_refusal("<!DOCTYPE html>\n<html>\n<body>\n<p>Bad Request</p>\n</body>\n</html>\n")
    assert not is_refusal("  text_left = Bad Request \n")
