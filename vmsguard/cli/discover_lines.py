"""What a discovery found, on a terminal; every word a device said of itself is text and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from vmsguard.fleet.discover import Found
from vmsguard.fleet.enrolled_addresses import EnrolledAddresses
from vmsguard.model.discovery import Candidate, Way

__all__ = ["show_found"]

_WIDE = 110
"""Columns of a terminal from which on a table has room for addresses."""

_NAMED = 8

_CHECK = (
    "The cameras are in the network of this machine: probes do not cross routers. Ask others with --host ADDRESS.",
    "The firewall of this machine lets UDP to port 3702 out, and the answers to it in.",
    "Discovery is switched on in the cameras; many makers leave ONVIF, or its discovery, off.",
    "The interface is the one the cameras are at: name it with --interface.",
)


def show_found(console: Console, found: Found, enrolled: EnrolledAddresses, *, seconds: float) -> None:
    """Candidates, what is odd about them, what could not be read, and through which interfaces was asked."""
    count = len(found.candidates)
    if not count:
        console.print(Text(f"nothing answered within {seconds:g} s", style="bold"))
    elif console.width < _WIDE:
        _list(console, found.candidates)
    else:
        console.print(_table(found.candidates))
    for line in _notes(found, enrolled):
        console.print(line)
    for way in found.ways:
        console.print(Text(_asked(way), style="yellow" if way.problem else "dim"))
    if not count:
        console.print("what to check:")
        for told in _CHECK:
            console.print(Padding(Text(f"- {told}"), (0, 0, 0, 2)))
        return
    console.print(
        f"{count} answered. Names and hardware are what devices say of themselves; nothing is enrolled by it."
    )


def _table(candidates: Iterable[Candidate]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("address", "says it is", "service", "enrolled", "id"):
        table.add_column(column, overflow="fold")
    for one in candidates:
        mark = "! " if one.warnings else ""
        table.add_row(
            Text(f"{mark}{one.address}"), Text(_hints(one)), Text(one.url or "none"), _enrolled(one), Text(one.id)
        )
    return table


def _list(console: Console, candidates: Iterable[Candidate]) -> None:
    """The same on a narrow terminal: one below the other."""
    for one in candidates:
        console.print(Text(one.address, style="bold"))
        lines = (f"says it is {_hints(one)}", f"service: {one.url or 'none'}", f"id: {one.id}")
        for told in lines:
            console.print(Padding(Text(told, overflow="fold"), (0, 0, 0, 2)))
        console.print(Padding(Text.assemble("enrolled: ", _enrolled(one)), (0, 0, 0, 2)))


def _hints(one: Candidate) -> str:
    return ", ".join((*one.names, *one.hardware)) or "nothing"


def _enrolled(one: Candidate) -> Text:
    told = ", ".join(one.targets[:_NAMED])
    if one.enrolled == "yes":
        return Text(told, style="green")
    if one.enrolled == "no":
        return Text("no", style="bold")
    return Text(f"unknown; {told} is at this host" if told else "unknown", style="yellow")


def _notes(found: Found, enrolled: EnrolledAddresses) -> Iterator[Text]:
    for one in found.candidates:
        for warning in one.warnings:
            yield Text(f"! {one.address}: {warning}", style="yellow")
    for unread in found.unread:
        yield Text(f"! {unread.address} answered and could not be read: {unread.why}", style="yellow")
    for why in found.incomplete:
        yield Text(f"! not complete: {why}", style="bold yellow")
    for what, count in sorted(found.ignored.items()):
        yield Text(f"{count} datagrams ignored: {what}", style="dim")
    by_name = enrolled.by_name
    if found.candidates and not enrolled.known:
        yield Text("there is no configuration here: nothing was compared with an inventory", style="dim")
    if by_name and any(one.enrolled == "unknown" for one in found.candidates):
        more = f" and {len(by_name) - _NAMED} more" if len(by_name) > _NAMED else ""
        yield Text(f"enrolled by name, which is not looked up: {', '.join(by_name[:_NAMED])}{more}", style="dim")


def _asked(way: Way) -> str:
    whom = f"{way.interface} ({way.address})" if way.interface else "the hosts that were named"
    told = f"asked: {whom}, {way.sent} datagrams"
    return f"{told}; not all could be sent: {way.problem}" if way.problem else told
