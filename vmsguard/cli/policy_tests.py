"""``vmsguard policy test``: whether packs say what their authors mean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vmsguard.cli.output import format_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vmsguard.engine.policy_mutants import Mutant
    from vmsguard.engine.policy_tests import CaseOutcome, Uncovered
    from vmsguard.model.pack import Pack
    from vmsguard.policy.catalogue import Catalogue

__all__ = ["PackTested", "run_policy_tests"]

_NOT_AS_MEANT = 3


class PackTested:
    """What the tests of one pack said."""

    def __init__(self, pack: Pack, file: Path, catalogue: Catalogue, *, mutate: bool) -> None:
        from vmsguard.engine.policy_mutants import survivors
        from vmsguard.engine.policy_tests import run_cases, uncovered
        from vmsguard.policy.load_policy_tests import load_policy_tests

        self.pack = pack
        self.file = file
        self.outcomes: tuple[CaseOutcome, ...] = ()
        self.lacking: tuple[Uncovered, ...] = ()
        self.survivors: tuple[Mutant, ...] = ()
        self.mutants = 0
        self.untested = not file.is_file()
        if self.untested:
            return
        tests = load_policy_tests(file, pack, catalogue)
        self.outcomes = run_cases(tests, pack, catalogue.controls, catalogue.facts)
        self.lacking = uncovered(tests, pack)
        if mutate and not any(outcome.differs for outcome in self.outcomes):
            self.survivors, self.mutants = survivors(tests, pack, catalogue.controls, catalogue.facts)

    @property
    def as_meant(self) -> bool:
        differs = any(outcome.differs for outcome in self.outcomes)
        return not (self.untested or differs or self.lacking or self.survivors)

    def lines(self) -> list[str]:
        """For people: the count, then everything that is not as it should be."""
        if self.untested:
            return [f"{self.pack.id}: no tests; write {self.file.name} beside {self.pack.origin}"]
        broken = [outcome for outcome in self.outcomes if outcome.differs]
        mutants = f", {self.mutants} mutants of which {len(self.survivors)} survive" if self.mutants else ""
        lines = [f"{self.pack.id}: {len(self.outcomes)} cases, {len(broken)} not as meant{mutants}"]
        for outcome in broken:
            lines.append(f"  {self.file}:{outcome.case.line}: {outcome.case.name}")
            lines += [f"    {difference}" for difference in outcome.differs]
        lines += [f"  {self.file}: no case expects {one.rule}: {one.verdict.value}" for one in self.lacking]
        lines += [f"  {self.pack.origin}:{one.line}: no case notices that {one.told}" for one in self.survivors]
        return lines

    def as_json(self) -> dict[str, Any]:
        return {
            "pack": self.pack.id,
            "file": str(self.file),
            "as_meant": self.as_meant,
            "cases": [
                {"name": one.case.name, "line": one.case.line, "differs": list(one.differs)} for one in self.outcomes
            ],
            "uncovered": [{"rule": one.rule, "verdict": one.verdict.value} for one in self.lacking],
            "mutants": self.mutants,
            "survivors": [{"line": one.line, "change": one.told} for one in self.survivors],
        }


@click.command("test")
@click.argument("packs", nargs=-1)
@click.option("--mutate", is_flag=True, help="Change each pack in many small ways and demand that a case notices.")
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Write JUnit XML to this file as well.")
@format_option
@click.pass_context
def run_policy_tests(ctx: click.Context, packs: tuple[str, ...], mutate: bool, junit: Path | None, output: str) -> None:
    """Run the tests.yaml beside PACKS (ids or folders; all packs without any).

    Each rule needs a passing, a failing and an unknown case. Exit codes: 0 all is as meant, 2 a file cannot
    be read, 3 something is not as meant.
    """
    from vmsguard.cli.output import print_json

    tested = [PackTested(*each, mutate=mutate) for each in _named(ctx, packs)]
    if junit is not None:
        _write_junit(junit, tested)
    if output == "json":
        print_json({"as_meant": all(one.as_meant for one in tested), "packs": [one.as_json() for one in tested]})
    else:
        for one in tested:
            for line in one.lines():
                click.echo(line)
    if not all(one.as_meant for one in tested):
        raise click.exceptions.Exit(_NOT_AS_MEANT)


def _named(ctx: click.Context, names: Sequence[str]) -> list[tuple[Pack, Path, Catalogue]]:
    from vmsguard.cli.policy_sources import catalogue_of, pack_named, packs_of
    from vmsguard.policy.load_pack import load_pack
    from vmsguard.policy.load_policy_tests import TESTS_FILE

    catalogue = catalogue_of(ctx)
    found = [
        load_pack(Path(name), catalogue) if Path(name).exists() else pack_named(ctx, name) for name in names
    ] or list(packs_of(ctx).values())
    return [(pack, Path(pack.origin).with_name(TESTS_FILE), catalogue) for pack in found]


def _write_junit(path: Path, tested: Sequence[PackTested]) -> None:
    from vmsguard.cli.junit import JUnitCase, junit_xml
    from vmsguard.errors import UsageError

    suites = []
    for one in tested:
        cases = [
            JUnitCase(
                case.case.name, str(one.file), case.case.line, [f"{case.case.name}\n{told}" for told in case.differs]
            )
            for case in one.outcomes
        ]
        rest = [line.strip() for line in one.lines()[1:] if "no case" in line] or (one.lines() if one.untested else [])
        cases.append(JUnitCase("every rule and every change is covered", str(one.file), 1, rest))
        suites.append((one.pack.id, cases))
    try:
        path.write_bytes(junit_xml(suites))
    except OSError as cause:
        hint = "name a folder that exists and may be written to"
        raise UsageError(f"{path} cannot be written: {cause.strerror}", hint=hint) from cause
