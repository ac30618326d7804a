"""The root command: names every subcommand and imports the one that is asked for."""

from __future__ import annotations

import sys
from typing import Any, ClassVar

import click

from vmsguard._version import __version__
from vmsguard.cli.failures import exit_code_of, tell, tell_internal
from vmsguard.cli.lazy_group import LazyGroup
from vmsguard.cli.standard_output import use_standard_streams
from vmsguard.errors import VmsguardError

__all__ = ["COMMANDS", "RootGroup", "cli", "main"]

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("vmsguard.cli.init:init", "Write a working, commented configuration."),
    "demo": ("vmsguard.cli.demo:demo", "Run the main job on the embedded simulator and show what was proven."),
    "check": ("vmsguard.cli.check:check", "Observe and judge; changes no device."),
    "plan": ("vmsguard.cli.plan:plan", "Show what apply would change, and what stands in the way."),
    "apply": ("vmsguard.cli.apply:apply", "Make the planned changes and prove them by fresh read-back."),
    "agent": ("vmsguard.cli.agent:agent", "Keep duties and policies day after day; pause, resume, approve."),
    "hub": ("vmsguard.cli.hub:hub", "Keep copies of the sites' evidence, and hand policies to them."),
    "policy": ("vmsguard.cli.policy:policy", "List, show, validate and explain policies."),
    "discover": ("vmsguard.cli.discover:discover", "Ask the networks here which cameras and recorders are there."),
    "inventory": ("vmsguard.cli.inventory:inventory", "List what is enrolled, and add what was discovered."),
    "select": ("vmsguard.cli.select:select", "Say which cameras a pack is about, and why not the others."),
    "report": ("vmsguard.cli.report:report", "Write what the evidence says, as HTML, CSV or JSON."),
    "evidence": ("vmsguard.cli.evidence:evidence", "Verify and show the evidence log; make keys."),
    "state": ("vmsguard.cli.state:state", "Copy what is remembered between runs, put it back, look at it."),
    "trust": ("vmsguard.cli.trust:trust", "Show and accept the certificates of targets."),
    "plugins": ("vmsguard.cli.plugins:plugins", "List drivers and what their claims rest on."),
    "simulate": ("vmsguard.cli.simulate:simulate", "Serve simulated cameras and recorders to try things on."),
    "doctor": ("vmsguard.cli.doctor:doctor", "Check the configuration without talking to any device."),
}
"""Name to ``module:attribute`` and the line ``--help`` shows, so that help imports no command."""


class RootGroup(LazyGroup):
    """The commands of ``vmsguard``."""

    lazy: ClassVar[dict[str, tuple[str, str]]] = COMMANDS


@click.group(cls=RootGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="vmsguard")
@click.option(
    "--config",
    "config",
    type=click.Path(),
    envvar="VMSGUARD_CONFIG",
    help="The configuration file; ./vmsguard.yaml unless given.",
)
@click.option("--debug", is_flag=True, help="Log to standard error, and tell where an internal error arose.")
@click.pass_context
def cli(ctx: click.Context, config: str | None, debug: bool) -> None:
    """Cameras must keep the promise that their owners made.

    vmsguard applies policies to cameras and video management systems, proves from a second source
    what it changed, and leaves evidence that can be checked without it.
    """
    ctx.obj = {"config": config, "debug": debug}


def main(arguments: list[str] | None = None) -> None:
    """The console entry point: no traceback for a user's mistake, and the designed exit code."""
    args: Any = sys.argv[1:] if arguments is None else arguments
    use_standard_streams()
    try:
        code = cli.main(args=args, prog_name="vmsguard", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except VmsguardError as error:
        tell(error)
        sys.exit(exit_code_of(error))
    except Exception as error:  # noqa: BLE001 - the last border: its message may quote a device and goes nowhere
        tell_internal(error, debug="--debug" in args)
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)
