"""Which reader answers which fact, and how readings become facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from vmsguard.model.fact_catalogue import CORE_FACTS
from vmsguard.model.facts import Fact, FactKey, Reading, Unknown, unread
from vmsguard.model.vocabulary import WHOLE, Basis, Layer, Why
from vmsguard_onvif.facts import access as facts_access
from vmsguard_onvif.facts import analytics as facts_analytics
from vmsguard_onvif.facts import announcements as facts_announcements
from vmsguard_onvif.facts import audio as facts_audio
from vmsguard_onvif.facts import exports as facts_exports
from vmsguard_onvif.facts import jobs as facts_jobs
from vmsguard_onvif.facts import masks as facts_masks
from vmsguard_onvif.facts import metadata as facts_metadata
from vmsguard_onvif.facts import movement as facts_movement
from vmsguard_onvif.facts import storage as facts_storage
from vmsguard_onvif.facts import streams as facts_streams
from vmsguard_onvif.facts import thermal as facts_thermal
from vmsguard_onvif.facts import transmission as facts_transmission
from vmsguard_onvif.gathering import Unanswered
from vmsguard_onvif.observed import ChannelFact, Told, WholeFact, WholeView
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.topology import Topology

__all__ = ["CHANNEL_FACTS", "HEARD_OF", "WHOLE_FACTS", "channel_facts", "whole_facts"]

CHANNEL_FACTS: Mapping[str, ChannelFact] = {
    "recording.jobs": facts_jobs.recording_jobs,
    "deletion.announced": facts_announcements.deletions_announced,
    "export.jobs": facts_exports.export_jobs,
    "recording.retention": facts_storage.retention,
    "footage.recordings": facts_storage.footage,
    "stream.services": facts_streams.stream_services,
    "audio.sources": facts_audio.audio_sources,
    "metadata.streams": facts_metadata.metadata_streams,
    "privacy.masks": facts_masks.privacy_masks,
    "ptz.movable": facts_movement.ptz_movable,
    "analytics.functions": facts_analytics.analytics_functions,
    "thermal.source": facts_thermal.thermal_source,
}

HEARD_OF = frozenset({"deletion.announced", "export.jobs", "recording.jobs", "storage.external"})
"""The facts that a device's own events have something to say of."""

WHOLE_FACTS: Mapping[str, WholeFact] = {
    "stores": facts_storage.stores,
    "storage.external": facts_storage.external_storage,
    "push.destinations": facts_transmission.push_destinations,
    "cloud.links": facts_transmission.cloud_links,
    "access.accounts": facts_access.accounts,
    "access.addresses_limited": facts_access.addresses_limited,
    "access.anonymous": facts_access.anonymous,
    "clock.skew_seconds": facts_access.clock_skew,
    "face_library.sizes": facts_access.face_libraries,
}


async def whole_facts(view: WholeView, names: Iterable[str]) -> tuple[Fact, ...]:
    """The wanted facts about the target as a whole; a name nobody here reads is unknown, not left out."""
    facts: list[Fact] = []
    for name in sorted(names):
        reader = WHOLE_FACTS.get(name)
        if reader is not None:
            facts += _facts(name, WHOLE, await reader(view), view.readings)
        else:
            facts += _unread(name, WHOLE, view.readings)
    return tuple(facts)


async def channel_facts(
    readings: Readings, topology: Topology | Unanswered, channel: str, names: Iterable[str]
) -> tuple[Fact, ...]:
    """The wanted facts of one channel; unknown for a channel the device does not list."""
    facts: list[Fact] = []
    for name in sorted(names):
        reader = CHANNEL_FACTS.get(name)
        if reader is None:
            facts += _unread(name, channel, readings)
        elif isinstance(topology, Unanswered):
            facts += _facts(name, channel, _same(name, _unlisted(topology)), readings)
        elif channel not in topology.channels:
            facts += _facts(name, channel, _same(name, Unknown(Why.NOT_READ, "no such channel is listed")), readings)
        else:
            facts += _facts(name, channel, await reader(readings, topology, channel), readings)
    return tuple(facts)


def _unlisted(topology: Unanswered) -> Unknown:
    reading = topology.reading
    return reading if isinstance(reading, Unknown) else Unknown(Why.UNSUPPORTED_UNPROVEN, reading.proof)


def _layers(name: str) -> tuple[Layer, ...]:
    spec = CORE_FACTS.get(name)
    return (Layer.RUNTIME,) if spec is None else spec.layers


def _same(name: str, reading: Reading) -> Told:
    return dict.fromkeys(_layers(name), reading)


def _facts(name: str, channel: str, told: Told, readings: Readings) -> list[Fact]:
    session = readings.session
    at: datetime = session.ctx.clock.now()
    source = f"onvif:{name}"
    return [
        Fact(
            FactKey(session.target.id, channel, name, layer),
            reading,
            Basis.ATTESTED if isinstance(reading, Unknown) else Basis.READ_BACK,
            at,
            source,
        )
        for layer, reading in told.items()
    ]


def _unread(name: str, channel: str, readings: Readings) -> list[Fact]:
    session = readings.session
    spec = CORE_FACTS.get(name)
    if spec is not None and spec.by_core:
        return []
    return [
        unread(
            name,
            session.ctx.clock.now(),
            target=session.target.id,
            channel=channel,
            why=Why.NO_DRIVER_FACT,
            detail="ONVIF does not tell this",
            layer=layer,
        )
        for layer in _layers(name)
    ]
