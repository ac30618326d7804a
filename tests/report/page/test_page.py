"""The page's structure, read by a parser: complete, self-contained, and honest about what is not there."""

from __future__ import annotations

import itertools
import re
from base64 import b64encode
from collections import Counter
from hashlib import sha256

import lxml.html
import pytest
from lxml.html import HtmlElement
from msgspec.structs import replace

from vmsguard.model.vocabulary import Verdict
from vmsguard.report.model import Counts, Integrity, Report
from vmsguard.report.page.html import render
from vmsguard.report.page.svg_stack import SERIES


def parsed(report: Report) -> HtmlElement:
    return lxml.html.document_fromstring(render(report).encode())


def text(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def section(page: HtmlElement, name: str) -> HtmlElement:
    return page.get_element_by_id(name)


@pytest.fixture
def empty_report(sample_report: Report) -> Report:
    """Of a log that holds nothing."""
    nothing = {name: () for name, value in _fields(sample_report) if isinstance(value, tuple)}
    integrity = Integrity(
        verdict="cannot decide",
        exit_code=3,
        caveat="No outside witness has signed a head: the operator could have rewritten this.",
        origin="",
        size=0,
        root="",
        signed_size=0,
        checkpoint="",
    )
    return replace(
        sample_report,
        integrity=integrity,
        period_from=None,
        period_to=None,
        counts=Counts(),
        by_site={},
        reviews={},
        **nothing,  # type: ignore[arg-type]
    )


def _fields(report: Report) -> list[tuple[str, object]]:
    return [(name, getattr(report, name)) for name in report.__struct_fields__]


@pytest.fixture
def tampered_report(sample_report: Report) -> Report:
    return with_integrity(sample_report, verdict="tampered", exit_code=1)


def with_integrity(report: Report, **changes: object) -> Report:
    integrity = replace(report.integrity, **changes)  # type: ignore[arg-type]
    return replace(report, integrity=integrity, logs=(integrity,))


def test_equal_reports_give_equal_pages(sample_report: Report) -> None:
    assert render(sample_report) == render(replace(sample_report))


def test_the_page_refers_to_nothing_outside_itself(sample_report: Report) -> None:
    page = parsed(sample_report)

    targets = {value for _, name, value, _ in page.iterlinks() if name in ("href", "src", "data", "action")}
    assert set() == {target for target in targets if not target.startswith("#")} - {"data:,"}
    assert "url(http" not in render(sample_report)
    assert set() == set(re.findall(r"@import|src:", render(sample_report)))


def test_there_is_no_script_and_the_policy_would_not_let_one_run(sample_report: Report) -> None:
    page = parsed(sample_report)
    (style,) = page.iter("style")
    digest = b64encode(sha256((style.text or "").encode()).digest()).decode()
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")

    assert [] == list(page.iter("script"))
    assert [] == page.xpath("//@*[starts-with(name(), 'on')]")
    assert [] == page.xpath("//@style")
    assert (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'" == policy
    )


def test_every_place_that_is_linked_to_is_there_once(sample_report: Report) -> None:
    page = parsed(sample_report)
    ids = Counter(page.xpath("//@id"))

    assert {} == {name: count for name, count in ids.items() if count > 1}
    assert set() == {target.removeprefix("#") for target in page.xpath("//@href") if target[0] == "#"} - set(ids)


def test_headings_go_down_one_level_at_a_time(sample_report: Report, empty_report: Report) -> None:
    for report in (sample_report, empty_report):
        levels = [int(heading.tag[1]) for heading in parsed(report).iter("h1", "h2", "h3", "h4", "h5", "h6")]

        assert 1 == levels[0]
        assert 1 == levels.count(1)
        assert all(level <= before + 1 for before, level in itertools.pairwise(levels))


def test_landmarks_language_and_skip_link(sample_report: Report) -> None:
    page = parsed(sample_report)

    assert "en" == page.get("lang")
    assert [1, 1, 1, 1] == [len(page.xpath(f"//{tag}")) for tag in ("body/header", "nav", "main", "body/footer")]
    assert "#main" == page.xpath("//body/a[1]/@href")[0]
    assert ["ko"] == sorted(set(page.xpath("//bdi/@lang")))


def test_every_item_has_its_place_by_record_number(sample_report: Report) -> None:
    page = parsed(sample_report)

    for item in sample_report.items:
        place = page.get_element_by_id(f"r-{item.seq}")
        assert item.camera in text(place)
        assert str(item.seq) in text(place)


def test_every_verdict_that_is_no_pass_says_what_is_known_of_it(sample_report: Report) -> None:
    page = parsed(sample_report)

    for item in sample_report.items:
        if item.verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE):
            continue
        (group,) = page.get_element_by_id(f"r-{item.seq}").xpath("ancestor::article")
        told = text(group)
        for words in (item.camera, item.site, item.title, item.reason_told, item.next_step, item.found, item.basis):
            assert words in told
        for part in item.parts:
            assert part.control in text(page.get_element_by_id(f"r-{item.seq}"))
            assert str(part.seq) == text(page.get_element_by_id(f"r-{part.seq}"))


