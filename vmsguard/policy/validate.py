"""Whether policy files hold together: every mistake and every warning in all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from vmsguard.errors import ConfigError, PolicyError, Problems
from vmsguard.model.pack import ExceptionGrant, Pack
from vmsguard.policy.builtin import PACK_FILE
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.exceptions import written_flaws
from vmsguard.policy.load_holds import load_freezes, load_holds
from vmsguard.policy.load_pack import load_pack, load_packs, only_pack
from vmsguard.policy.load_policy_tests import load_policy_tests
from vmsguard.policy.load_site_files import load_assignments, load_documents, load_exceptions
from vmsguard.policy.review import review_overdue
from vmsguard.policy.syntax.yaml_files import read_documents, yaml_files_in

__all__ = ["Validation", "validate"]

T = TypeVar("T")


class Validation(Struct, frozen=True, kw_only=True):
    """What was read and what is wrong with it; nothing is wrong if ``problems`` is empty."""

    checked: Mapping[str, int]
    """How many documents of each kind were read."""
    problems: tuple[ConfigError, ...]
    warnings: tuple[ConfigError, ...]
    others: tuple[Path, ...] = ()
    """Files that hold kinds which are not policies."""


def validate(paths: Iterable[Path], catalogue: Catalogue, *, today: date) -> Validation:
    """Check files and folders of policies against the catalogue and its packs."""
    return _Validator(catalogue, today).run(paths)


def _flaws(grant: ExceptionGrant, packs: Mapping[str, Pack]) -> Iterator[ConfigError]:
    """An exception that can never stand loads all the same, and whoever wrote it should not wait for it."""
    for reason in written_flaws(grant, packs[grant.pack].exception_types[grant.type]):
        hint = "correct it: until then it lifts nothing, and the rule holds"
        yield PolicyError(reason.partition(": ")[2], file=grant.origin, hint=hint)


class _Validator:
    def __init__(self, catalogue: Catalogue, today: date) -> None:
        self.catalogue = catalogue
        self.today = today
        self.packs: dict[str, Pack] = {}
        self.files: dict[str, list[Path]] = {}
        self.checked: dict[str, int] = {}
        self.problems: list[ConfigError] = []
        self.warnings: list[ConfigError] = []

    def run(self, paths: Iterable[Path]) -> Validation:
        for file in self._guarded(lambda: yaml_files_in(paths, error=PolicyError)) or []:
            self._guarded(partial(self._file, file))
        if "Assignment" in self.files or "Exception" in self.files:
            known = {**(self._guarded(self._installed) or {}), **self.packs}
            self._guarded(lambda: load_assignments(self.files.get("Assignment", ()), known))
            grants = self._guarded(lambda: load_exceptions(self.files.get("Exception", ()), known))
            self.warnings += [flaw for grant in grants or () for flaw in _flaws(grant, known)]
        self._guarded(lambda: load_documents(self.files.get("Document", ())))
        self._guarded(lambda: load_holds(self.files.get("Hold", ())))
        self._guarded(lambda: load_freezes(self.files.get("Freeze", ()), self.catalogue.controls))
        for file in self.files.get("PolicyTests", ()):
            self._guarded(partial(self._tests, file))
        others = [file for kind in ("Config", "Inventory", "Lock", "Fleet") for file in self.files.get(kind, ())]
        return Validation(
            checked=dict(sorted(self.checked.items())),
            problems=tuple(self.problems),
            warnings=tuple(self.warnings),
            others=tuple(dict.fromkeys(others)),
        )

    def _guarded(self, job: Callable[[], T]) -> T | None:
        try:
            return job()
        except Problems as several:
            self.problems += several.problems
            return None

    def _installed(self) -> Mapping[str, Pack]:
        return load_packs(self.catalogue.pack_folders, self.catalogue)

    def _file(self, file: Path) -> None:
        documents = read_documents(file, error=PolicyError)
        for document in documents:
            self.checked[document.kind] = self.checked.get(document.kind, 0) + 1
        if any(document.kind == "Pack" for document in documents):
            reading = only_pack(documents, self.catalogue)
            self.warnings += reading.warnings
            self._pack(reading.pack, file)
            return
        for document in documents:
            self.files.setdefault(document.kind, []).append(file)

    def _tests(self, file: Path) -> None:
        """Policy tests are read against the pack beside them; whether they hold is another command's matter."""
        beside = file.with_name(PACK_FILE)
        if not beside.is_file():
            hint = f"put it beside the {PACK_FILE} that it tests"
            raise Problems([PolicyError("policy tests without a pack", file=file, line=1, column=1, hint=hint)])
        load_policy_tests(file, load_pack(beside, self.catalogue), self.catalogue)

    def _pack(self, pack: Pack, file: Path) -> None:
        taken = self.packs.setdefault(pack.id, pack)
        if taken is not pack:
            message = f"the pack id {pack.id!r} is taken by {taken.origin}"
            self.problems.append(PolicyError(message, file=file, line=1, hint="give each pack an id of its own"))
        if file.name == PACK_FILE and file.resolve().parent.name != pack.id:
            message = f"the pack {pack.id!r} lies in the folder {file.resolve().parent.name!r}"
            self.warnings.append(PolicyError(message, file=file, line=1, hint=f"name the folder {pack.id}"))
        if review_overdue(pack, self.today):
            message = f"{pack.id} was to be read again by {pack.reviewed_next}"
            hint = "read its sources again and set reviewed; it is applied all the same"
            self.warnings.append(PolicyError(message, file=file, line=pack.reviewed_line or 1, hint=hint))
