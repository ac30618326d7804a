from __future__ import annotations

import logging

import pytest
import structlog

from vmsguard.net.login import Login
from vmsguard.testing.leaks import Heard, leaked, listening

LOGIN = Login("secret://env/CAM", "admin", "c4nary/Pa55")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("told c4nary/Pa55", "raw"),
        ("Basic YzRuYXJ5L1BhNTU=", "base64"),
        ("?pass=c4nary%2FPa55", "url-encoded"),
        ("63346e6172792f50613535", "hex"),
    ],
)
def test_a_password_is_found_in_every_form_and_not_quoted(text: str, form: str) -> None:
    assert leaked(Heard([text]), (LOGIN, None)) == (f"secret://env/CAM ({form})",)


def test_both_kinds_of_loggers_are_heard_at_debug() -> None:
    with listening() as heard:
        logging.getLogger("zeep.transports").debug("sent %s", "one")
        structlog.get_logger("driver").debug("two", told="three")
    assert all(any(word in line for line in heard.lines) for word in ("one", "two", "three"))


def test_a_process_that_shows_errors_only_hides_nothing() -> None:
    shown = structlog.make_filtering_bound_logger(logging.ERROR)
    structlog.configure(wrapper_class=shown)

    with listening() as heard:
        structlog.get_logger("driver").debug("two")

    assert any("two" in line for line in heard.lines)
    assert shown is structlog.get_config()["wrapper_class"]


def test_an_exception_is_heard_with_its_causes() -> None:
    heard = Heard()
    try:
        try:
            raise ValueError("c4nary/Pa55")
        except ValueError as error:
            raise RuntimeError("above") from error
    except RuntimeError as error:
        heard.add(error)
    assert leaked(heard, (LOGIN,)) == ("secret://env/CAM (raw)",)


def test_the_root_logger_is_left_as_it_was() -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    with listening():
        pass
    assert before == (root.level, list(root.handlers))
