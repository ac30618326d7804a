"""Supported types and sample frames as elements of the Analytics schemas."""

from __future__ import annotations

from typing import Final

from vmsguard.simulator.device_state import Device
from vmsguard.simulator.searching_state import Sample, SupportedType
from vmsguard.simulator.soap import PREFIXES, boolean, element, quoteattr, text
from vmsguard.simulator.topic_set import topics_of_type

__all__ = ["has_options", "has_samples", "rule_options", "sample_frame", "supported_type", "types_of"]

_WHEN: Final = "2025-04-01T08:00:00Z"
# One value for each element that tests ask for: a sample frame tells nothing of anybody.
_FACE: Final = {
    "Age": "<tt:Min>0</tt:Min><tt:Max>100</tt:Max>",
    "Gender": "Male",
    "Temperature": "309.7",
    "Complexion": "Other",
    "FacialShape": "Oval",
    "Ear": "Round",
    "Lip": "Medium",
    "Chin": "Round",
    "Expression": "Natural",
}
"""Elements of fc:HumanFace, in the order of its schema."""
_BODY: Final = {"BodyMetric": "<bd:Height>170</bd:Height>"}


def types_of(device: Device, kind: str) -> list[SupportedType]:
    """Types of rules or modules: those it was set up with, and those that are configured."""
    found = {entry.type: entry for entry in device.searching.supported if entry.kind == kind}
    for known in device.configuration.analytics:
        for entry in known.rules if kind == "rule" else known.modules:
            found.setdefault(entry.type, SupportedType(entry.type, "rule" if kind == "rule" else "module"))
    return [found[name] for name in sorted(found)]


def has_options(device: Device) -> bool:
    return any(entry.classes for entry in device.searching.supported if entry.kind == "rule")


def has_samples(device: Device) -> bool:
    return any(entry.sample is not None for entry in device.searching.supported)


def _declared(kind: str) -> str:
    """A declaration beside a vendor's own prefix."""
    prefix, colon, _ = kind.partition(":")
    if not colon or prefix in PREFIXES:
        return ""
    return f" xmlns:{prefix}={quoteattr('urn:vmsguard:simulated-vendor:' + prefix)}"


def supported_type(tag: str, device: Device, entry: SupportedType, *, fixed: bool) -> str:
    """One supported type (tt:ConfigDescription) with the events it sends."""
    items = "".join(f'<tt:SimpleItemDescription Name={quoteattr(name)} Type="xs:string"/>' for name in entry.items)
    data = f"<tt:Data>{items}</tt:Data>" if items else ""
    messages = "".join(
        f'<tt:Messages IsProperty="false">{data}{element("tt:ParentTopic", topic)}</tt:Messages>'
        for topic in topics_of_type(device, entry.type)
    )
    return (
        f'<{tag}{_declared(entry.type)} Name={quoteattr(entry.type)} fixed="{boolean(fixed)}"><tt:Parameters/>'
        f"{messages}</{tag}>"
    )


def rule_options(entry: SupportedType) -> str:
    """What the class filter of a rule may name."""
    classes = "".join(element("tt:Item", name) for name in entry.classes)
    return (
        f'<tan:RuleOptions{_declared(entry.type)} RuleType={quoteattr(entry.type)} Name="ClassFilter" '
        f'Type="tt:StringItems"><tt:StringItems>{classes}</tt:StringItems></tan:RuleOptions>'
    )


def sample_frame(entry: SupportedType, sample: Sample) -> str:
    """A frame with one object that shows all a module can tell."""
    types = "".join(f'<tt:Type Likelihood="1">{text(name)}</tt:Type>' for name in sample.classes)
    appearance = f"<tt:Class>{types}</tt:Class>" if types else ""
    if sample.face is not None:
        appearance += f"<tt:HumanFace>{_told('fc', _FACE, sample.face)}</tt:HumanFace>"
    if sample.body is not None:
        appearance += f"<tt:HumanBody>{_told('bd', _BODY, sample.body)}</tt:HumanBody>"
    if sample.picture:
        appearance += "<tt:Image>AAAA</tt:Image>"
    if sample.label:
        appearance += "<tt:Label><tt:Authority>vendor</tt:Authority><tt:ID>1</tt:ID></tt:Label>"
    return (
        f"<tan:AnalyticsModule{_declared(entry.type)} Type={quoteattr(entry.type)}>"
        f'<tan:SampleFrame UtcTime="{_WHEN}"><tt:Object ObjectId="1"><tt:Appearance>{appearance}</tt:Appearance>'
        "</tt:Object></tan:SampleFrame></tan:AnalyticsModule>"
    )


def _told(prefix: str, values: dict[str, str], names: list[str]) -> str:
    return "".join(f"<{prefix}:{name}>{value}</{prefix}:{name}>" for name, value in values.items() if name in names)
