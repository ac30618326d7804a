"""Metadata that tell nothing of the scene: analytics and events switched off in the configuration of a stream."""

from __future__ import annotations

from lxml import etree

from vmsguard.errors import NotSupported
from vmsguard.model.facts import Absent
from vmsguard_onvif.changes.profiles import end_auto_starts, profiles_by_service
from vmsguard_onvif.elements import TT, Element, Malformed, flag, only, text, token
from vmsguard_onvif.envelope import leaf
from vmsguard_onvif.gathering import Unanswered
from vmsguard_onvif.message_definitions import Binding
from vmsguard_onvif.namespaces import MEDIA, MEDIA2, PREFIXES
from vmsguard_onvif.ordered import Order
from vmsguard_onvif.replies.media import Profile

__all__ = ["silenced", "stop_metadata"]

_NO_LEVER = {
    "broker": "metadata of a broker by itself, which push.stop ends together with its events",
    "track": "the metadata track of a recording, which recording.stop stops filling",
}
"""Streams of metadata that are reported and have no lever of their own, by what their ids begin with."""


async def stop_metadata(order: Order) -> None:
    """Let one profile's metadata tell nothing of the scene, by the id it has in ``metadata.streams``.

    The configuration is sent back as read without analytics and events. Where a profile of another source shares it,
    or the device has no operation for that, the profile is left without metadata.
    """
    kind, _, profile = order.argument("stream").partition(":")
    if kind != "profile":
        raise order.no_lever(_NO_LEVER.get(kind, f"metadata of {kind!r}"))
    listed = {
        service: found
        for service, found in (await profiles_by_service(order, profile)).items()
        if found.metadata is not None and found.metadata.describes is not False
    }
    if not listed:
        return
    if not await _is_shared(order, next(iter(listed.values()))):
        for service, found in listed.items():
            try:
                await _silence(order, service, found)
            except NotSupported:
                continue
            return
    await _take_out(order, profile, listed)


async def _is_shared(order: Order, mine: Profile) -> bool:
    """Whether a profile that shows another source, or none that is told, holds the same configuration.

    Raises where a media service that has profiles did not list them: another channel's may be among these.
    """
    assert mine.metadata is not None
    for service in (MEDIA, MEDIA2):
        if order.session.services.get(service) is None:
            continue
        answer = await order.readings.profiles(service)
        if isinstance(answer, Unanswered) and isinstance(answer.reading, Absent):
            continue
        for other in order.value(answer):
            same = other.metadata is not None and other.metadata.token == mine.metadata.token
            if same and other.token != mine.token and (other.source != mine.source or not other.source):
                return True
    return False


async def _silence(order: Order, service: str, profile: Profile) -> None:
    assert profile.metadata is not None
    wanted, prefix = profile.metadata.token, PREFIXES[service]
    whole = await order.read(service, "GetMetadataConfigurations", parse=lambda reply: silenced(reply, service, wanted))
    if whole:
        # In Media only a change that is asked to be persistent outlives a restart.
        kept = leaf(f"{prefix}:ForcePersistence", "true") if service == MEDIA else ""
        await order.enveloped(service, "SetMetadataConfiguration", whole + kept)


def silenced(reply: Element, service: str, wanted: str) -> str:
    """The configuration of that token as it is to be sent back; empty where it tells nothing already."""
    for entry in only(reply, f"{{{service}}}Configurations"):
        if token(entry) != wanted:
            continue
        events, analytics = entry.find(f"{TT}Events"), entry.find(f"{TT}Analytics")
        if events is None and analytics is not None and flag(text(analytics)) is False:
            return ""
        if events is not None:
            entry.remove(events)
        if analytics is None:
            # The schema has it right before Multicast, which it demands.
            following = entry.find(f"{TT}Multicast")
            if following is None:
                raise Malformed("a metadata configuration without its multicast settings")
            analytics = etree.Element(f"{TT}Analytics")
            following.addprevious(analytics)
        analytics.text = "false"
        entry.tag = f"{{{service}}}Configuration"
        return etree.tostring(entry, encoding="unicode", with_tail=False)
    raise Malformed("a profile's metadata configuration is in no list")


async def _take_out(order: Order, token_of_profile: str, listed: dict[str, Profile]) -> None:
    await end_auto_starts(order, token_of_profile, "metadata")
    refused: NotSupported | None = None
    for service in listed:
        try:
            if service == MEDIA:
                named = {"ProfileToken": token_of_profile}
                await order.typed(Binding.MEDIA, "RemoveMetadataConfiguration", named)
            else:
                part = f"<tr2:Configuration>{leaf('tr2:Type', 'Metadata')}</tr2:Configuration>"
                named_part = leaf("tr2:ProfileToken", token_of_profile) + part
                await order.enveloped(MEDIA2, "RemoveConfiguration", named_part)
        except NotSupported as error:
            refused = refused or error
        else:
            return
    if refused is not None:
        raise refused
