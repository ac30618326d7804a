"""Which file system a path lies on is read from the kernel's table of mounts."""

from __future__ import annotations

from pathlib import Path

import pytest

from vmsguard.errors import StateError
from vmsguard.model.clock import SystemClock
from vmsguard.state import State, database
from vmsguard.state.filesystem import filesystem_of, is_of_a_network

MOUNTS = r"""22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
30 22 0:40 / /srv rw,relatime shared:9 master:1 - nfs4 nas:/srv rw,vers=4.2
31 30 0:41 / /srv/local rw - xfs /dev/vdb rw
32 22 0:42 / /mnt/with\040space rw shared:4 - cifs //nas/share rw
33 22 0:43 / /twice rw - nfs nas:/twice rw
34 33 0:44 / /twice rw - tmpfs tmpfs rw
not a line of mounts
35 22 0:45 / /broken rw -
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib", "ext4"),
        ("/srv", "nfs4"),
        ("/srv/state", "nfs4"),
        ("/srvother", "ext4"),
        ("/srv/local/state", "xfs"),
        ("/mnt/with space/state", "cifs"),
        ("/twice/state", "tmpfs"),
        ("/broken", "ext4"),
    ],
)
def test_the_innermost_newest_mount_counts(path: str, kind: str) -> None:
    assert kind == filesystem_of(Path(path), MOUNTS)


def test_a_table_without_a_root_tells_nothing() -> None:
    assert "" == filesystem_of(Path("/x"), "")


def test_this_machine_says_what_its_own_table_says(tmp_path: Path) -> None:
    mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8")
    assert "proc" == filesystem_of(Path("/proc/self"), mounts)
    assert not is_of_a_network(filesystem_of(tmp_path, mounts))


def test_a_state_on_a_share_is_refused_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "mounts"
    table.write_text(f"1 0 0:1 / / rw - ext4 /dev/vda rw\n2 1 0:2 / {tmp_path} rw - nfs4 nas:/ rw\n")
    monkeypatch.setattr(database, "_MOUNTS", table)

    with pytest.raises(StateError, match="lies on nfs4, a file system of a network") as raised:
        State.open(f"sqlite:///{tmp_path}/state.db", clock=SystemClock())

    assert "PostgreSQL" in raised.value.hint
    assert not (tmp_path / "state.db").exists()


def test_where_nobody_can_tell_the_state_opens(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_MOUNTS", tmp_path / "nothing")

    State.open(url, clock=SystemClock()).close()
