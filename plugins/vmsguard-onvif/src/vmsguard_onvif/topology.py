"""Which channels a target has, and which of its recordings, jobs and profiles belong to which channel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from vmsguard_onvif.replies.media import Profile
from vmsguard_onvif.replies.recording import Job, Receiver, Recording

__all__ = ["CameraTopology", "RecorderTopology", "Topology", "share"]

T = TypeVar("T")


def share(channels: Iterable[str], things: Iterable[T], owners: Callable[[T], Iterable[str]]) -> dict[str, list[T]]:
    """The things of each channel; what has no owner belongs to every channel.

    Putting an unattributed job on all channels may blame one for another's; leaving it out would clear
    the one that records.
    """
    found: dict[str, list[T]] = {channel: [] for channel in channels}
    for thing in things:
        named = [channel for channel in owners(thing) if channel in found]
        for channel in named or found:
            found[channel].append(thing)
    return found


@dataclass(frozen=True)
class CameraTopology:
    """A camera: one channel per video source."""

    channels: tuple[str, ...]
    _profiles: Mapping[str, tuple[Profile, ...]] = field(default_factory=dict)
    _source_of: Mapping[str, str] = field(default_factory=dict)
    _users_of: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, sources: Iterable[str], profiles: Iterable[Profile]) -> CameraTopology:
        # Both media services list the same profiles; the first one asked is the one that is kept.
        unique: dict[str, Profile] = {}
        users: dict[str, set[str]] = {}
        for profile in profiles:
            unique.setdefault(profile.token, profile)
            if profile.analytics and profile.source:
                users.setdefault(profile.analytics, set()).add(profile.source)
        shown = [profile for profile in unique.values() if profile.source]
        by_source: dict[str, list[Profile]] = {}
        for profile in shown:
            by_source.setdefault(profile.source, []).append(profile)
        return cls(
            tuple(dict.fromkeys([*sources, *by_source])),
            {source: tuple(found) for source, found in by_source.items()},
            {profile.token: profile.source for profile in shown},
            {configuration: frozenset(found) for configuration, found in users.items()},
        )

    def of_channel(self, channel: str) -> tuple[Profile, ...]:
        return self._profiles.get(channel, ())

    def analytics(self, configurations: Iterable[str]) -> dict[str, list[str]]:
        return share(self.channels, configurations, lambda found: self._users_of.get(found, ()))

    def jobs(self, jobs: Iterable[Job]) -> dict[str, list[Job]]:
        return share(self.channels, jobs, self._of_job)

    def recordings(self, recordings: Iterable[Recording], jobs: Iterable[Job]) -> dict[str, list[Recording]]:
        """A recording belongs to the channels of the jobs that write it, else to the source it names."""
        writers: dict[str, set[str]] = {}
        for job in jobs:
            writers.setdefault(job.recording, set()).update(self._of_job(job) or self.channels)

        def owners(recording: Recording) -> Iterable[str]:
            return writers.get(recording.token) or self._sources((recording.source_id, recording.source_address))

        return share(self.channels, recordings, owners)

    def _of_job(self, job: Job) -> list[str]:
        return self._sources(source.token for source in job.sources)

    def _sources(self, tokens: Iterable[str]) -> list[str]:
        return list(dict.fromkeys(self._source_of.get(token, token) for token in tokens if token))


@dataclass(frozen=True)
class RecorderTopology:
    """A recorder: one channel per recording, and one per receiver that feeds none."""

    channels: tuple[str, ...]
    stored: frozenset[str] = frozenset()
    """The channels that are recordings, and so have a place for files."""
    receiver_of: Mapping[str, Receiver] = field(default_factory=dict)

    @classmethod
    def of(
        cls, recordings: Iterable[Recording], jobs: Iterable[Job], receivers: Iterable[Receiver]
    ) -> RecorderTopology:
        by_token = {receiver.token: receiver for receiver in receivers}
        feeds: dict[str, Receiver] = {}
        for job in jobs:
            for source in job.sources:
                if source.token in by_token:
                    feeds.setdefault(job.recording, by_token[source.token])
        fed = {receiver.token for receiver in feeds.values()}
        idle = {token: receiver for token, receiver in by_token.items() if token not in fed}
        channels = [recording.token for recording in recordings]
        return cls((*channels, *idle), frozenset(channels), {**feeds, **idle})

    def of_channel(self, channel: str) -> tuple[Profile, ...]:
        return ()

    def analytics(self, configurations: Iterable[str]) -> dict[str, list[str]]:
        return share(self.channels, configurations, lambda found: ())

    def jobs(self, jobs: Iterable[Job]) -> dict[str, list[Job]]:
        return share(self.channels, jobs, lambda job: (job.recording,))

    def recordings(self, recordings: Iterable[Recording], jobs: Iterable[Job]) -> dict[str, list[Recording]]:
        return share(self.channels, recordings, lambda recording: (recording.token,))


Topology = CameraTopology | RecorderTopology
