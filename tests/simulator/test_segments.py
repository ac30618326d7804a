"""A recorder's files: written by time, overwritten from the oldest, deleted by recording or by age."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from vmsguard.simulator.segments import SegmentStore

START = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def written(store: SegmentStore, recording: str, count: int) -> list[str]:
    return [store.write(recording, START + timedelta(seconds=number)).name for number in range(count)]


def there(path, recording: str) -> list[str]:
    return sorted(file.name for file in (path / recording).iterdir())


def test_the_oldest_goes_when_no_more_are_kept(tmp_path) -> None:
    names = written(SegmentStore(tmp_path, kept=3), "r", 5)
    assert there(tmp_path, "r") == names[2:]


def test_what_is_older_than_a_time_goes(tmp_path) -> None:
    store = SegmentStore(tmp_path)
    names = written(store, "r", 4)
    store.discard("r", before=START + timedelta(seconds=2))
    assert there(tmp_path, "r") == names[2:]


def test_one_recording_is_discarded_and_the_other_stays(tmp_path) -> None:
    store = SegmentStore(tmp_path)
    written(store, "a", 2)
    written(store, "b", 3)
    store.discard("a")
    assert (there(tmp_path, "a"), len(there(tmp_path, "b")), store.count()) == ([], 3, 3)


def test_a_new_store_knows_what_an_earlier_one_wrote(tmp_path) -> None:
    written(SegmentStore(tmp_path), "r", 2)
    SegmentStore(tmp_path).discard("r")
    assert there(tmp_path, "r") == []
