"""A real ZoneMinder drops rows where it may not delete files, and answers 200: no duty is met by that."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from real_zoneminder import RealZoneMinder
from zoneminder_site import PACK, RULES, enrolled

pytestmark = pytest.mark.real


def test_rows_that_go_while_files_stay_meet_no_duty(
    zoneminder: RealZoneMinder, quiet_monitor: str, tmp_path: Path
) -> None:
    _, directory = zoneminder.add_event(quiet_monitor)
    site = enrolled(tmp_path / "site", zoneminder, {"hall": quiet_monitor})
    site.put("packs/short/pack.yaml", {**PACK, "rules": [RULES["deleted"]]})  # nothing else has files looked at
    site.assign("short", "enforce")
    for place in (directory, *directory.iterdir()):
        shutil.chown(place, "root", "root")  # the web server may not delete there, and answers 200 all the same

    code, told = site.run("apply", "--yes", "--confirm-purge", "9")

    assert 5 == code, told  # sent, and not seen to have worked
    assert ([], True) == (zoneminder.events(quiet_monitor), directory.exists())
    assert ["accepted"] == [one["outcome"] for one in site.records("apply.result")]
    assert [] == site.records("purge", "duty.met")
