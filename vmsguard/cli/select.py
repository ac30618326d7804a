"""``vmsguard select``: which cameras a pack is about, and why not the others; asks no device."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import click

from vmsguard.cli.output import format_option

if TYPE_CHECKING:
    from pathlib import Path

    from vmsguard.cli.explaining.sentences import Line, Sentences
    from vmsguard.engine.selected import Selected
    from vmsguard.model.pack import Pack, Rule

__all__ = ["select"]

NAMED = 8
"""How many cameras with one reason are told by name; JSON has them all."""


@click.command()
@click.argument("pack")
@click.option("--profile", metavar="PROFILE", help="Only this reading of the pack; all of them unless given.")
@click.option("--camera", "cameras", multiple=True, metavar="CAMERA", help="Only this camera; may be repeated.")
@click.option("--lang", type=click.Choice(["en", "ko"]), default="en", show_default=True, help="The language.")
@format_option
@click.pass_context
def select(
    ctx: click.Context, pack: str, profile: str | None, cameras: tuple[str, ...], lang: str, output: str
) -> None:
    """Which cameras of the inventory PACK or PACK/RULE is about, and why not the others.

    Goes by what the inventory states; no device is asked, and none need be reachable. A device that contradicts
    an attribute keeps its camera in scope all the same when it is checked. Exit codes: 0 told, 2 usage or
    configuration.
    """
    from vmsguard.cli.policy_sources import pack_named
    from vmsguard.engine.selected import selected
    from vmsguard.fleet.load_inventory import load_inventory

    name, _, rule_id = pack.partition("/")
    found = pack_named(ctx, name)
    rule = _rule(found, rule_id)
    inventory = load_inventory(_config_inventory(ctx))
    _check_cameras(cameras, inventory.cameras)
    wanted = [inventory.cameras[one] for one in sorted(inventory.cameras) if not cameras or one in cameras]
    own = () if rule is None or rule.select is None else (rule.select,)
    told: dict[str, tuple[Selected, ...]] = {}
    for reading in _readings(found, profile):
        more = (found.profiles[reading].select,) if reading else ()
        told[reading] = selected((found.select, *more, *own), wanted)
    if output == "json":
        _write_json(pack, told)
        return
    from vmsguard.cli.explaining.console import show_lines
    from vmsguard.cli.explaining.sentences import Sentences
    from vmsguard.cli.output import make_console

    show_lines(make_console(), _lines(pack, found, told, Sentences(lang)))


def _rule(pack: Pack, rule: str) -> Rule | None:
    from vmsguard.errors import UsageError
    from vmsguard.policy.syntax.suggest import did_you_mean

    if not rule:
        return None
    for each in pack.rules:
        if each.id == rule:
            return each
    raise UsageError(f"{pack.id} has no rule {rule!r}", hint=did_you_mean(rule, (each.id for each in pack.rules)))


def _config_inventory(ctx: click.Context) -> Iterable[Path]:
    from vmsguard.cli.policy_sources import config_of
    from vmsguard.errors import UsageError

    config = config_of(ctx)
    if config is None:
        raise UsageError("there is no configuration here", hint="run vmsguard init, or name one with --config")
    return config.inventory


def _check_cameras(cameras: Iterable[str], known: Iterable[str]) -> None:
    from vmsguard.errors import UsageError
    from vmsguard.policy.syntax.suggest import did_you_mean

    names = frozenset(known)
    for camera in cameras:
        if camera not in names:
            raise UsageError(f"--camera: there is no camera {camera!r}", hint=did_you_mean(camera, names))


def _readings(pack: Pack, profile: str | None) -> tuple[str, ...]:
    from vmsguard.errors import UsageError
    from vmsguard.policy.syntax.suggest import did_you_mean

    if profile is None:
        return tuple(pack.profiles) or ("",)
    if profile not in pack.profiles:
        raise UsageError(f"{pack.id} has no profile {profile!r}", hint=did_you_mean(profile, pack.profiles))
    return (profile,)


def _write_json(pack: str, told: Mapping[str, tuple[Selected, ...]]) -> None:
    from msgspec import to_builtins

    from vmsguard.cli.output import print_json

    readings = [{"profile": reading, "cameras": to_builtins(cameras)} for reading, cameras in told.items()]
    print_json({"pack": pack, "readings": readings})


def _lines(name: str, pack: Pack, told: Mapping[str, tuple[Selected, ...]], say: Sentences) -> Iterator[Line]:
    from vmsguard.cli.explaining.sentences import Line

    yield Line(0, say.say("selecting", name, say.title(pack)))
    for reading, cameras in told.items():
        yield Line(0, "")
        if reading:
            title = say.title(pack.profiles[reading])
            yield Line(0, say.say("reading", f"{reading}: {title}" if title else reading))
        for truth, key in (("true", "selected"), ("unknown", "perhaps selected"), ("false", "not selected")):
            of_truth = [one for one in cameras if one.truth == truth]
            yield Line(1, say.say(key, len(of_truth)))
            for reasons, names in _grouped(of_truth, say).items():
                yield Line(2, _named(names, say), item=True)
                for reason in reasons:
                    yield Line(3, reason)


def _grouped(cameras: Iterable[Selected], say: Sentences) -> dict[tuple[str, ...], list[str]]:
    """Cameras by why: a fleet has many cameras and few reasons."""
    from vmsguard.cli.explaining.scope_lines import say_attribute

    groups: dict[tuple[str, ...], list[str]] = {}
    for one in cameras:
        groups.setdefault(tuple(say_attribute(test, say) for test in one.because), []).append(one.camera)
    return groups


def _named(names: list[str], say: Sentences) -> str:
    told = ", ".join(names[:NAMED])
    return told if len(names) <= NAMED else f"{told} {say.say('more', len(names) - NAMED)}"
