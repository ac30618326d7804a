"""What the driver can read and change, per release of motion: 4.5 was run against, later ones are from the sources."""

from __future__ import annotations

from vmsguard.model.changes import CORE_VERBS
from vmsguard.model.manifest import FactSupport, Identity, Manifest, RequestBound, VerbSupport
from vmsguard.model.vocabulary import Layer, Support
from vmsguard_motion._version import __version__

__all__ = ["FACT_LAYERS", "manifest_for"]

_RUNNING = (Layer.RUNTIME,)
_BOTH = (Layer.RUNTIME, Layer.STORED)

FACT_LAYERS: dict[str, tuple[Layer, ...]] = {
    "recording.jobs": _BOTH,
    "recording.retention": _RUNNING,
    "footage.recordings": _RUNNING,
    "stores": _RUNNING,
    "storage.external": _BOTH,
    "storage.encrypted": _RUNNING,
    "stream.services": _BOTH,
    "push.destinations": _BOTH,
    "cloud.links": _BOTH,
    "recognition.consumers": _RUNNING,
    "analytics.functions": _BOTH,
    "face_library.sizes": _RUNNING,
    "access.accounts": _RUNNING,
    "access.addresses_limited": _RUNNING,
    "access.anonymous": _RUNNING,
    "access.log_enabled": _RUNNING,
    "clock.skew_seconds": _RUNNING,
}
"""Every fact the driver answers, if only with why motion does not show it, and its layers."""

_BY_HAND = {
    "retention.max": (
        "motion deletes nothing by itself. Let this agent purge, or run a daily job (cron, systemd-tmpfiles) that "
        "deletes what is older than the limit below target_dir."
    ),
    "transmission.push.off": (
        "Remove every on_... line, movie_extpipe, video_pipe and video_pipe_motion from motion's configuration files "
        "and restart motion: the web control takes no empty value."
    ),
    "transmission.cloud.off": "Remove the on_... commands from motion's configuration files and restart motion.",
    "transmission.stream.off": (
        "Set stream_port 0 in motion.conf and in every camera's file, then restart motion: until then the port serves."
    ),
    "storage.vms.off": (
        "Set picture_output, picture_output_motion, movie_output, movie_output_motion and movie_extpipe_use off, and "
        "snapshot_interval and timelapse_interval 0, in motion's configuration files, then restart motion."
    ),
    "storage.edge.off": (
        "Set picture_output, picture_output_motion, movie_output, movie_output_motion and movie_extpipe_use off, and "
        "snapshot_interval and timelapse_interval 0, in motion's configuration files, then restart motion."
    ),
    "analytics.face.off": (
        "motion recognises no faces; its on_... commands may. Remove them from its configuration files and restart it."
    ),
}


def _support(who: Identity | None) -> Support:
    if who is None or who.firmware.startswith("4.5."):
        return Support.SUPPORTED
    return Support.DOCUMENTED


def manifest_for(who: Identity | None) -> Manifest:
    """The manifest for one product; the general case for ``None``."""
    support = _support(who)
    verbs = (
        # Also where one port serves all cameras, and motion restarts to close it.
        VerbSupport(
            verb="stream.stop",
            support=support,
            scope="whole",
            settle_seconds=2.0,
            disruption="motion restarts: no camera is watched for ten seconds, and longer where cameras do not answer",
        ),
        VerbSupport(
            verb="recording.stop",
            support=support,
            settle_seconds=2.0,
            # In memory alone, unless the target's option config_write lets it be written to motion's files.
            persistence=Layer.RUNTIME,
            disruption="the camera's present event ends, so that its open movie is closed",
        ),
        VerbSupport(
            verb="footage.purge",
            support=support,
            after=("recording.stop",),
            settle_seconds=1.0,
            disruption="the camera's present event ends, so that its open movie is closed",
            reversible=False,
            held="recordings",
        ),
    )
    done = {one.verb for one in verbs}
    return Manifest(
        driver="motion",
        product="motion" if who is None else f"motion {who.firmware}".strip(),
        version=__version__,
        facts=tuple(FactSupport(name, support, layers) for name, layers in FACT_LAYERS.items()),
        verbs=verbs,
        # motion has no setting for anything else that a verb could change.
        absent_verbs=tuple(sorted(set(CORE_VERBS) - done)),
        # Parameters come camera by camera, once to list the channels and once to observe.
        bound=RequestBound(base=8, per_channel=2.0),
        how_to_disable=_BY_HAND,
    )
