"""The page in Debian's Chromium: nothing loaded, nothing run, readable in light and dark, on a phone and on paper."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from msgspec.structs import replace

from vmsguard.evidence.trust import load_trust, parse_trust
from vmsguard.report.build import build_report
from vmsguard.report.model import Report
from vmsguard.report.page.html import render

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.real

AXE = Path(__file__).parents[3] / ".cache" / "axe-core" / "axe.min.js"
PHONE, DESKTOP = {"width": 360, "height": 780}, {"width": 1440, "height": 1000}
SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
OPEN_ALL = "document.querySelectorAll('details').forEach(one => { one.open = true })"
SERIOUS = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
  .filter(one => ['serious', 'critical'].includes(one.impact))
  .map(one => one.id + ': ' + one.nodes.slice(0, 3).map(node => node.target.join(' ') + ' ' + node.failureSummary))"""
SHAPE = """() => { const found = {};
  for (const one of document.querySelectorAll('*')) found[one.tagName] = (found[one.tagName] || 0) + 1;
  return found }"""


def _unavailable(reason: str) -> None:
    if os.environ.get("VMSGUARD_REQUIRE_REAL") == "1":
        pytest.fail(f"required, but {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this file."""
    program = shutil.which("chromium")
    if program is None:
        _unavailable("not installed: chromium (run tests/real/install.sh)")
    if find_spec("playwright") is None:
        _unavailable("not installed: playwright (pip install 'vmsguard[testing]')")
    from playwright.sync_api import sync_playwright

    # Chromium's own sandbox cannot be set up by root.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=arguments)
        yield started
        started.close()


class Opened(NamedTuple):
    """A page with everything that it did since it was opened."""

    page: Page
    requests: list[str]
    complaints: list[str]


Open = Callable[..., Opened]


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens a report as a file, as its reader would, with the network cut."""
    contexts = []

    def show(report: Report, **options: Any) -> Opened:
        file = tmp_path / f"report-{len(contexts)}.html"
        file.write_text(render(report), encoding="utf-8", newline="\n")
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        requests: list[str] = []
        complaints: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
        page.on("popup", lambda popup: complaints.append(popup.url))
        page.route("**/*", lambda route: route.continue_() if route.request.url == file.as_uri() else route.abort())
        page.goto(file.as_uri(), wait_until="load")
        return Opened(page, [url for url in requests if url != file.as_uri()] + requests[1:], complaints)

    yield show
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.is_file():
        _unavailable("not installed: axe-core (run tests/real/install.sh)")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(params=["sample", "filled", "tampered", "empty"])
def report(request: pytest.FixtureRequest, sample_report: Report, filled: ModuleType) -> Report:
    """The shapes a report can have."""
    nothing = {name: () for name in sample_report.__struct_fields__ if isinstance(getattr(sample_report, name), tuple)}
    broken = replace(sample_report.integrity, exit_code=1, verdict="tampered")
    shapes: dict[str, Callable[[], Report]] = {
        "sample": lambda: sample_report,
        "filled": lambda: filled.filled_report(filled.hostile(filled.PAYLOADS["long word"])),
        "tampered": lambda: replace(sample_report, integrity=broken, logs=(broken,)),
        "empty": lambda: replace(sample_report, by_site={}, reviews={}, **nothing),  # type: ignore[arg-type]
    }
    return shapes[request.param]()


@SIZES
@SCHEMES
def test_it_loads_nothing_complains_of_nothing_and_fits(report: Report, opened: Open, size: Any, scheme: str) -> None:
    page, requests, complaints = opened(report, viewport=size, color_scheme=scheme)
    page.evaluate(OPEN_ALL)

    assert [] == requests
    assert [] == complaints
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


@SIZES
@SCHEMES
def test_a_reader_with_an_aid_finds_no_serious_obstacle(
    report: Report, opened: Open, axe: str, size: Any, scheme: str
) -> None:
    page = opened(report, viewport=size, color_scheme=scheme).page
    page.evaluate(OPEN_ALL)
    page.evaluate(axe)

    assert [] == page.evaluate(SERIOUS)


def test_the_check_for_obstacles_finds_one(sample_report: Report, opened: Open, axe: str) -> None:
    page = opened(sample_report).page
    page.evaluate(axe)
    page.evaluate("document.querySelector('h1').insertAdjacentHTML('afterend', '<img src=\"data:,\">')")

    assert ["image-alt"] == [found.split(":")[0] for found in page.evaluate(SERIOUS)]


@pytest.fixture(scope="module")
def quiet(browser: Browser, filled: ModuleType) -> dict[str, int]:
    """How many elements of each kind a page of harmless words has."""
    page = browser.new_page()
    page.set_content(render(filled.filled_report(filled.harmless())))
    shape: dict[str, int] = page.evaluate(SHAPE)
    page.close()
    return shape


def test_hostile_words_are_inert(payload: str, filled: ModuleType, opened: Open, quiet: dict[str, int]) -> None:
    page, requests, complaints = opened(filled.filled_report(filled.hostile(payload)))
    page.evaluate(OPEN_ALL)

    assert quiet == page.evaluate(SHAPE)
    assert [] == requests
    assert [] == complaints


def test_dark_is_dark_and_paper_is_white_with_everything_open(sample_report: Report, opened: Open) -> None:
    page = opened(sample_report, color_scheme="dark").page
    ground = "getComputedStyle(document.body).backgroundColor"
    ink = "getComputedStyle(document.body).color"

    assert "rgb(22, 23, 26)" == page.evaluate(ground)
    closed = page.evaluate("[...document.querySelectorAll('details:not([open])')].length")
    page.emulate_media(media="print")
    assert closed > 0
    assert ("rgb(255, 255, 255)", "rgb(0, 0, 0)") == (page.evaluate(ground), page.evaluate(ink))
    assert [] == page.evaluate(
        """() => [...document.querySelectorAll('main details > :not(summary)')]
        .filter(one => one.textContent.trim() && !one.checkVisibility()).map(one => one.outerHTML.slice(0, 80))"""
    )


def test_it_prints_on_a4(sample_report: Report, opened: Open) -> None:
    printed = opened(sample_report).page.pdf(prefer_css_page_size=True)

    assert printed.startswith(b"%PDF")
    assert b"/MediaBox [0 0 594.95996 841.91998]" in printed


def test_on_paper_nothing_is_cut_off_at_the_side(sample_report: Report, opened: Open) -> None:
    # A4 less the margins of the style, at 96 dots an inch.
    page = opened(sample_report, viewport={"width": 665, "height": 900}).page
    page.emulate_media(media="print")

    assert page.evaluate("document.documentElement.scrollWidth") <= 665


def test_the_keyboard_reaches_the_report_first(sample_report: Report, opened: Open) -> None:
    page = opened(sample_report).page
    page.keyboard.press("Tab")

    assert "Skip to the report" == page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"


def test_a_link_to_a_record_shows_it(sample_report: Report, opened: Open) -> None:
    page = opened(sample_report).page
    seq = sample_report.items[0].seq
    page.evaluate(f"location.hash = 'r-{seq}'")
    page.wait_for_function(f"document.querySelector('#r-{seq}:target') !== null")

    assert page.evaluate(f"document.getElementById('r-{seq}').checkVisibility()")


@pytest.mark.slow
def test_a_thousand_cameras_stay_small_and_complete(large_report: Callable[[int], Report], opened: Open) -> None:
    report = large_report(1000)
    page, requests, complaints = opened(report, viewport=PHONE)
    missing = "wanted => wanted.filter(seq => document.getElementById('r-' + seq) === null)"

    assert len(render(report).encode()) < 5_000_000
    assert [] == page.evaluate(missing, [item.seq for item in report.items])
    assert [] == requests
    assert [] == complaints
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def newest_verdicts(evidence: Path) -> dict[tuple[str, str, str], dict[str, Any]]:
    """The last final verdict of each rule on each camera, by a plain loop over the lines of the log."""
    newest = {}
    for segment in sorted((evidence / "log").glob("*.jsonl")):
        for line in segment.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            if record["event"] == "verify" and record["final"] and record.get("rule") and not record.get("control"):
                newest[record["camera"], record["pack"], record["rule"]] = record
    return newest


def told_on(page: Page) -> dict[str, int]:
    """The figures of the headline, as a reader sees them."""
    tiles = page.locator(".tile").all()
    return {tile.locator("span").inner_text(): int(tile.locator("b").inner_text().replace(",", "")) for tile in tiles}


@pytest.mark.slow
def test_the_page_of_a_log_of_a_thousand_cameras_says_what_its_records_say(
    tmp_path: Path, writing: ModuleType, opened: Open, axe: str
) -> None:
    evidence = tmp_path / "evidence"
    trust = writing.write_fleet(evidence, cameras=1000, runs=1)
    report = build_report(evidence, trust=parse_trust(trust.encode()), now=writing.START + timedelta(hours=1))
    newest = newest_verdicts(evidence)
    words = {"not_applicable": "does not apply", "direct": "pass"}
    words |= {"fallback": "pass by fallback", "exception": "pass by exception"}
    kinds = [one["qualifier"] if one["verdict"] == "pass" else one["verdict"] for one in newest.values()]
    wanted = Counter(words.get(kind, kind) for kind in kinds)

    page, requests, complaints = opened(report, viewport=DESKTOP)
    page.evaluate(axe)

    assert wanted == told_on(page)
    assert [] == page.evaluate(
        "wanted => wanted.filter(seq => document.getElementById('r-' + seq) === null)",
        [record["seq"] for record in newest.values()],
    )
    assert [] == requests
    assert [] == complaints
    assert [] == page.evaluate(SERIOUS)


@pytest.mark.slow
def test_the_report_of_the_demo_opens_on_every_screen(tmp_path: Path, opened: Open, axe: str) -> None:
    demo = subprocess.run([sys.executable, "-m", "vmsguard", "demo"], cwd=tmp_path, capture_output=True, text=True)
    assert 0 == demo.returncode, demo.stdout + demo.stderr
    home = tmp_path / "vmsguard-demo"
    trust = load_trust(home / "trust.policy")
    report = build_report(home / "evidence", trust=trust, now=datetime.now(UTC))

    assert "intact and complete" == report.integrity.verdict
    for size in (PHONE, DESKTOP):
        for scheme in ("light", "dark"):
            page, requests, complaints = opened(report, viewport=size, color_scheme=scheme)
            page.evaluate(OPEN_ALL)
            page.evaluate(axe)
            assert [] == requests
            assert [] == complaints
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
            assert [] == page.evaluate(SERIOUS)
    newest = newest_verdicts(home / "evidence")
    assert Counter(record["verdict"] for record in newest.values())["fail"] == told_on(page)["fail"]
