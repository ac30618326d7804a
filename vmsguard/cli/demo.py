"""``vmsguard demo``: the main job on the embedded simulator, compared with a committed expectation."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["demo"]


@click.command()
@click.argument("directory", default="vmsguard-demo", type=click.Path(file_okay=False))
@click.option("--keep-running", is_flag=True, help="Leave the simulator running until Ctrl-C.")
@click.pass_context
def demo(ctx: click.Context, directory: str, keep_running: bool) -> None:
    """Simulate seven cameras and a recorder, apply two policies, prove what changed, verify the evidence.

    Leaves DIRECTORY to explore. An earlier demo there is replaced; any other folder is refused. Exit
    codes: 0 every outcome is the expected one, 1 some outcome is not, 2 usage.
    """
    from vmsguard.cli.demo_files import prepare
    from vmsguard.cli.demo_run import run_demo
    from vmsguard.cli.demo_story import tell_story

    folder = Path(directory)
    prepare(folder)
    story = run_demo(folder, keep_running=keep_running, debug=ctx.find_root().obj["debug"])
    tell_story(story)
    ctx.exit(0 if story.as_expected else 1)
