"""Facts about who may enter motion's web control; pure, and without a name."""

from __future__ import annotations

from vmsguard.model.fact_values import Account
from vmsguard.model.facts import Items, Known, Reading, Unknown
from vmsguard.model.vocabulary import Why
from vmsguard_motion.settings import Settings

__all__ = ["ACCESS_LOG", "accounts", "addresses_limited"]

ACCESS_LOG = Unknown(Why.NO_DRIVER_FACT, "motion logs refused logins and no others")


def accounts(main: Settings | Unknown, *, anonymous: bool) -> Reading:
    """motion's two logins: the web control's, which may do everything it shows, and the viewers' of its streams."""
    found = () if anonymous else (Account("web-control", "administrator"),)
    viewers = None if isinstance(main, Unknown) else main.number("stream_auth_method")
    if viewers is None:
        return Known(Items(found, complete=False, missing="the login of streams is shown only with webcontrol_parms 3"))
    return Known(Items((*found, Account("stream", "user")) if viewers else found))


def addresses_limited(main: Settings | Unknown) -> Reading:
    """Whether the web control answers the machine it runs on alone."""
    if isinstance(main, Unknown):
        return main
    told = main.is_on("webcontrol_localhost")
    return Unknown(Why.NOT_READ, "webcontrol_localhost is not shown") if told is None else Known(told)
