"""Commands whose exit codes are verdicts: errors exit 3, for 1 and 2 are taken."""

from __future__ import annotations

from typing import Any

import click

from vmsguard.errors import VmsguardError

__all__ = ["CANNOT_DECIDE", "VerdictCommand"]

CANNOT_DECIDE = 3


class VerdictCommand(click.Command):
    """Exits 3 on usage errors, and on errors of our own: 1 and 2 are verdicts here."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            error.show()
            raise click.exceptions.Exit(CANNOT_DECIDE) from error

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except VmsguardError as error:
            from vmsguard.cli.failures import tell

            tell(error)
            ctx.exit(CANNOT_DECIDE)
        except Exception as error:  # noqa: BLE001 - the last border: 1 would say that the log was tampered with
            from vmsguard.cli.failures import tell_internal

            tell_internal(error, debug=(ctx.find_root().obj or {}).get("debug", False))
            ctx.exit(CANNOT_DECIDE)
