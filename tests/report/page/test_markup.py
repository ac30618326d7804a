"""Whatever a device, a file or an attacker wrote into a log is text on the page and nothing else."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from types import ModuleType

import lxml.html
import pytest
from jinja2 import UndefinedError
from lxml.html import HtmlElement

import vmsguard.report.page
from vmsguard.report.page.environment import environment
from vmsguard.report.page.html import render
from vmsguard.report.page.text import visible

TEMPLATES = sorted((Path(vmsguard.report.page.__file__).parent / "templates").glob("*.html"))


def parsed(page: str) -> HtmlElement:
    return lxml.html.document_fromstring(page.encode())


def shape(page: HtmlElement) -> Counter[tuple[str, tuple[str, ...]]]:
    """How often each element stands there with which attributes; what a word may change is its language."""
    return Counter(
        (element.tag, tuple(sorted(name for name in element.attrib if name != "lang"))) for element in page.iter("*")
    )


def test_no_string_of_any_field_makes_an_element_or_an_attribute(payload: str, filled: ModuleType) -> None:
    quiet = parsed(render(filled.filled_report(filled.harmless())))
    loud = parsed(render(filled.filled_report(filled.hostile(payload))))

    assert shape(quiet) == shape(loud)


def test_what_was_written_is_shown_as_it_was_written(payload: str, filled: ModuleType) -> None:
    report = filled.filled_report(filled.hostile(payload))
    page = parsed(render(report))
    shown = " ".join(page.text_content().split())
    fields = [report.tool, report.integrity.problems[0], *(finding.told for finding in report.findings)]
    fields += [item.camera for item in report.items] + [run.id for run in report.runs]
    fields += [part.control for item in report.items if item.verdict != "pass" for part in item.parts]

    for words in fields:
        assert " ".join(visible(words).split()) in shown


def test_the_page_can_always_be_written_and_holds_nothing_invisible(payload: str, filled: ModuleType) -> None:
    page = render(filled.filled_report(filled.hostile(payload)))

    page.encode("utf-8")
    assert [] == [ch for ch in set(page) if not ch.isprintable() and ch != "\n" and ch != "\t"]


def test_no_word_of_a_log_stands_in_an_attribute(filled: ModuleType) -> None:
    page = parsed(render(filled.filled_report(filled.hostile("javascript:alert(1)"))))

    holding = {
        name for element in page.iter("*") for name, value in element.attrib.items() if re.search(r"c\d+c", value)
    }
    assert set() == holding


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_opts_out_of_escaping(template: Path) -> None:
    source = template.read_text(encoding="utf-8")

    assert [] == re.findall(r"\|\s*safe|autoescape|Markup|<script|\bstyle=|\son\w+=", source)
    # An attribute without quotes could be ended by a space.
    assert [] == re.findall(r"=\{\{", source)


def test_escaping_cannot_be_asked_away() -> None:
    assert "safe" not in environment().filters
    assert "&lt;b&gt;" == environment().from_string("{{ words }}").render(words="<b>")


def test_a_name_that_does_not_exist_is_an_error_and_no_blank() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ nothing }}").render()


def test_a_value_that_is_no_text_is_an_error_and_no_word() -> None:
    with pytest.raises(TypeError, match="NoneType"):
        environment().from_string("{{ words }}").render(words=None)
