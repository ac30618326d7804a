"""The way in: clock, authentication, services, identity, and whether the device answers what cannot exist."""

from __future__ import annotations

from datetime import timedelta

from vmsguard.errors import (
    DeviceFault,
    DriverError,
    GuardTripped,
    NotSupported,
    ProtocolViolation,
    Refused,
    Unreachable,
)
from vmsguard.model.manifest import Identity
from vmsguard_onvif.canary import Song, listen
from vmsguard_onvif.elements import Element
from vmsguard_onvif.factory_accounts import is_anonymous, is_factory_login
from vmsguard_onvif.namespaces import DEVICE
from vmsguard_onvif.replies.device import User, device_information, users
from vmsguard_onvif.services import ServiceTable, from_capabilities, from_services
from vmsguard_onvif.session import Session

__all__ = ["open_session"]


_CLOCK_OFF = timedelta(minutes=1)
"""NTP keeps cameras within a second; our number for what nobody sets on purpose."""


async def open_session(session: Session) -> tuple[Identity, tuple[User, ...] | DriverError]:
    """Who answered and as whom we are in, and the accounts (or why they were not read); reads only."""
    clock_needs_login = await _clock_without_login(session)
    await session.decide_auth()
    if clock_needs_login:
        await session.synchronise(authenticate=True)
    session.services = await _services(session)
    information = await session.read(DEVICE, "GetDeviceInformation", parse=device_information)
    session.manufacturer = information.manufacturer
    await _canary(session)
    accounts = await _accounts(session)
    open_accounts = bool(session.anonymous) and not session.fabricates and await _lists_accounts_to_anybody(session)
    identity = Identity(
        manufacturer=information.manufacturer,
        model=information.model,
        firmware=information.firmware,
        serial=information.serial,
        hardware=information.hardware,
        as_administrator=_is_administrator(session, accounts),
        fabricates=session.fabricates,
        foreign_addresses=session.services.foreign,
        notes=(*_notes(session), *_account_notes(session, accounts, open_accounts)),
        login_mode=session.login_mode,
    )
    return identity, accounts


async def _clock_without_login(session: Session) -> bool:
    """Read the clock as anybody may; True if the device wants a login even for that (Axis, ipycam)."""
    try:
        await session.synchronise(authenticate=False)
    except (Unreachable, GuardTripped):
        raise
    except DriverError:
        return session.ctx.login is not None
    return False


async def _services(session: Session) -> ServiceTable:
    def parse(reply: Element) -> ServiceTable:
        return from_services(reply, host=session.host, device_path=session.device_path)

    def parse_old(reply: Element) -> ServiceTable:
        return from_capabilities(reply, host=session.host, device_path=session.device_path)

    wanted = "<tds:IncludeCapability>true</tds:IncludeCapability>"
    try:
        return await session.read(DEVICE, "GetServices", wanted, parse=parse)
    except (NotSupported, Refused, DeviceFault, ProtocolViolation):
        every = "<tds:Category>All</tds:Category>"
        return await session.read(DEVICE, "GetCapabilities", every, parse=parse_old)


async def _canary(session: Session) -> None:
    """Success means the device makes answers up; a proper refusal makes the absence of its other functions
    believable; anything else proves neither.
    """
    song = await listen(session, DEVICE)
    session.fabricates, session.trusts_absence = song is Song.SUCCESS, song is Song.REFUSAL


async def _accounts(session: Session) -> tuple[User, ...] | DriverError:
    try:
        return await session.read(DEVICE, "GetUsers", parse=users)
    except (Unreachable, GuardTripped):
        raise
    except DriverError as error:
        return error


async def _lists_accounts_to_anybody(session: Session) -> bool:
    """Whether GetUsers, which only an administrator may call, is answered without a login.

    Asked only of a device that already let anybody read: what it does with a wrong login is never tried.
    """
    try:
        return bool(await session.read(DEVICE, "GetUsers", parse=users, authenticate=False))
    except (Unreachable, GuardTripped):
        raise
    except DriverError:
        return False


def _is_administrator(session: Session, accounts: tuple[User, ...] | DriverError) -> bool | None:
    login = session.ctx.login
    if isinstance(accounts, DriverError) or login is None or session.fabricates:
        return None
    level = next((user.level for user in accounts if user.name == login.user), None)
    return None if level is None else level == "Administrator"


def _notes(session: Session) -> tuple[str, ...]:
    notes = []
    if session.anonymous:
        notes.append("no-auth-required")
    if not session.secure and session.ctx.login is not None:
        notes.append("plain-http")
    if session.skew_known and abs(session.offset) > _CLOCK_OFF:
        notes.append("clock-off")
    if session.services.operation == "GetCapabilities":
        notes.append("old-service-list")
    return tuple(notes)


def _account_notes(session: Session, accounts: tuple[User, ...] | DriverError, open_accounts: bool) -> tuple[str, ...]:
    notes = []
    if open_accounts:
        notes.append("accounts-without-login")
    if not isinstance(accounts, DriverError) and any(is_anonymous(user) for user in accounts):
        notes.append("anonymous-account")
    if any(is_factory_login(login) for login in session.accepted_logins):
        notes.append("factory-login")
    return tuple(notes)
