"""The questions about analytics that are asked only where a listed function leaves something open."""

from __future__ import annotations

from vmsguard_onvif.envelope import leaf
from vmsguard_onvif.event_topics import Topic, event_topics
from vmsguard_onvif.gathering import Answer
from vmsguard_onvif.namespaces import ANALYTICS, APPMGMT, AUTHENTICATION, CREDENTIAL, EVENTS
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.replies import analytics as analytics_replies
from vmsguard_onvif.replies import capability as capability_replies
from vmsguard_onvif.replies.access import FacePolicy, face_policy, identifier_types
from vmsguard_onvif.replies.analytics import Application
from vmsguard_onvif.replies.capability import SampleFrame, SupportedType

__all__ = [
    "class_options",
    "credential_types",
    "face_levels",
    "installed_applications",
    "metadata_samples",
    "rule_types",
    "topics",
    "types_of_modules",
]

_LEVELS = 1000
"""More security levels than any door controller has; a list that goes on after them is not complete."""


async def rule_types(readings: Readings, configuration: str) -> Answer[tuple[SupportedType, ...]]:
    return await readings.gathering.ask(
        ANALYTICS,
        "GetSupportedRules",
        leaf("tan:ConfigurationToken", configuration),
        parse=capability_replies.supported_rules,
        capability="RuleSupport",
    )


async def types_of_modules(readings: Readings, configuration: str) -> Answer[tuple[SupportedType, ...]]:
    return await readings.gathering.ask(
        ANALYTICS,
        "GetSupportedAnalyticsModules",
        leaf("tan:ConfigurationToken", configuration),
        parse=capability_replies.supported_modules,
        capability="AnalyticsModuleSupport",
    )


async def class_options(readings: Readings, configuration: str) -> Answer[tuple[tuple[str, tuple[str, ...]], ...]]:
    return await readings.gathering.ask(
        ANALYTICS,
        "GetRuleOptions",
        leaf("tan:ConfigurationToken", configuration),
        parse=capability_replies.class_options,
        capability="RuleOptionsSupported",
    )


async def metadata_samples(readings: Readings) -> Answer[tuple[SampleFrame, ...]]:
    """Frames of every type of module; asked only of a device that says it has the operation."""
    return await readings.gathering.ask(
        ANALYTICS, "GetSupportedMetadata", parse=capability_replies.sample_frames, capability="SupportedMetadata"
    )


async def installed_applications(readings: Readings) -> Answer[tuple[Application, ...]]:
    return await readings.gathering.ask(APPMGMT, "GetInstalledApps", parse=analytics_replies.installed_applications)


async def topics(readings: Readings) -> Answer[tuple[Topic, ...]]:
    return await readings.gathering.ask(EVENTS, "GetEventProperties", parse=event_topics, alone=True)


async def credential_types(readings: Readings) -> Answer[tuple[str, ...]]:
    """What the Credential service can hold; credentials themselves are people's and are never asked for."""
    return await readings.gathering.ask(CREDENTIAL, "GetServiceCapabilities", parse=identifier_types)


async def face_levels(readings: Readings) -> Answer[FacePolicy]:
    """How doors use faces, from the security levels, which name no person."""
    return await readings.gathering.ask(
        AUTHENTICATION, "GetSecurityLevelList", leaf("tab:Limit", str(_LEVELS)), parse=face_policy
    )