def test_passes_are_listed_in_the_appendix_only_and_the_rest_never_there(sample_report: Report) -> None:
    page = parsed(sample_report)
    passing = {f"r-{item.seq}" for item in sample_report.items if item.verdict is Verdict.PASS}

    listed = set(section(page, "appendix").xpath(".//details[contains(@class, 'passes')]//li/@id"))

    assert passing == listed
    assert set() == passing & set(section(page, "not-passing").xpath(".//@id"))


def test_the_figures_are_those_of_the_report(sample_report: Report) -> None:
    page = parsed(sample_report)
    tiles = {text(tile[2]): int(text(tile[1])) for tile in page.xpath("//div[@class='tiles']/div")}

    assert {series.word: series.of(sample_report.counts) for series in SERIES} == tiles


def test_the_table_of_obligations_repeats_the_figures_by_site(sample_report: Report) -> None:
    page = parsed(sample_report)
    rows = section(page, "obligations").xpath(".//table//tbody/tr")
    found = [(text(row[0]), text(row[1]), [int(text(cell)) for cell in row[2:]]) for row in rows]
    wanted = []
    for one in sample_report.obligations:
        wanted.append((one.title, "all", [series.of(one.counts) for series in SERIES]))
        for site, counts in sorted(one.by_site.items()):
            wanted.append((one.title, site, [series.of(counts) for series in SERIES]))

    assert sorted([*wanted, ("All rules", "all", [series.of(sample_report.counts) for series in SERIES])]) == sorted(
        found
    )


def test_every_chart_has_a_name_a_description_and_its_table(sample_report: Report) -> None:
    page = parsed(sample_report)
    charts = page.xpath("//figure/svg[@role='img']")

    assert 3 == len(charts)
    for chart in charts:
        title, description = (page.get_element_by_id(name) for name in chart.get("aria-labelledby").split())
        assert text(title)
        assert text(description)
        (table,) = chart.getparent().getnext().xpath("self::details//table")
        assert text(table.find("caption"))


def test_every_table_has_a_caption_and_headers_with_a_scope(sample_report: Report) -> None:
    page = parsed(sample_report)

    for table in page.iter("table"):
        assert text(table.find("caption"))
        assert {"col", "row"} >= {header.get("scope") for header in table.iter("th")}
        assert None not in {header.get("scope") for header in table.iter("th")}


def test_kinds_of_text_are_told_apart_in_words(sample_report: Report) -> None:
    page = parsed(sample_report)
    forces = [text(one) for one in section(page, "obligations").xpath(".//p[@class='cite']/span[1]")]

    assert ["Regulator’s rule", "Regulator’s rule", "Regulator’s rule", "Recommendation"] == forces


def test_unknown_has_a_symbol_a_word_and_a_pattern_of_its_own(sample_report: Report) -> None:
    page = parsed(sample_report)
    css = next(page.iter("style")).text or ""

    assert ".f-unknown { fill: url(#p-unknown)" in css
    assert page.get_element_by_id("p-unknown").tag == "pattern"
    (tile,) = page.xpath("//div[contains(@class, 'tile')][contains(@class, 'v-unknown')]")
    assert ("#i-unknown", "unknown") == (tile.xpath(".//use/@href")[0], text(tile[2]))
    assert [] == section(page, "not-passing").xpath(".//use[@href='#i-fallback' or @href='#i-exception']")


def test_plain_fills_differ_in_lightness_so_that_grey_tells_them_apart(sample_report: Report) -> None:
    css = next(parsed(sample_report).iter("style")).text or ""
    light, dark = css.split("prefers-color-scheme: dark", 1)

    for theme in (light, dark.split("*, *::before", 1)[0]):
        levels = sorted(luminance(theme, name) for name in ("fail", "direct", "fallback", "exception"))
        assert all(high / low > 1.5 for low, high in itertools.pairwise(levels))


