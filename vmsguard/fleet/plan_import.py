"""Entries of a file to targets and cameras that an inventory lacks; nothing is written here."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from vmsguard.errors import ConfigError, Problems
from vmsguard.fleet.candidates_file import ImportEntry
from vmsguard.fleet.claimed_address import bracketed, host_and_port
from vmsguard.fleet.enrolled_addresses import EnrolledAddresses
from vmsguard.fleet.gather_answers import candidate_id
from vmsguard.model.inventory import Inventory, LoginRefs
from vmsguard.policy.syntax.suggest import did_you_mean

__all__ = ["ImportDefaults", "ImportPlan", "LeftOut", "NewCamera", "plan_import"]

_Fault = Callable[[str, str], None]


class ImportDefaults(Struct, frozen=True, kw_only=True):
    """What holds for every entry that does not state it itself."""

    site: str = ""
    driver: str = ""
    login: LoginRefs = LoginRefs()
    urls: Mapping[str, str] = {}
    """Driver to where its protocol begins on a host, as ``http://{host}/…``."""


class NewCamera(Struct, frozen=True, kw_only=True):
    """One target with the one camera it is: what an entry becomes."""

    id: str
    target: str
    site: str
    driver: str
    url: str
    login: LoginRefs
    groups: tuple[str, ...] = ()
    attributes: Mapping[str, bool | int | str] = {}
    notes: tuple[str, ...] = ()


class LeftOut(Struct, frozen=True):
    """An entry that is not added, why, and what to do if it should be."""

    place: str
    address: str
    why: str
    next: str = ""


class ImportPlan(Struct, frozen=True):
    new: tuple[NewCamera, ...]
    left_out: tuple[LeftOut, ...]


def plan_import(
    entries: Sequence[ImportEntry],
    defaults: ImportDefaults,
    inventory: Inventory,
    *,
    groups: Collection[str],
    file: Path,
) -> ImportPlan:
    """What would be added to the inventory; raises ``Problems`` with everything that is not stated or clashes."""
    enrolled = EnrolledAddresses(inventory)
    problems: list[ConfigError] = []
    taken: dict[str, int] = {}
    new: list[NewCamera] = []
    left_out: list[LeftOut] = []
    for entry in entries:
        fault = _faults_at(problems, file, entry.line)
        told = entry.url or entry.address
        if entry.names_no_url:
            hint = "write its address under url: once you know that it is the device's own"
            left_out.append(LeftOut(entry.place, told, "it names no address of its own", hint))
            continue
        driver = entry.driver or defaults.driver
        url = entry.url or _url(entry.address, driver, defaults.urls, fault)
        host, port = host_and_port(url)
        if url and not host:
            fault("not an http or https address without a login", "write http://HOST:PORT/PATH")
        if not host:
            continue
        enrolment = enrolled.of(host, port)
        if enrolment.told == "yes":
            left_out.append(LeftOut(entry.place, told, f"enrolled already as {', '.join(enrolment.targets)}"))
            continue
        made = _camera(entry, defaults, driver, url)
        if made.id in inventory.cameras or made.target in inventory.targets:
            why = f"{made.id} is enrolled already, at another address"
            left_out.append(LeftOut(entry.place, told, why, "if it moved, change its url; else give it another id"))
            continue
        _check(made, taken, groups, fault)
        for name in (made.id, made.target, made.url):
            taken.setdefault(name, entry.line)
        new.append(made)
    if problems:
        raise Problems(problems)
    return ImportPlan(tuple(_with_notes(one, enrolled) for one in new), tuple(left_out))


def _faults_at(problems: list[ConfigError], file: Path, line: int) -> _Fault:
    return lambda message, hint: problems.append(ConfigError(message, file=file, line=line, hint=hint))


def _url(address: str, driver: str, urls: Mapping[str, str], fault: _Fault) -> str:
    """Where the driver's protocol begins on a host that a person named; empty where that is not known."""
    if driver not in urls:
        fault(f"the driver {driver} has no address that is the same on every host", "write the whole address")
        return ""
    try:
        told = bracketed(str(ipaddress.ip_address(address)))
    except ValueError:
        told = address
    host, _ = host_and_port(f"http://{told}")
    if not host or any(char in told for char in "/?#@\\"):
        fault("address: not a host", "write a host, HOST:PORT, or an http or https address")
        return ""
    return urls[driver].replace("{host}", told)


def _camera(entry: ImportEntry, defaults: ImportDefaults, driver: str, url: str) -> NewCamera:
    host, port = host_and_port(url)
    name = entry.id or candidate_id("", f"{bracketed(host)}:{port}")
    return NewCamera(
        id=name,
        target=f"t-{name}",
        site=entry.site or defaults.site,
        driver=driver,
        url=url,
        login=defaults.login,
        groups=entry.groups,
        attributes=entry.attributes,
    )


def _check(made: NewCamera, taken: Mapping[str, int], groups: Collection[str], fault: _Fault) -> None:
    if not made.site:
        fault("no site is stated", "name it with --site, or in the file")
    for group in made.groups:
        if group not in groups:
            fault(f"unknown group {group!r}", did_you_mean(group, groups) if groups else "define it in the inventory")
    for name in (made.id, made.target):
        if name in taken:
            fault(f"the id {name} is taken on line {taken[name]}", "give it another one under id")
            return
    if made.url in taken:
        fault(f"its address stands on line {taken[made.url]} already", "keep one of the two")


def _with_notes(made: NewCamera, enrolled: EnrolledAddresses) -> NewCamera:
    told = enrolled.of(*host_and_port(made.url))
    if told.targets:
        note = f"at the host of {', '.join(told.targets)}: another device, or another port of the same"
        return replace(made, notes=(note,))
    if told.told == "unknown":
        note = f"may be enrolled already: {', '.join(enrolled.by_name[:8])} is enrolled by name, which is not looked up"
        return replace(made, notes=(note,))
    return made
