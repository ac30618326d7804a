"""Reports whose every field is filled by its type: with hostile strings, or with harmless ones of the same shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import count
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from msgspec import Struct
from msgspec.structs import replace

from vmsguard.model.vocabulary import Qualifier, Remediation, Verdict
from vmsguard.report.model import Item, Report

__all__ = ["PAYLOADS", "filled_report", "harmless", "hostile"]

WHEN = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PAYLOADS = {
    "script": "<script>alert(1)</script>",
    "image": "<img src=x onerror=alert(1)>",
    "double quote": '"><svg onload=alert(1)>',
    "single quote": "'><svg onload=alert(1)>",
    "attribute": '" onmouseover="alert(1)" x="',
    "end of style": "</style><script>alert(1)</script>",
    "end of title": "</title></desc></svg></text><script>alert(1)</script>",
    "end of pre": "</code></pre></textarea></noscript><b>loud</b>",
    "sections": "]]><b>loud</b><!--",
    "end of comment": "--><b>loud</b><![CDATA[",
    "link": "javascript:alert(1)",
    "template": "{{ 7 * 7 }}{% raw %}{# #}",
    "entities": "&lt;b&gt;&amp;&#x3c;b>",
    "bidi": "\u202egnp.exe\u2066\u200f",
    "right to left": "كاميرا البوابة",
    "nul": "a\x00b\x1b[31mc\x7f\x85",
    "surrogate": "a\ud800b",
    "long word": "w" * 500,
    "lines": "one\r\ntwo\nthree\tfour",
    "styled": "url(https://example.org/x) expression(alert(1))",
}


def hostile(payload: str) -> Callable[[], str]:
    """Strings that are all different and all hold ``payload``."""
    numbers = count(1)
    return lambda: f"c{next(numbers)}c {payload}"


def harmless() -> Callable[[], str]:
    """Strings that are as many and as different."""
    numbers = count(1)
    return lambda: f"c{next(numbers)}c"


def filled_report(text: Callable[[], str]) -> Report:
    """A report with at least one entry in every list, an item for every verdict and qualifier, and two logs."""
    fill = _Filler(text)
    report: Report = fill.struct(Report)
    items = tuple(
        replace(fill.struct(Item), seq=1000 + number, verdict=verdict, qualifier=qualifier, parts=parts)
        for number, (verdict, qualifier, parts) in enumerate(_shapes(fill))
    )
    integrity = replace(report.integrity, exit_code=2)
    return replace(report, items=items, integrity=integrity, logs=(integrity, fill.struct(type(integrity))))


def _shapes(fill: _Filler) -> Iterator[tuple[Verdict, Qualifier | None, tuple[Item, ...]]]:
    for verdict in Verdict:
        for qualifier in [*Qualifier, None] if verdict is Verdict.PASS else [None]:
            yield verdict, qualifier, tuple(replace(fill.struct(Item), verdict=part) for part in Verdict)


class _Filler:
    def __init__(self, text: Callable[[], str]) -> None:
        self._text = text
        self._numbers = count(1)

    def struct(self, kind: type[Any]) -> Any:
        hints = get_type_hints(kind)
        return kind(**{name: () if name == "parts" else self.value(hints[name]) for name in kind.__struct_fields__})

    def value(self, hint: Any) -> Any:
        origin, args = get_origin(hint), get_args(hint)
        if origin in (Union, UnionType):
            return self.value(next(arg for arg in args if arg is not NoneType))
        if origin is tuple:
            return (self.value(args[0]),) if args[-1] is Ellipsis else tuple(self.value(arg) for arg in args)
        if origin is not None and issubclass(origin, Mapping):
            return {self.value(args[0]): self.value(args[1])}
        if issubclass(hint, Struct):
            return self.struct(hint)
        plain: dict[Any, Callable[[], Any]] = {
            str: self._text,
            bool: lambda: True,
            int: lambda: next(self._numbers),
            datetime: lambda: WHEN,
            date: WHEN.date,
            Verdict: lambda: Verdict.UNKNOWN,
            Qualifier: lambda: Qualifier.DIRECT,
            Remediation: lambda: Remediation.REFUSED,
        }
        return plain[hint]()