def luminance(theme: str, name: str) -> float:
    """Relative luminance (WCAG 2.2) of a colour of the style, plus its flare of 0.05."""
    match = re.search(rf"--{name}: #([0-9a-fA-F]{{6}})", theme)
    assert match
    channels = [int(match[1][first : first + 2], 16) / 255 for first in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.05 + 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_note_stands_in_full(sample_report: Report) -> None:
    notes = [element.text_content() for element in parsed(sample_report).xpath("//pre[@class='note']")]

    assert [sample_report.integrity.checkpoint] == notes


def test_what_the_verification_found_comes_before_any_figure(sample_report: Report) -> None:
    page = parsed(sample_report)
    integrity = text(section(page, "integrity"))

    assert "integrity" == page.xpath("//main/section[1]/@id")[0]
    for words in (sample_report.integrity.caveat, *sample_report.integrity.problems, sample_report.integrity.root):
        assert words in integrity


def test_a_tampered_log_is_unmistakable(tampered_report: Report) -> None:
    page = parsed(tampered_report)

    assert text(page.find(".//title")).startswith("TAMPERED")
    assert "Tampered with. Do not rely on this report." in text(page.xpath("//header")[0])
    assert "The evidence has been tampered with." == text(section(page, "integrity").find(".//h2"))
    assert "is-tampered" == page.body.get("class")
    assert "Nothing" not in text(section(page, "integrity").find(".//h2"))
    assert [] == section(page, "checking").xpath(".//ul[@class='yes']")


@pytest.mark.parametrize(
    ("code", "headline", "css"),
    [
        (0, "The evidence is intact and complete.", "is-intact"),
        (2, "The evidence is incomplete.", "is-incomplete"),
        (3, "It could not be decided whether the evidence is genuine.", "is-undecided"),
        (77, "It could not be decided whether the evidence is genuine.", "is-undecided"),
    ],
)
def test_each_verdict_of_the_verification_has_a_banner_of_its_own(
    sample_report: Report, code: int, headline: str, css: str
) -> None:
    page = parsed(with_integrity(sample_report, exit_code=code))

    assert headline == text(section(page, "integrity").find(".//h2"))
    assert css == page.body.get("class")
    assert "tampered with" not in text(page.xpath("//header")[0])


def test_without_a_trust_file_nothing_is_called_proven_by_a_signature(sample_report: Report) -> None:
    page = parsed(with_integrity(sample_report, trusted=False, exit_code=3, anchors=()))

    checking = text(section(page, "checking"))
    assert "without a trust file" in checking
    assert "Since they were signed" not in checking
    assert "No outside anchor was verified" in checking


def test_a_fork_shows_both_heads(tampered_report: Report) -> None:
    page = parsed(with_integrity(tampered_report, forks=(("one head", "another head"),)))

    notes = [element.text_content() for element in section(page, "integrity").xpath(".//pre")]
    assert ["one head", "another head"] == notes


def test_an_empty_log_shows_nothing_to_be_in_order(empty_report: Report) -> None:
    page = parsed(empty_report)

    assert "Nothing was looked at, so nothing is shown to be in order." in text(page.xpath("//header")[0])
    assert "That is not a pass." in text(section(page, "not-passing"))
    assert [] == page.xpath("//table")
    assert [] == page.xpath("//figure")
    assert [] == page.xpath("//*[self::ul or self::ol or self::dl][not(*)]")


def test_what_is_not_there_is_said_in_a_sentence(empty_report: Report) -> None:
    page = parsed(empty_report)

    for name in ("obligations", "figures", "not-passing", "exposures", "unseen", "checking", "appendix"):
        for sentence in section(page, name).xpath(".//p[@class='nothing']"):
            assert text(sentence).endswith(".")
        assert section(page, name).xpath(".//p[@class='nothing']")


def test_a_report_without_exceptions_and_with_one_site_says_so(sample_report: Report) -> None:
    one = replace(sample_report, exceptions=(), by_site={"seoul-hq": sample_report.counts})
    page = parsed(one)

    assert "No exception is on record" in text(section(page, "exposures"))
    assert ["seoul-hq"] == [text(name) for name in section(page, "figures").xpath(".//svg/text[@class='name']")][:1]


def test_a_stale_verdict_says_when_somebody_looked_and_what_was_seen(sample_report: Report) -> None:
    (stale,) = [item for item in sample_report.items if item.stale]
    told = text(parsed(sample_report).get_element_by_id(f"r-{stale.seq}"))

    assert "30 Oct 2026, 02:00" in told
    assert "then: pass, as the rule asks" in told


def test_unverified_anchors_are_called_the_logs_own_word(sample_report: Report) -> None:
    rows = [text(row) for row in section(parsed(sample_report), "checking").xpath(".//table//tbody/tr")]

    assert ["yes, with your key" in rows[0], "the log’s own word" in rows[1]] == [True, True]


def test_several_logs_are_each_named_with_their_verdict(sample_report: Report) -> None:
    other = replace(sample_report.integrity, origin="vmsguard.example.org/busan", verdict="tampered", exit_code=1)
    page = parsed(replace(sample_report, integrity=other, logs=(sample_report.integrity, other)))

    integrity = text(section(page, "integrity"))
    assert sample_report.integrity.origin in integrity
    assert "vmsguard.example.org/busan" in integrity
    assert "is-tampered" == page.body.get("class")


def test_a_run_without_an_end_is_marked(sample_report: Report) -> None:
    assert "no end on record" in text(section(parsed(sample_report), "appendix"))
