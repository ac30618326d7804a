"""The template engine, set so that nothing a log says can become markup."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined, Undefined
from markupsafe import Markup

from vmsguard.report.page import groups, page_words, svg_deletions, svg_sites, svg_stack, text

__all__ = ["environment", "stylesheet"]

_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")


def _written(value: object) -> object:
    """What a template writes: escaped afterwards unless it is output of a macro, and never a bare None."""
    if isinstance(value, Markup | int | Undefined) and not isinstance(value, bool):
        return value  # an undefined name complains for itself, and says which it is
    if isinstance(value, str):
        return text.visible(value)
    raise TypeError(f"a template writes a {type(value).__name__}; words, numbers and markup only")


@cache
def environment() -> Environment:
    """One for the process. Everything is escaped, an undefined name is an error, and no template may opt out."""
    made = Environment(
        loader=PackageLoader("vmsguard.report.page", "templates"),
        autoescape=True,
        finalize=_written,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    made.filters.update(
        day=text.day,
        iso=text.iso,
        moment=text.moment,
        number=text.number,
        span=text.span,
        place=svg_deletions.place,
        counts_told=svg_sites.counts_told,
        force=page_words.force_told,
    )
    made.filters.pop("safe")  # log data has no way around escaping
    made.tests["hangul"] = lambda text: _HANGUL.search(text) is not None
    made.globals.update(
        plural=page_words.plural,
        part_lines=groups.part_lines,
        series=svg_stack.SERIES,
        segments=svg_stack.segments,
        worst=svg_stack.worst,
        verdict_words=page_words.VERDICTS,
        qualifier_words=page_words.QUALIFIERS,
        remediation_words=page_words.REMEDIATIONS,
    )
    return made


@cache
def stylesheet() -> tuple[str, str]:
    """The page's only style, and its hash as a source of a content security policy.

    With the hash in place of ``unsafe-inline`` a style that got in with some text would not apply either.
    """
    loader = environment().loader
    assert loader is not None
    css, _, _ = loader.get_source(environment(), "style.css")
    digest = b64encode(sha256(css.encode()).digest()).decode("ascii")
    return css, f"sha256-{digest}"
