"""JUnit XML, the form in which build servers read test results."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lxml import etree
from msgspec import Struct

__all__ = ["JUnitCase", "junit_xml"]


class JUnitCase(Struct, frozen=True):
    """One test; it passed if there is no failure."""

    name: str
    file: str
    line: int
    failures: Sequence[str] = ()


def junit_xml(suites: Iterable[tuple[str, Sequence[JUnitCase]]]) -> bytes:
    """The whole document; characters that XML cannot hold are replaced."""
    root = etree.Element("testsuites")
    for name, cases in suites:
        broken = sum(1 for case in cases if case.failures)
        suite = etree.SubElement(
            root, "testsuite", name=name, tests=str(len(cases)), failures=str(broken), errors="0", skipped="0"
        )
        for case in cases:
            told = etree.SubElement(
                suite, "testcase", classname=name, name=_clean(case.name), file=case.file, line=str(case.line)
            )
            for failure in case.failures:
                etree.SubElement(told, "failure", message=_clean(failure.splitlines()[0])).text = _clean(failure)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))


def _clean(text: str) -> str:
    return "".join(char if char.isprintable() or char in "\n\t" else "\N{REPLACEMENT CHARACTER}" for char in text)
