"""What one look at a witness point showed."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from vmsguard.model.vocabulary import Why

__all__ = ["Sighting", "proves_nothing"]


class Sighting(Struct, frozen=True):
    """Whether the point answered; None proves nothing, and ``why`` says what kept it from proving.

    For files ``answered`` says whether they were written to between two looks, ``files`` how many there are.
    ``detail`` is in our words and holds nothing a device sent but a status code.
    """

    answered: bool | None
    files: int | None = None
    detail: str = ""
    why: Why = Why.NOT_READ
    without_login: bool | None = None
    """Whether a stream was described to somebody who showed no login; None where nobody was asked like that."""
    oldest: datetime | None = None
    """When the file that was left alone for the longest was last written to; None where there is no file."""
    newest: datetime | None = None
    """When a file was last written to."""


def proves_nothing(detail: str, why: Why = Why.NOT_READ) -> Sighting:
    """A look that neither shows the thing nor shows it gone."""
    return Sighting(None, None, detail, why)
