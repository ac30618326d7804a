"""What a command does where an agent runs: it asks over the agent's socket, and tells what it would tell alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import click
import msgspec

from vmsguard.agent.control.client import agent_answers, ask_agent
from vmsguard.agent.control.files_compared import HowItStands, WhoseFiles, digests_of
from vmsguard.cli.output import progress_bar
from vmsguard.errors import UsageError
from vmsguard.fleet.load_config import Config
from vmsguard.model.results import Result
from vmsguard.run.asked import AskedRun
from vmsguard.run.explained import AskedExplanation, Explained
from vmsguard.run.fleet import Fleet
from vmsguard.run.outcome import RunOutcome
from vmsguard.run.spool import ResultSpool

__all__ = ["agent_runs", "ask", "explain_at_agent", "run_at_agent", "say_what_differs"]

T = TypeVar("T")


def agent_runs(config: Config) -> bool:
    """Whether an agent answers where the configuration has its socket."""
    return agent_answers(config.agent.socket)


def ask(config: Config, what: str, arguments: Any) -> Any:
    """The agent's answer to a request that ends soon."""
    return ask_agent(config.agent.socket, what, _plain(arguments))


def say_what_differs(config: Config, fleet: Fleet | None) -> None:
    """Have the agent read its files, and say on standard error where they are not those seen here.

    Raises ``UsageError`` where the socket is that of another installation.
    """
    digests = {} if fleet is None else digests_of(fleet)
    stands = msgspec.convert(ask(config, "in-force", WhoseFiles(config.evidence.origin, digests)), HowItStands)
    if stands.trouble:
        click.echo(f"note: the agent goes by its files as they were before: {stands.trouble}", err=True)
    elif stands.differs:
        told = ", ".join(stands.differs)
        click.echo(f"note: the running agent goes by other files than these: {told}; its own decide", err=True)


def run_at_agent(config: Config, asked: AskedRun) -> RunOutcome:
    """The outcome of a run that the agent carries out, as if it had been carried out here."""
    # As it was there: a check's results are read from the disk, an apply's stand in the order it judged them.
    listed: list[Result] = []
    spool = ResultSpool()
    results = msgspec.json.Decoder(list[Result])

    def take(part: msgspec.Raw) -> None:
        told = results.decode(part)
        if asked.command == "apply":
            listed.extend(told)
        elif told:
            spool.put(told[0].camera, told)

    with progress_bar() as progress:
        answer = ask_agent(config.agent.socket, "run", _plain(asked), tell=progress, part=take)
    outcome = _understood(answer, RunOutcome)
    return msgspec.structs.replace(outcome, results=listed if asked.command == "apply" else spool.results())


def explain_at_agent(config: Config, asked: AskedExplanation) -> Explained:
    """Why cameras are judged as they are, by an agent that looks at them now."""
    told: list[Any] = []
    with progress_bar() as progress:
        answer = ask_agent(
            config.agent.socket,
            "explain",
            _plain(asked),
            tell=progress,
            part=lambda part: told.append(msgspec.json.decode(part)),
        )
    return _understood({**answer, "cameras": told}, Explained)


def _understood(answer: Any, kind: type[T]) -> T:
    try:
        return msgspec.convert(answer, kind)
    except msgspec.ValidationError as error:
        raise UsageError(
            f"the agent's answer is not understood: {error}", hint="use the vmsguard command of the agent's own version"
        ) from error


def _plain(arguments: Any) -> Mapping[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(arguments)
    return told
