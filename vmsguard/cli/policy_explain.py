"""``vmsguard policy explain``: a pack or rule in sentences, or why a camera is judged as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vmsguard.cli.output import format_option
from vmsguard.cli.policy_sources import catalogue_of, config_of, packs_of

if TYPE_CHECKING:
    from vmsguard.cli.explaining.cameras import Explained
    from vmsguard.cli.explaining.names import Named
    from vmsguard.cli.explaining.sentences import Line
    from vmsguard.policy.explain import PackExplained

__all__ = ["explain"]

ALL = "all"


@click.command("explain")
@click.argument("what")
@click.option("--camera", "cameras", multiple=True, metavar="CAMERA", help="Also why, for this camera; or all of them.")
@click.option("--rule", metavar="[PACK/]RULE", help="Of a camera, only this rule; or the rules of one PACK.")
@click.option("--profile", metavar="PROFILE", help="Of a camera, also this reading of its packs in full; or all.")
@click.option("--lang", type=click.Choice(["en", "ko"]), default="en", show_default=True, help="The language.")
@format_option
@click.pass_context
def explain(
    ctx: click.Context,
    what: str,
    cameras: tuple[str, ...],
    rule: str | None,
    profile: str | None,
    lang: str,
    output: str,
) -> None:
    """A PACK or PACK/RULE in sentences; or why a CAMERA is judged as it is, and what would make it pass.

    A rule's id alone will do where one pack has it. Where WHAT could be read in two ways, write pack:WHAT,
    camera:WHAT or PACK/RULE. For a camera its targets are looked at now, as vmsguard check does; no device is
    changed and nothing is recorded. Exit codes: 0 explained, 2 usage or configuration, 4 none of the targets
    could be reached, so that there was little to explain.
    """
    named = _named(ctx, what)
    _refuse_what_does_not_fit(named, what, cameras, rule, profile)
    asked = (named.camera,) if named.camera else _known_cameras(ctx, cameras)
    only = named.scope if not named.camera else "" if rule is None else _only(ctx, rule)
    pack = None if named.camera else _explained_pack(ctx, named, lang)
    told = None if not asked else _of_cameras(ctx, asked, only, _known_profiles(ctx, profile))
    if output == "json":
        _write_json(pack, told, lang)
    else:
        _show(pack, told, lang)
    ctx.exit(0 if told is None or told.reached else 4)


def _refuse_what_does_not_fit(
    named: Named, what: str, cameras: tuple[str, ...], rule: str | None, profile: str | None
) -> None:
    """An option that would change nothing is a slip, and is not passed over."""
    from vmsguard.errors import UsageError

    if named.camera and cameras:
        raise UsageError(
            f"--camera goes with a pack or rule, and {what} is a camera",
            hint=f"write one camera, or PACK --camera {what} --camera {cameras[0]}",
        )
    if not named.camera and rule is not None:
        hint = f"write {named.pack}/RULE instead"
        raise UsageError(f"--rule narrows a camera, and {what} is {named.told}", hint=hint)
    if not named.camera and not cameras and profile is not None:
        hint = "leave it out: of a pack all its readings are shown side by side"
        raise UsageError(f"--profile goes with a camera, and {what} is {named.told}", hint=hint)


def _named(ctx: click.Context, what: str) -> Named:
    from vmsguard.cli.explaining.names import find_named
    from vmsguard.errors import ConfigError, Problems

    packs = packs_of(ctx)
    try:
        cameras = () if "/" in what or what.startswith(("pack:", "rule:")) else _camera_ids(ctx)
    except (ConfigError, Problems):
        # A pack can be read while the inventory is being mended; nobody can say then that it is a camera too.
        if what not in packs:
            raise
        cameras = ()
    return find_named(what, packs, cameras)


def _camera_ids(ctx: click.Context) -> tuple[str, ...]:
    config = config_of(ctx)
    if config is None:
        return ()
    from vmsguard.fleet.load_inventory import load_inventory

    return tuple(load_inventory(config.inventory).cameras)


def _known_cameras(ctx: click.Context, cameras: tuple[str, ...]) -> tuple[str, ...]:
    """The cameras under ``--camera``; raises ``UsageError`` for one that the inventory does not have."""
    from vmsguard.errors import UsageError
    from vmsguard.policy.syntax.suggest import did_you_mean

    if not cameras:
        return ()
    known = _camera_ids(ctx)
    if cameras == (ALL,) and ALL not in known:
        return known
    for camera in cameras:
        if camera not in known:
            raise UsageError(f"--camera: there is no camera {camera!r}", hint=did_you_mean(camera, known))
    return cameras


def _known_profiles(ctx: click.Context, profile: str | None) -> tuple[str, ...]:
    from vmsguard.errors import UsageError
    from vmsguard.policy.syntax.suggest import did_you_mean

    if profile is None:
        return ()
    known = {name for pack in packs_of(ctx).values() for name in pack.profiles}
    if profile not in {ALL, *known}:
        raise UsageError(f"--profile: no pack has a profile {profile!r}", hint=did_you_mean(profile, {ALL, *known}))
    return (profile,)


def _only(ctx: click.Context, rule: str) -> str:
    """What ``--rule`` names: ``PACK``, ``PACK/RULE``, or ``/RULE`` for whatever packs of the camera have it."""
    from vmsguard.cli.explaining.names import find_named

    packs = packs_of(ctx)
    if rule not in packs and any(each.id == rule for pack in packs.values() for each in pack.rules):
        return f"/{rule}"
    return find_named(rule, packs, ()).scope


def _of_cameras(ctx: click.Context, cameras: tuple[str, ...], only: str, readings: tuple[str, ...]) -> Explained:
    from vmsguard.cli.explaining.cameras import explain_cameras

    return explain_cameras(ctx, cameras, only=only, readings=readings)


def _explained_pack(ctx: click.Context, named: Named, lang: str) -> PackExplained:
    from vmsguard.policy.explain import explain_pack

    return explain_pack(packs_of(ctx)[named.pack], catalogue_of(ctx).controls, lang=lang, rule=named.rule)


def _camera_lines(told: Explained, lang: str) -> list[Line]:
    from vmsguard.cli.explaining.camera_lines import camera_lines, look_line
    from vmsguard.cli.explaining.sentences import Sentences

    say = Sentences(lang)
    lines = [line for why in told.cameras for line in camera_lines(why, say)]
    return [look_line(told.targets, told.cameras[0].at, say), *lines] if told.cameras else []


def _write_json(pack: PackExplained | None, told: Explained | None, lang: str) -> None:
    from msgspec import to_builtins

    from vmsguard.cli.output import print_json

    if told is None:
        print_json(to_builtins(pack))
        return
    sentences = [{"level": line.level, "text": line.text} for line in _camera_lines(told, lang) if line.text]
    cameras = [to_builtins(why) for why in told.cameras]
    more = {} if pack is None else {"pack": to_builtins(pack)}
    print_json(
        {"targets_looked_at": told.targets, "changed": False, **more, "cameras": cameras, "sentences": sentences}
    )


def _show(pack: PackExplained | None, told: Explained | None, lang: str) -> None:
    if pack is not None:
        _show_pack(pack, lang)
    if told is None:
        return
    from vmsguard.cli.explaining.console import show_lines
    from vmsguard.cli.output import make_console

    if pack is not None:
        click.echo()
    show_lines(make_console(), _camera_lines(told, lang))


def _show_pack(explained: PackExplained, lang: str) -> None:
    from vmsguard.cli.explaining.console import show_lines
    from vmsguard.cli.explaining.sentences import Line
    from vmsguard.cli.output import make_console
    from vmsguard.policy.explain import rule_lines, scope_lines

    console = make_console()
    show_lines(console, map(_as_line, scope_lines(explained, lang)))
    if explained.profiles:
        _show_profiles(explained, lang)
    for each in explained.rules:
        show_lines(console, (Line(0, ""), *map(_as_line, rule_lines(each, lang))))


def _as_line(told: str) -> Line:
    """A line that is indented by two columns a level, as a line that can be wrapped."""
    from vmsguard.cli.explaining.sentences import Line

    text = told.lstrip(" ")
    return Line((len(told) - len(text)) // 2, text.removeprefix("- "), item=text.startswith("- "))


def _show_profiles(explained: PackExplained, lang: str) -> None:
    from vmsguard.cli.output import make_console
    from vmsguard.cli.policy_tables import profile_table

    click.echo()
    make_console().print(profile_table(explained, lang))
