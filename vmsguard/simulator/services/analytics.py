"""The Analytics service: rules (RuleEngine) and modules (AnalyticsEngine) of every analytics configuration."""

from __future__ import annotations

from typing import Final

from vmsguard.simulator.access import Access
from vmsguard.simulator.analytics_elements import (
    has_options,
    has_samples,
    rule_options,
    sample_frame,
    supported_type,
    types_of,
)
from vmsguard.simulator.call import Arguments, Call, Operation, Service, schema
from vmsguard.simulator.device_state import Analyser, AnalyticsConfiguration, Device
from vmsguard.simulator.faults import invalid_argument, not_supported
from vmsguard.simulator.media_elements import analyser
from vmsguard.simulator.soap import boolean

__all__ = ["FIXED", "SERVICE"]

FIXED: Final = "fixed-analytics"
"""The feature of devices whose rules and modules cannot be removed."""


def _find(call: Call) -> AnalyticsConfiguration:
    token = call.arguments.text("ConfigurationToken")
    for analytics in call.device.configuration.analytics:
        if analytics.token == token:
            return analytics
    raise invalid_argument("NoConfig")


def _rules(call: Call) -> str:
    return "".join(analyser("tan:Rule", rule) for rule in _find(call).rules)


def _modules(call: Call) -> str:
    return "".join(analyser("tan:AnalyticsModule", module) for module in _find(call).modules)


def _without(present: list[Analyser], names: list[str], missing: str) -> list[Analyser]:
    """All or nothing: if one name is not there, none is deleted (Analytics, DeleteRules)."""
    if not names or not set(names) <= {entry.name for entry in present}:
        raise invalid_argument(missing)
    return [entry for entry in present if entry.name not in names]


def _delete_rules(call: Call) -> str:
    analytics = _find(call)
    analytics.rules = _without(analytics.rules, call.arguments.texts("RuleName"), "RuleNotExistent")
    return ""


def _delete_modules(call: Call) -> str:
    analytics = _find(call)
    analytics.modules = _without(analytics.modules, call.arguments.texts("AnalyticsModuleName"), "NameNotExistent")
    return ""


def _modified(present: list[Analyser], asked: list[Arguments], missing: str) -> str:
    """Parameters that are not named stay as they are; a type does not change."""
    known = {entry.name: entry for entry in present}
    if not asked or any(entry.attribute("Name") not in known for entry in asked):
        raise invalid_argument(missing)
    for entry in asked:
        known[entry.attribute("Name")].parameters.update(_simple_items(entry))
    return ""


def _modify_rules(call: Call) -> str:
    return _modified(_find(call).rules, call.arguments.children("Rule"), "RuleNotExistent")


def _modify_modules(call: Call) -> str:
    return _modified(_find(call).modules, call.arguments.children("AnalyticsModule"), "NameNotExistent")


def _simple_items(entry: Arguments) -> dict[str, str]:
    items = entry.child(schema("Parameters")).children(schema("SimpleItem"))
    return {item.attribute("Name"): item.attribute("Value") for item in items}


def _supported_rules(call: Call) -> str:
    _find(call)
    return f"<tan:SupportedRules>{_described(call.device, 'rule')}</tan:SupportedRules>"


def _supported_modules(call: Call) -> str:
    _find(call)
    return f"<tan:SupportedAnalyticsModules>{_described(call.device, 'module')}</tan:SupportedAnalyticsModules>"


def _described(device: Device, kind: str) -> str:
    tag = "tt:RuleDescription" if kind == "rule" else "tt:AnalyticsModuleDescription"
    fixed = FIXED in device.features
    return "".join(supported_type(tag, device, entry, fixed=fixed) for entry in types_of(device, kind))


def _rule_options(call: Call) -> str:
    _find(call)
    if not has_options(call.device):
        raise not_supported()
    return "".join(rule_options(entry) for entry in types_of(call.device, "rule") if entry.classes)


def _metadata(call: Call) -> str:
    if not has_samples(call.device):
        raise not_supported()
    wanted = call.arguments.optional("Type")
    return "".join(
        sample_frame(entry, entry.sample)
        for entry in types_of(call.device, "module")
        if entry.sample is not None and wanted in ("", entry.type)
    )


def _capabilities(device: Device) -> str:
    options, samples = boolean(has_options(device)), boolean(has_samples(device))
    return (
        '<tan:Capabilities RuleSupport="true" AnalyticsModuleSupport="true" '
        f'CellBasedSceneDescriptionSupported="false" RuleOptionsSupported="{options}" '
        f'SupportedMetadata="{samples}" ImageSendingType="Embedded LocalStorage RemoteStorage"/>'
    )


SERVICE: Final = Service(
    name="analytics",
    prefix="tan",
    path="analytics_service",
    version=(24, 12),
    capabilities=_capabilities,
    operations={
        "GetSupportedRules": Operation(_supported_rules, Access.READ_MEDIA),
        "GetRules": Operation(_rules, Access.READ_MEDIA),
        "DeleteRules": Operation(_delete_rules, Access.ACTUATE, writes=True),
        "ModifyRules": Operation(_modify_rules, Access.ACTUATE, writes=True),
        "GetRuleOptions": Operation(_rule_options, Access.READ_MEDIA),
        "GetSupportedAnalyticsModules": Operation(_supported_modules, Access.READ_MEDIA),
        "GetAnalyticsModules": Operation(_modules, Access.READ_MEDIA),
        "DeleteAnalyticsModules": Operation(_delete_modules, Access.ACTUATE, writes=True),
        "ModifyAnalyticsModules": Operation(_modify_modules, Access.ACTUATE, writes=True),
        "GetSupportedMetadata": Operation(_metadata, Access.READ_MEDIA),
    },
)
