"""How errors are told to a person, and which exit code each has."""

from __future__ import annotations

import click

from vmsguard.errors import DriverError, Problems, VmsguardError

__all__ = ["exit_code_of", "tell", "tell_internal"]


def exit_code_of(error: VmsguardError) -> int:
    """4 for a target that could not be reached or refused us, 2 for everything a person has to mend first.

    What a running agent answered has the code that it gave it.
    """
    told: int | None = getattr(error, "exit_code", None)
    if told is not None:
        return told
    return 4 if isinstance(error, DriverError) else 2


def tell(error: VmsguardError) -> None:
    """The error on standard error: where it stands, what is wrong, what to do next."""
    for problem in error.problems if isinstance(error, Problems) else (error,):
        click.echo(f"error: {problem}", err=True)
        if problem.hint:
            click.echo(f"  next: {problem.hint}", err=True)
    if isinstance(error, Problems):
        click.echo(f"{error.message}", err=True)


def tell_internal(error: Exception, *, debug: bool) -> None:
    """A mistake of ours on standard error, without its message, which may quote a device."""
    click.echo(
        f"internal error: {type(error).__name__}\n  this is a bug in vmsguard; run again with --debug to see where",
        err=True,
    )
    if debug:
        from vmsguard.cli.diagnostics import frames_of

        click.echo(frames_of(error), err=True)
