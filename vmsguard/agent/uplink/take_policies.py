"""Takes policies over from the hub: signed, newer than what is there, and without mistakes; or leaves all as it was.

A configuration names the folder among its packs. It is a link to the version in force, and changes in one step; the
lock of the site says as ever what of it may change a device.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import structlog

from vmsguard.agent.notifications.alert import Alert
from vmsguard.agent.schedule.duty_clock import Tell
from vmsguard.agent.uplink.policy_bundle import Bundle, BundleNote, BundleRefused, open_bundle, read_note
from vmsguard.errors import VmsguardError
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.note import VerifierKey
from vmsguard.model.clock import Clock

__all__ = ["PolicyTaker", "Record"]

Record = Callable[..., int]
"""``EvidenceLog.append``."""

_VERSION = re.compile(r"[0-9]{12}")
_KEPT = 3


class PolicyTaker:
    """Given every bundle that the hub shows, as often as it does."""

    def __init__(
        self,
        place: Path,
        key: VerifierKey,
        *,
        check: Callable[[Path], None],
        record: Record,
        tell: Tell,
        clock: Clock,
        log: structlog.typing.FilteringBoundLogger,
        disk: Disk | None = None,
    ) -> None:
        """``check`` is given a folder that could take the place of ``place``, and raises where that has mistakes."""
        self._place = place
        self._versions = place.with_name(f"{place.name}.versions")
        self._key = key
        self._check = check
        self._record = record
        self._tell = tell
        self._clock = clock
        self._log = log
        self._disk = disk or Disk()
        self._refused: set[str] = set()
        self._stale = 0

    def __call__(self, data: bytes) -> None:
        """Take a bundle over, or leave what is in force in force and say why."""
        number, digest = 0, ""
        try:
            bundle = open_bundle(data, self._key)
            number, digest = bundle.note.number, bundle.note.sha256
            if self._is_new(bundle):
                self._take(bundle)
            self._look_at_time(bundle.note)
        except BundleRefused as error:
            self._refuse(error.code, str(error), number, digest)
        except OSError as error:
            self._refuse("not-written", f"cannot be written: {error.strerror or error}", number, digest)

    def look(self) -> None:
        """Say once when the time of what is in force is over: a hub that is kept away cannot say it."""
        note = self._versions / f"{self.number:012d}.note"
        if note.exists():
            self._look_at_time(read_note(note.read_bytes(), self._key))

    @property
    def number(self) -> int:
        """The highest number that was ever taken here; 0 for none."""
        numbers = [0]
        for path in self._versions.glob("*.note"):
            try:
                numbers.append(read_note(path.read_bytes(), self._key).number)
            except (BundleRefused, OSError):
                continue  # of an earlier key, or not ours
        return max(numbers)

    @property
    def in_place(self) -> int:
        """The number of the bundle that the folder is now; 0 where it is none."""
        name = Path(os.readlink(self._place)).name if self._place.is_symlink() else ""
        return int(name) if _VERSION.fullmatch(name) else 0

    def _is_new(self, bundle: Bundle) -> bool:
        """Whether it is to be taken; a number that is not higher with other content is a step back."""
        known = self.number
        if bundle.note.number > known:
            return True
        note = self._versions / f"{known:012d}.note"
        if bundle.note.number == known and read_note(note.read_bytes(), self._key).sha256 == bundle.note.sha256:
            return not self._in_force(known)
        raise BundleRefused("not-newer", f"bundle {bundle.note.number} is not newer than {known}, which is here")

    def _take(self, bundle: Bundle) -> None:
        told = bundle.note
        if told.good_until <= self._clock.now():
            raise BundleRefused("out-of-time", f"bundle {told.number} was good until {told.good_until:%Y-%m-%d}")
        folder = self._versions / f"{told.number:012d}"
        self._write(folder, bundle)
        try:
            self._check(folder)
        except VmsguardError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise BundleRefused("mistakes", f"bundle {told.number} has mistakes: {error}") from error
        except Exception as error:
            # A bug over one bundle, of ours or of a plugin, is no reason to take it over, nor to take no other.
            self._log.error("the check of a bundle broke", number=told.number, exc_info=True)
            shutil.rmtree(folder, ignore_errors=True)
            raise BundleRefused("mistakes", f"bundle {told.number}: its check broke: {type(error).__name__}") from error
        # On record before it is in force: from here on a lower number is a step back.
        self._record("policies.taken", number=told.number, sha256=told.sha256, files=len(bundle.files), durable=True)
        self._disk.replace(self._versions / f"{told.number:012d}.note", bundle.signed)
        self._link(folder)
        self._refused.clear()
        # As a warning: the journal of an agent has nothing below, and what cameras are judged by has changed.
        self._log.warning("policies taken over from the hub", number=told.number, files=len(bundle.files))
        self._tidy(told.number)

    def _write(self, folder: Path, bundle: Bundle) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o750)
        for name, data in sorted(bundle.files.items()):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            self._disk.put(path, (data,))
        for inner in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
            self._disk.sync_directory(inner)
        self._disk.sync_directory(self._versions)

    def _link(self, folder: Path) -> None:
        """Let the place be this version, in one step; an empty folder that a person made for it gives way."""
        if self._place.is_dir() and not self._place.is_symlink():
            self._place.rmdir()
        link = self._place.with_name(f"{self._place.name}.new")
        link.unlink(missing_ok=True)
        link.symlink_to(Path(self._versions.name) / folder.name)
        os.replace(link, self._place)
        self._disk.sync_directory(self._place.parent)

    def _in_force(self, number: int) -> bool:
        return self.in_place == number

    def _tidy(self, number: int) -> None:
        """Keep a few versions for a person to look at; notes stay, they say what was here."""
        for path in sorted(path for path in self._versions.iterdir() if _VERSION.fullmatch(path.name))[:-_KEPT]:
            if path.name != f"{number:012d}":
                shutil.rmtree(path, ignore_errors=True)

    def _look_at_time(self, told: BundleNote) -> None:
        """Policies whose time is over stay in force: a promise does not end because nobody renewed its paper."""
        if told.good_until <= self._clock.now() and self._stale != told.number:
            self._stale = told.number
            self._log.warning("the policies of the hub are past their time", number=told.number)
            self._tell([Alert(code="policies-stale", site="", subject="policies", at=self._clock.now())])

    def _refuse(self, code: str, why: str, number: int, digest: str) -> None:
        # Each once: what anybody may send again and again, by turns, must fill neither log nor pagers. Of what nobody
        # signed there is one of each code, and of what was signed as many as were ever published.
        what = f"{code}:{number}:{digest}"
        if what in self._refused:
            return
        self._refused.add(what)
        self._log.error("policies of the hub not taken over", why=why)
        self._record("policies.refused", number=number, sha256=digest, reason_code=code)
        self._tell([Alert(code="policies-refused", site="", subject="policies", at=self._clock.now())])
