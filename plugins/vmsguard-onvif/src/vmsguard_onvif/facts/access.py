"""Facts about access and time, from what was seen on the way in."""

from __future__ import annotations

from vmsguard.errors import DriverError
from vmsguard.model.fact_values import Account
from vmsguard.model.facts import Items, Known, Unknown
from vmsguard.model.vocabulary import Why
from vmsguard_onvif.device_clock import whole_seconds_off
from vmsguard_onvif.factory_accounts import is_factory_account
from vmsguard_onvif.gathering import Answered, unanswered
from vmsguard_onvif.observed import Told, WholeView, runtime

__all__ = ["accounts", "addresses_limited", "anonymous", "clock_skew", "face_libraries"]


async def accounts(view: WholeView) -> Told:
    """Accounts by level; their ids are their places in the device's list, because names are people's."""
    told = view.accounts
    if isinstance(told, DriverError):
        return runtime(unanswered(view.session, told).reading)
    if not told:
        return runtime(Unknown(Why.FABRICATED if view.session.fabricates else Why.PROTOCOL, "no account is listed"))
    accepted = view.session.accepted_logins
    found = tuple(
        Account(f"account-{place}", user.level, default=is_factory_account(user, accepted))
        for place, user in enumerate(told, start=1)
    )
    return runtime(Known(Items(found)))


async def anonymous(view: WholeView) -> Told:
    """Whether GetDeviceInformation was answered without a login; only what the way in showed anyway."""
    seen = view.session.anonymous
    if seen is None:
        return runtime(Unknown(Why.NOT_READ, "no protected read was sent without a login"))
    return runtime(Known(seen))


async def clock_skew(view: WholeView) -> Told:
    """The device's clock minus ours, in whole seconds."""
    if not view.session.skew_known:
        return runtime(Unknown(Why.PROTOCOL, "GetSystemDateAndTime gives no UTC time"))
    return runtime(Known(whole_seconds_off(view.session.offset, view.session.doubt)))


async def addresses_limited(view: WholeView) -> Told:
    """Whether the device's own address filter lets in listed addresses only; which ones is not kept."""
    answer = await view.readings.addresses_limited()
    return runtime(Known(answer.value) if isinstance(answer, Answered) else answer.reading)


async def face_libraries(view: WholeView) -> Told:
    return runtime(Unknown(Why.NO_DRIVER_FACT, "ONVIF has no operation for galleries of faces"))
