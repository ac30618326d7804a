"""Results that wait on the disk until they are told, so that a fleet's worth of them is never in memory.

The file has no name: it is gone with the process, however that ends.
"""

from __future__ import annotations

import tempfile
import weakref
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, BinaryIO, Generic, TypeVar

import msgspec

from vmsguard.errors import UsageError
from vmsguard.model.results import Result
from vmsguard.run.tally import Tally

__all__ = ["EntrySpool", "Frames", "LogEntry", "ResultSpool", "SpooledResults"]

T = TypeVar("T")

LogEntry = tuple[str, dict[str, Any]]
"""An event and its fields."""

_FASTEST = 1
"""Verdicts of one camera repeat each other: this level takes nine tenths away at little cost."""


class Frames(Generic[T]):
    """Values written one behind the other, each to be read again at its place."""

    def __init__(self, kind: Any) -> None:
        self._file: BinaryIO = _unnamed()
        # Whoever was given results reads them until he lets go of them, long after the run.
        weakref.finalize(self, self._file.close)
        self._end = 0
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder: msgspec.msgpack.Decoder[T] = msgspec.msgpack.Decoder(kind)

    def put(self, value: T) -> int:
        data = zlib.compress(self._encoder.encode(value), _FASTEST)
        place = self._end
        try:
            self._file.seek(place)
            self._file.write(len(data).to_bytes(4, "big") + data)
        except OSError as error:
            raise _no_room(error) from error
        self._end = place + 4 + len(data)
        return place

    def at(self, place: int) -> T:
        self._file.seek(place)
        length = int.from_bytes(self._file.read(4), "big")
        return self._decoder.decode(zlib.decompress(self._file.read(length)))

    def __iter__(self) -> Iterator[T]:
        place = 0
        while place < self._end:
            yield self.at(place)
            self._file.seek(place)
            place += 4 + int.from_bytes(self._file.read(4), "big")


class EntrySpool:
    """Records that belong into the log behind what is not known yet, in the order they were put."""

    def __init__(self) -> None:
        self._frames: Frames[list[LogEntry]] = Frames(list[LogEntry])

    def put(self, entries: Iterable[LogEntry]) -> None:
        if several := list(entries):
            self._frames.put(several)

    def __iter__(self) -> Iterator[LogEntry]:
        for several in self._frames:
            yield from several


class SpooledResults(Collection[Result]):
    """The results of some cameras, by camera; each pass reads them anew."""

    def __init__(self, frames: Frames[list[Result]], places: dict[str, int], tally: Tally) -> None:
        self._frames = frames
        self._places = places
        self.tally = tally
        """Counts over all results of the run."""

    def __iter__(self) -> Iterator[Result]:
        for _, results in self.by_camera():
            yield from results

    def __len__(self) -> int:
        return self.tally.results

    def __contains__(self, result: object) -> bool:
        return any(result == one for one in self)

    def by_camera(self) -> Iterator[tuple[str, Sequence[Result]]]:
        for camera, place in self._places.items():
            yield camera, self._frames.at(place)

    def of(self, cameras: Collection[str]) -> Iterator[Result]:
        """The results of these cameras alone."""
        for camera, place in self._places.items():
            if camera in cameras:
                yield from self._frames.at(place)


class ResultSpool:
    """Takes the results of one camera after the other."""

    def __init__(self) -> None:
        self._frames: Frames[list[Result]] = Frames(list[Result])
        self._places: dict[str, int] = {}
        self._tally = Tally()

    def put(self, camera: str, results: Iterable[Result]) -> None:
        told = list(results)
        self._tally.add(told)
        self._places[camera] = self._frames.put(told)

    def results(self) -> SpooledResults:
        """What was put, in the order of the cameras' ids."""
        return SpooledResults(self._frames, dict(sorted(self._places.items())), self._tally)


def _unnamed() -> BinaryIO:
    try:
        return tempfile.TemporaryFile(prefix="vmsguard-")
    except OSError as error:
        raise _no_room(error) from error


def _no_room(error: OSError) -> UsageError:
    return UsageError(
        f"no room for the results of the run in {tempfile.gettempdir()}: {error.strerror or type(error).__name__}",
        hint="make room there, or set TMPDIR to a folder that has some",
    )
