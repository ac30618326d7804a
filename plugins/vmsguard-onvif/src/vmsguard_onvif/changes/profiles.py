"""Levers on media profiles: emptying one, and ending what is multicast from it or set to be."""

from __future__ import annotations

from lxml import etree

from vmsguard.errors import NotSupported
from vmsguard_onvif.elements import TT, Element, descend, flag, only, text
from vmsguard_onvif.envelope import leaf
from vmsguard_onvif.gathering import Unanswered
from vmsguard_onvif.message_definitions import Binding
from vmsguard_onvif.multicast_configurations import of_service
from vmsguard_onvif.namespaces import MEDIA, MEDIA2, PREFIXES
from vmsguard_onvif.ordered import Order
from vmsguard_onvif.replies import media as media_replies
from vmsguard_onvif.replies.media import Profile

__all__ = ["empty_profile", "end_auto_starts", "profiles_by_service", "stop_configuration", "stop_multicast"]

_LISTS = {
    "video": ("GetVideoEncoderConfigurations", "SetVideoEncoderConfiguration"),
    "audio": ("GetAudioEncoderConfigurations", "SetAudioEncoderConfiguration"),
    "metadata": ("GetMetadataConfigurations", "SetMetadataConfiguration"),
}


async def profiles_by_service(order: Order, token: str) -> dict[str, Profile]:
    """The profile as each media service lists it; one may leave out what only the other can express.

    Raises where none lists it and one of them could not be read.
    """
    found: dict[str, Profile] = {}
    unread: Unanswered | None = None
    for service in (MEDIA, MEDIA2):
        if order.session.services.get(service) is None:
            continue
        answer = await order.readings.profiles(service)
        if isinstance(answer, Unanswered):
            unread = unread or answer
            continue
        for profile in answer.value:
            if profile.token == token:
                found[service] = profile
    if not found and unread is not None:
        order.own(unread)
    return found


async def empty_profile(order: Order, token: str) -> None:
    """Take the video source out of the profile, without which the device has no picture to give.

    ONVIF has no switch on snapshots or on RTSP through the HTTP port. A fixed profile cannot be deleted, but its
    configurations may go. The second media service is tried where the first has no such operation.
    """
    listed = {name: profile for name, profile in (await profiles_by_service(order, token)).items() if profile.source}
    refused: NotSupported | None = None
    for service in listed:
        try:
            await _remove_source(order, service, token)
        except NotSupported as error:
            refused = refused or error
        else:
            return
    if refused is not None:
        raise refused


async def _remove_source(order: Order, service: str, token: str) -> None:
    if service == MEDIA:
        await order.typed(Binding.MEDIA, "RemoveVideoSourceConfiguration", {"ProfileToken": token})
        return
    part = f"<tr2:Configuration>{leaf('tr2:Type', 'VideoSource')}</tr2:Configuration>"
    await order.enveloped(MEDIA2, "RemoveConfiguration", leaf("tr2:ProfileToken", token) + part)


async def stop_multicast(order: Order, token: str) -> None:
    """Stop what is multicast from the profile, then whatever of it is still set to start by itself.

    Success of the first is also what a device answers that was not sending, and one that only ends what runs
    begins again after a restart.
    """
    listed = await profiles_by_service(order, token)
    for service in listed:
        try:
            if service == MEDIA:
                await order.typed(Binding.MEDIA, "StopMulticastStreaming", {"ProfileToken": token})
            else:
                await order.enveloped(MEDIA2, "StopMulticastStreaming", leaf("tr2:ProfileToken", token))
        except NotSupported:
            continue
        break
    if listed:
        told = MEDIA2 if MEDIA2 in listed else MEDIA
        for multicast in await _auto_started(order, told, token):
            await _switch_off(order, told, multicast.carries, multicast.configuration)


async def _auto_started(order: Order, service: str, token: str) -> list[media_replies.Multicast]:
    """What the profile holds with AutoStart, asked afresh: the reply that was read before the stop is old."""
    if service == MEDIA:
        profiles = await order.read(MEDIA, "GetProfiles", parse=media_replies.media_profiles)
    else:
        every = "<tr2:Type>All</tr2:Type>"
        profiles = await order.read(MEDIA2, "GetProfiles", every, parse=media_replies.media2_profiles)
    return [found for profile in profiles if profile.token == token for found in profile.multicasts if found.running]


async def end_auto_starts(order: Order, token: str, kind: str) -> None:
    """Switch AutoStart off in what the profile holds of a kind that is about to be taken out of it.

    Outside of a profile it would stay set, and belong to no channel any more.
    """
    for service, profile in (await profiles_by_service(order, token)).items():
        for multicast in profile.multicasts:
            if multicast.carries == kind and multicast.running:
                await _switch_off(order, service, kind, multicast.configuration)
                return


async def stop_configuration(order: Order, name: str) -> None:
    """Switch AutoStart off in one configuration that no profile holds: ``kind/token``."""
    kind, _, token = name.partition("/")
    service = of_service(order.readings)
    if service is None or kind not in _LISTS:
        raise order.no_lever(f"a configuration of {kind!r}")
    await _switch_off(order, service, kind, token)


async def _switch_off(order: Order, service: str, kind: str, token: str) -> None:
    """Send the configuration back as read with AutoStart off; in Media only a persistent change outlives a restart."""
    listing, setting = _LISTS[kind]
    prefix = PREFIXES[service]
    for whole in await order.read(service, listing, parse=lambda reply: _without_auto_start(reply, service, token)):
        kept = leaf(f"{prefix}:ForcePersistence", "true") if service == MEDIA else ""
        await order.enveloped(service, setting, whole + kept)


def _without_auto_start(reply: Element, service: str, token: str) -> list[str]:
    """The configuration of that token as it is to be sent back; nothing where it does not start by itself."""
    found = []
    for entry in only(reply, f"{{{service}}}Configurations"):
        start = descend(entry, f"{TT}Multicast", f"{TT}AutoStart")
        if entry.get("token") == token and start is not None and flag(text(start)) is not False:
            start.text = "false"
            entry.tag = f"{{{service}}}Configuration"
            found.append(etree.tostring(entry, encoding="unicode", with_tail=False))
    return found
