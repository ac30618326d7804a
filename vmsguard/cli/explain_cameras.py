"""Look at cameras now, judge them as ``check`` does, and explain; records nothing and changes no device."""

from __future__ import annotations

from collections.abc import Iterator

import click
from msgspec import Struct

from vmsguard.cli.installation import config_path, look_with_instruments, new_run_id, open_installation
from vmsguard.engine.why import Looked, explain_camera
from vmsguard.engine.why_model import CameraWhy
from vmsguard.model.clock import SystemClock
from vmsguard.run.fleet import Fleet
from vmsguard.run.judge import Judged, judge

__all__ = ["Explained", "explain_cameras"]


class Explained(Struct, frozen=True):
    """What was looked at, and why each camera is judged as it is."""

    targets: int
    reached: bool
    """Some target of the cameras gave an answer, or they have none."""
    cameras: tuple[CameraWhy, ...]


def explain_cameras(
    ctx: click.Context, cameras: tuple[str, ...], *, only: str = "", readings: tuple[str, ...] = ()
) -> Explained:
    """The cameras as they are now; ``only`` and ``readings`` as of ``explain_camera``. No camera: all."""
    installation = open_installation(config_path(ctx), limit=cameras)
    fleet = installation.fleet
    # Nothing seen here stands in the log, so no later run may rely on it either.
    judged = look_with_instruments(
        installation,
        lambda instruments: judge(fleet, instruments, new_run_id(SystemClock()), remember=False),
        debug=ctx.find_root().obj["debug"],
    )
    told = tuple(explain_camera(looked, only=only, readings=readings) for looked in _looked(fleet, judged))
    seen = [target for why in told for target in why.targets]
    return Explained(len(judged.observations), not seen or any(target.reached for target in seen), told)


def _looked(fleet: Fleet, judged: Judged) -> Iterator[Looked]:
    for evaluation in judged.evaluations:
        snapshot = judged.snapshots[evaluation.camera]
        yield Looked(
            snapshot=snapshot,
            compiled=fleet.rules.get(snapshot.camera.site, ()),
            evaluation=evaluation,
            plan=judged.plan,
            grants=fleet.grants,
            controls=fleet.controls,
        )
