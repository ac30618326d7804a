"""Parsers of media and network replies, on data shaped like what real devices send."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree
from vmsguard_onvif.elements import Element, Malformed
from vmsguard_onvif.faults import Where
from vmsguard_onvif.namespaces import DEVICE, EVENTS, MEDIA, MEDIA2
from vmsguard_onvif.replies import device as device_replies
from vmsguard_onvif.replies import link as link_replies
from vmsguard_onvif.replies import media as media_replies
from vmsguard_onvif.replies.media import Mask, Metadata, Multicast
from vmsguard_onvif.reply import response

DATA = Path(__file__).with_name("data")


def reply(name: str, namespace: str, operation: str) -> Element:
    return response((DATA / name).read_bytes(), 200, namespace, Where("cam", operation))


def element(tag: str, inner: str) -> Element:
    spaces = (
        f'xmlns:trt="{MEDIA}" xmlns:tr2="{MEDIA2}" xmlns:tev="{EVENTS}" xmlns:tds="{DEVICE}" '
        'xmlns:tt="http://www.onvif.org/ver10/schema"'
    )
    return etree.fromstring(f"<{tag} {spaces}>{inner}</{tag}>")


def test_network_protocols_keep_every_port() -> None:
    found = device_replies.network_protocols(reply("get_network_protocols.xml", DEVICE, "GetNetworkProtocols"))
    assert [(entry.name, entry.enabled, entry.ports) for entry in found] == [
        ("HTTP", True, (80, 0)),
        ("HTTPS", False, (443,)),
        ("RTSP", True, (554,)),
    ]


def test_profiles_of_media2_tell_multicast_in_each_configuration() -> None:
    (main, second) = media_replies.media2_profiles(reply("media2_get_profiles.xml", MEDIA2, "GetProfiles"))
    assert main.multicasts == (
        Multicast("enc_main", "video", False),
        Multicast("aac", "audio", True),
        Multicast("meta", "metadata", None),
    )
    assert (main.source, main.source_configuration, main.has_video, main.analytics) == (
        "vs_1",
        "vsc_main",
        True,
        "ana_1",
    )
    assert main.metadata == Metadata("meta", True, events=True)
    assert (second.source, second.has_video, second.metadata, second.multicasts) == ("", False, None, ())


@pytest.mark.parametrize("prefix", ["trt", "tr2"])
def test_configurations_of_either_service_tell_auto_start(prefix: str) -> None:
    entry = '<{0}:Configurations token="{1}"><tt:Multicast>{2}</tt:Multicast></{0}:Configurations>'
    inner = entry.format(prefix, "a", "<tt:AutoStart>1</tt:AutoStart>") + entry.format(prefix, "b", "")
    found = media_replies.multicasts(element(f"{prefix}:GetVideoEncoderConfigurationsResponse", inner), "video")
    assert found == (Multicast("a", "video", True), Multicast("b", "video", None))


def test_configurations_of_another_service_are_no_empty_list() -> None:
    inner = '<tr2:Configurations token="a"/>'
    with pytest.raises(Malformed):
        media_replies.multicasts(element("trt:GetVideoEncoderConfigurationsResponse", inner), "video")


@pytest.mark.parametrize(
    "inner",
    [
        "",
        "<tds:IPAddressFilter/>",
        "<tds:IPAddressFilter><tt:Type>Sometimes</tt:Type></tds:IPAddressFilter>",
        "<tds:IPAddressFilter><tt:Type>Allow</tt:Type><tt:IPv4Address/></tds:IPAddressFilter>",
    ],
)
def test_an_address_filter_that_does_not_say_what_it_does_is_malformed(inner: str) -> None:
    with pytest.raises(Malformed):
        device_replies.address_filter_limits(element("tds:GetIPAddressFilterResponse", inner))


def test_masks_tell_what_they_cover_and_not_where() -> None:
    mask = (
        '<tr2:Masks token="m1"><tr2:ConfigurationToken>vsc_main</tr2:ConfigurationToken><tr2:Polygon>'
        '<tt:Point x="0" y="0"/></tr2:Polygon><tr2:Type>Blurred</tr2:Type><tr2:Enabled>{}</tr2:Enabled></tr2:Masks>'
    )
    found = media_replies.masks(element("tr2:GetMasksResponse", mask.format("true") + mask.format("perhaps")))
    assert found == (Mask("m1", "vsc_main", True), Mask("m1", "vsc_main", None))


@pytest.mark.parametrize("inner", ['<tr2:Masks token="m1"/>', "<tr2:Masks/>", "<tr2:Mask/>"])
def test_a_mask_without_its_tokens_is_malformed(inner: str) -> None:
    with pytest.raises(Malformed):
        media_replies.masks(element("tr2:GetMasksResponse", inner))


@pytest.mark.parametrize(
    ("status", "connected"), [("Connected", True), ("Connecting", False), ("Offline", False), ("", None), ("?", None)]
)
def test_a_broker_tells_its_state_and_whether_metadata_go_there(status: str, connected: bool | None) -> None:
    broker = "<tev:EventBroker><tev:Address>mqtts://b</tev:Address><tev:Status>{}</tev:Status>{}</tev:EventBroker>"
    inner = broker.format(status, "") + broker.format(status, "<tev:MetadataFilter/>")
    found = link_replies.event_brokers(element("tev:GetEventBrokersResponse", inner))
    assert [(entry.connected, entry.sends_metadata) for entry in found] == [(connected, False), (connected, True)]
