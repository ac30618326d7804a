"""What the driver can read and change, per ZoneMinder release: 1.36 was run against, 1.38 is from its sources."""

from __future__ import annotations

from vmsguard.model.manifest import FactSupport, Identity, Manifest, RequestBound, VerbSupport
from vmsguard.model.vocabulary import Layer, Support
from vmsguard_zoneminder._version import __version__

__all__ = ["FACT_LAYERS", "WHOLE_FACTS", "manifest_for"]

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
    "access.anonymous": _RUNNING,
    "access.log_enabled": _RUNNING,
    "clock.skew_seconds": _RUNNING,
}
"""Every fact the driver answers, if only with why ZoneMinder does not show it, and its layers."""

WHOLE_FACTS = frozenset(
    {
        "stores",
        "storage.external",
        "storage.encrypted",
        "push.destinations",
        "cloud.links",
        "face_library.sizes",
        "access.accounts",
        "access.anonymous",
        "access.log_enabled",
        "clock.skew_seconds",
    }
)

_BY_HAND = {
    "retention.max": (
        "ZoneMinder has no retention setting. In the web console, under Filters, keep one filter with "
        "'End Date/Time less than' the limit, 'Delete all matches' and 'Run filter in background'."
    ),
    "transmission.push.off": (
        "In the web console, under Filters, clear upload, e-mail, message, command, copy and move of every filter, "
        "and set OPT_UPLOAD, OPT_EMAIL, OPT_MESSAGE and OPT_USE_EVENTNOTIFICATION off under Options."
    ),
    "transmission.cloud.off": "Stop the event server and the commands of filters, or show where they connect to.",
    "analytics.face.off": (
        "Recognition comes in through filter commands and the event server's hooks: clear them under Filters, and "
        "remove 'face' from model_sequence in objectconfig.yml on the ZoneMinder host."
    ),
    "storage.external.off": "Remove storage areas on other hosts and copying filters in the web console.",
}


def _support(who: Identity | None) -> Support:
    if who is None or who.firmware.startswith("1.36."):
        return Support.SUPPORTED
    return Support.DOCUMENTED


def manifest_for(who: Identity | None) -> Manifest:
    """The manifest for one product; the general case for ``None``."""
    support = _support(who)
    restarts = "stops and starts the monitor's capture process; a viewer's picture breaks off for a second"
    return Manifest(
        driver="zoneminder",
        product="ZoneMinder" if who is None else f"ZoneMinder {who.firmware}".strip(),
        version=__version__,
        facts=tuple(FactSupport(name, support, layers) for name, layers in FACT_LAYERS.items()),
        verbs=(
            VerbSupport(verb="stream.stop", support=support, settle_seconds=2.0, disruption=restarts),
            # Push destinations are the target's; each command or topic belongs to one of its monitors.
            VerbSupport(
                verb="push.stop",
                support=Support.DOCUMENTED,
                scope="whole",
                settle_seconds=2.0,
                disruption=restarts,
            ),
            VerbSupport(verb="recording.stop", support=support, settle_seconds=2.0, disruption=restarts),
            VerbSupport(
                verb="footage.purge",
                support=support,
                after=("recording.stop",),
                settle_seconds=1.0,
                reversible=False,
                held="recordings",
            ),
        ),
        absent_verbs=(
            "analytics.faces.exclude",
            "analytics.pictures.stop",
            "analytics.stop",
            "audio.stop",
            "cloud.disconnect",
            "face_library.purge",
            "metadata.stop",
            "retention.set",
            "storage.external.remove",
        ),
        # Monitors come in one reply; events by the hundred, so the bound holds for a hundred events a monitor.
        bound=RequestBound(base=24, per_channel=1.0),
        how_to_disable=_BY_HAND,
    )
