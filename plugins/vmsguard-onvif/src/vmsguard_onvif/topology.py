"""Which channels a target has, and which of its recordings, jobs and profiles belong to which channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from vmsguard_onvif.media_replies import Profile
from vmsguard_onvif.recording_replies import Job, Receiver, Recording

__all__ = ["CameraTopology", "RecorderTopology", "Topology"]


@dataclass(frozen=True)
class CameraTopology:
    """A camera: one channel per video source; what cannot be told apart belongs to every channel.

    Putting an unattributed job on all channels may blame one for another's; leaving it out would clear
    the one that records.
    """

    channels: tuple[str, ...]
    profiles: tuple[Profile, ...] = ()
    _source_of: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, sources: Iterable[str], profiles: Iterable[Profile]) -> CameraTopology:
        profiles = tuple(profiles)
        named = [profile.source for profile in profiles if profile.source]
        return cls(
            tuple(dict.fromkeys([*sources, *named])),
            profiles,
            {profile.token: profile.source for profile in profiles if profile.source},
        )

    def of_channel(self, channel: str) -> tuple[Profile, ...]:
        """The channel's profiles, once each although both media services list them."""
        mine = [profile for profile in self.profiles if profile.source == channel]
        return tuple({profile.token: profile for profile in reversed(mine)}.values())[::-1]

    def has_analytics(self, configuration: str, channel: str) -> bool:
        users = {profile.source for profile in self.profiles if profile.analytics == configuration}
        return not users or channel in users

    def has_job(self, job: Job, channel: str) -> bool:
        return channel in self._of_job(job)

    def has_recording(self, recording: Recording, jobs: Iterable[Job], channel: str) -> bool:
        writers = [self._of_job(job) for job in jobs if job.recording == recording.token]
        if writers:
            return any(channel in found for found in writers)
        named = self._sources((recording.source_id, recording.source_address))
        return not named or channel in named

    def _of_job(self, job: Job) -> frozenset[str]:
        named = self._sources(source.token for source in job.sources)
        return named or frozenset(self.channels)

    def _sources(self, tokens: Iterable[str]) -> frozenset[str]:
        found = {self._source_of.get(token, token) for token in tokens if token}
        return frozenset(found & set(self.channels))


@dataclass(frozen=True)
class RecorderTopology:
    """A recorder: one channel per recording, and one per receiver that feeds none."""

    channels: tuple[str, ...]
    recordings: frozenset[str] = frozenset()
    receiver_of: Mapping[str, Receiver] = field(default_factory=dict)
    profiles: tuple[Profile, ...] = ()

    @classmethod
    def of(
        cls, recordings: Iterable[Recording], jobs: Iterable[Job], receivers: Iterable[Receiver]
    ) -> RecorderTopology:
        by_token = {receiver.token: receiver for receiver in receivers}
        feeds: dict[str, Receiver] = {}
        for job in jobs:
            for source in job.sources:
                if source.token in by_token:
                    feeds.setdefault(job.recording, by_token.pop(source.token))
        channels = [recording.token for recording in recordings]
        return cls((*channels, *by_token), frozenset(channels), {**feeds, **by_token})

    def of_channel(self, channel: str) -> tuple[Profile, ...]:
        return ()

    def has_analytics(self, configuration: str, channel: str) -> bool:
        return True

    def has_job(self, job: Job, channel: str) -> bool:
        return job.recording == channel or not job.recording

    def has_recording(self, recording: Recording, jobs: Iterable[Job], channel: str) -> bool:
        return recording.token == channel


Topology = CameraTopology | RecorderTopology
