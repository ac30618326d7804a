"""The Analytics service: rules (RuleEngine) and modules (AnalyticsEngine) of every analytics configuration."""

from __future__ import annotations

from typing import Final

from vmsguard.simulator.access import Access
from vmsguard.simulator.call import Arguments, Call, Operation, Service, schema
from vmsguard.simulator.device_state import Analyser, AnalyticsConfiguration, Device
from vmsguard.simulator.faults import invalid_argument
from vmsguard.simulator.media_elements import analyser
from vmsguard.simulator.soap import PREFIXES, boolean, quoteattr

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


def _modify_rules(call: Call) -> str:
    """Parameters that are not named stay as they are; the type of a rule does not change."""
    rules = {rule.name: rule for rule in _find(call).rules}
    asked = call.arguments.children("Rule")
    if not asked or any(rule.attribute("Name") not in rules for rule in asked):
        raise invalid_argument("RuleNotExistent")
    for rule in asked:
        rules[rule.attribute("Name")].parameters.update(_simple_items(rule))
    return ""


def _simple_items(rule: Arguments) -> dict[str, str]:
    items = rule.child(schema("Parameters")).children(schema("SimpleItem"))
    return {item.attribute("Name"): item.attribute("Value") for item in items}


def _description(tag: str, kind: str, fixed: bool) -> str:
    """One supported type; a vendor's prefix is declared beside it."""
    prefix = kind.partition(":")[0]
    declared = "" if prefix in PREFIXES else f" xmlns:{prefix}={quoteattr('urn:vmsguard:simulated-vendor:' + prefix)}"
    return f'<{tag}{declared} Name={quoteattr(kind)} fixed="{boolean(fixed)}"><tt:Parameters/></{tag}>'


def _supported_rules(call: Call) -> str:
    _find(call)
    kinds = sorted({rule.type for known in call.device.configuration.analytics for rule in known.rules})
    fixed = FIXED in call.device.features
    told = "".join(_description("tt:RuleDescription", kind, fixed) for kind in kinds)
    return f"<tan:SupportedRules>{told}</tan:SupportedRules>"


def _supported_modules(call: Call) -> str:
    _find(call)
    kinds = sorted({module.type for known in call.device.configuration.analytics for module in known.modules})
    fixed = FIXED in call.device.features
    told = "".join(_description("tt:AnalyticsModuleDescription", kind, fixed) for kind in kinds)
    return f"<tan:SupportedAnalyticsModules>{told}</tan:SupportedAnalyticsModules>"


def _capabilities(device: Device) -> str:
    return (
        '<tan:Capabilities RuleSupport="true" AnalyticsModuleSupport="true" '
        'CellBasedSceneDescriptionSupported="false" RuleOptionsSupported="false"/>'
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
        "GetSupportedAnalyticsModules": Operation(_supported_modules, Access.READ_MEDIA),
        "GetAnalyticsModules": Operation(_modules, Access.READ_MEDIA),
        "DeleteAnalyticsModules": Operation(_delete_modules, Access.ACTUATE, writes=True),
    },
)
