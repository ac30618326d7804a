"""What is made of a reply is no larger than the reply by more than a small factor, whatever a device puts into it."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from vmsguard_onvif.elements import Malformed
from vmsguard_onvif.event_topics import event_topics
from vmsguard_onvif.faults import Where
from vmsguard_onvif.namespaces import ANALYTICS, DEVICE, MEDIA, SCHEMA, SOAP12, TOPICS
from vmsguard_onvif.replies.analytics import configurations_of, installed_applications, rules
from vmsguard_onvif.replies.capability import class_options
from vmsguard_onvif.reply import body_of
from vmsguard_onvif.services import from_capabilities, from_services

from vmsguard.errors import ProtocolViolation

SECONDS, MEBIBYTES = 3.0, 48.0
"""Of one reply of eight megabytes, on a machine that others use too."""
CAP = 8 * 1024 * 1024
WHERE = Where("t", "Op")
SPACES = (
    f'xmlns:s="{SOAP12}" xmlns:tt="{SCHEMA}" xmlns:tan="{ANALYTICS}" xmlns:trt="{MEDIA}" xmlns:w="{TOPICS}" '
    f'xmlns:tds="{DEVICE}" xmlns:u="urn:x"'
)


def reply(inner: str) -> bytes:
    content = f"<s:Envelope {SPACES}><s:Body>{inner}</s:Body></s:Envelope>".encode()
    assert len(content) < CAP, len(content)
    return content


def topics(levels: int, name: str, leaves: int) -> bytes:
    names = [f"{name}{number}" for number in range(levels)]
    opened, closed = "".join(f"<{one}>" for one in names), "".join(f"</{one}>" for one in reversed(names))
    return reply(f"<u:R><w:TopicSet>{opened}{'<l/>' * leaves}{closed}</w:TopicSet></u:R>")


def services(count: int) -> str:
    return "".join(
        f"<tds:Service><tds:Namespace>n{n}</tds:Namespace><tds:XAddr>http://h{n}/x</tds:XAddr></tds:Service>"
        for n in range(count)
    )


def services_of(parsed: Any) -> Any:
    return from_services(parsed, host="h", device_path="/x")


def capabilities_of(parsed: Any) -> Any:
    return from_capabilities(parsed, host="h", device_path="/x")


CASES: dict[str, tuple[bytes, Callable[[Any], Any]]] = {
    "topics below long names": (topics(10, "n" * 40_000, 100_000), event_topics),
    "topics below many names": (topics(200, "n" * 400, 100_000), event_topics),
    "100,000 topics": (topics(1, "n", 100_000), event_topics),
    "classes of a letter each, in an attribute": (
        reply(
            f'<u:R><tan:Rule Name="r" Type="x"><tt:Parameters><tt:SimpleItem Name="ClassFilter" '
            f'Value="{"ab " * 2_500_000}"/></tt:Parameters></tan:Rule></u:R>'
        ),
        rules,
    ),
    "classes of a letter each, in a text": (
        reply(f'<u:R><tan:RuleOptions Name="ClassFilter"><u:I>{"ab " * 2_500_000}</u:I></tan:RuleOptions></u:R>'),
        class_options,
    ),
    "a rule with a name of 8 MB": (reply(f'<u:R><tan:Rule Name="{"n" * 8_000_000}" Type="x"/></u:R>'), rules),
    "100,000 rules within a configuration": (
        reply(
            '<u:R><trt:Configurations token="a"><tt:RuleEngineConfiguration>'
            f"{'<tt:Rule/>' * 100_000}</tt:RuleEngineConfiguration></trt:Configurations></u:R>"
        ),
        configurations_of(MEDIA),
    ),
    "100,000 applications": (
        reply(f"<u:R>{'<App><AppID>x</AppID><Name/></App>' * 49_000}</u:R>"),
        installed_applications,
    ),
    "49,000 services": (reply(f"<u:R>{services(49_000)}</u:R>"), services_of),
    "a service of 190,000 capabilities": (
        reply(
            "<u:R><tds:Service><tds:Namespace>n</tds:Namespace><tds:Capabilities><u:C "
            + " ".join(f"a{n}=''" for n in range(190_000))
            + "/></tds:Capabilities></tds:Service></u:R>"
        ),
        services_of,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_would_grow_is_refused_before_it_does(name: str) -> None:
    content, parse = CASES[name]
    parsed = body_of(content, WHERE)
    tracemalloc.start()
    begun = time.process_time()
    try:
        with pytest.raises(Malformed):
            parse(parsed)
        grown = tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()
    assert (True, True) == (SECONDS > time.process_time() - begun, MEBIBYTES > grown), grown


def test_hosts_without_end_are_told_as_a_few() -> None:
    table = services_of(body_of(reply(f"<u:R>{services(256)}</u:R>"), WHERE))
    assert (256, 16) == (len(table.services), len(table.foreign))


def test_capabilities_without_end_are_read_as_far_as_there_can_be_some() -> None:
    told = "".join(f"<tt:Media><tt:XAddr>http://h{n}/</tt:XAddr></tt:Media>" for n in range(40_000))
    table = capabilities_of(body_of(reply(f"<u:R><tds:Capabilities>{told}</tds:Capabilities></u:R>"), WHERE))
    assert (1, 16) == (len(table.services), len(table.foreign))


def test_one_service_of_capabilities_without_end_is_not_told_to_lack_the_last() -> None:
    told = "<tt:Other>false</tt:Other>" * 2_000 + "<tt:ReceiverSource>true</tt:ReceiverSource>"
    parsed = body_of(reply(f"<u:R><tds:Capabilities><tt:Media>{told}</tt:Media></tds:Capabilities></u:R>"), WHERE)
    with pytest.raises(Malformed, match="more capabilities"):
        capabilities_of(parsed)


@pytest.mark.parametrize(
    "declaration",
    [
        '<?xml version="1.0" encoding="UTF-7"?>',
        '<?xml version="1.0"' + " " * 100 + 'encoding="UTF-7"?>',
        '<?xml version="1.0"' + "\n" * 1_000 + 'encoding="UTF-7"?>',
        '<?xml version="1.0"\tencoding\n=\n"ISO-2022-JP"?>',
        "<?xml version='1.0' encoding='HZ'?>",
    ],
)
def test_elements_cannot_be_hidden_from_being_counted(declaration: str) -> None:
    """In UTF-7 ``+ADw-`` is ``<``: a reply of 8 MB held 700,000 elements of which not one was counted."""
    content = declaration.encode() + reply("<a>" + "+ADw-a/+AD4-" * 600_000 + "</a>")
    with pytest.raises(ProtocolViolation, match="not in an encoding that is read"):
        body_of(content, WHERE)


@pytest.mark.parametrize(
    "declaration",
    [
        "",
        "<?xml version='1.0'?>",
        "\r\n<?xml version='1.0' encoding = 'utf-8' standalone='yes'?>".lstrip(),
        '<?xml version="1.0" encoding="GB2312"?>',
    ],
)
def test_ordinary_declarations_are_read(declaration: str) -> None:
    assert "{urn:x}R" == body_of(declaration.encode() + reply("<u:R/>"), WHERE).tag
