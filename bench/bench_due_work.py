"""Finding, leasing and finishing due work among 100,000 targets, against the same among 1,000; SQLite and PostgreSQL.

Of each table a hundredth is due at any time, as in a fleet that is swept round the clock. The worst stands before it:
half of the table waits, for the link of its site is down since a day, and is more overdue than all that can be done.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

from measure import ROOT, Measured

sys.path.insert(0, str(ROOT / "tests" / "state"))

from postgres_server import postgres_programs, running_postgres

from vmsguard.model.clock import SystemClock
from vmsguard.model.work import WorkEntry
from vmsguard.state import State
from vmsguard.state.tables import work

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TTL = timedelta(minutes=1)
LIMIT = 10


def fill(state: State, targets: int) -> None:
    """Targets due over the next day at random; one in a hundred is due already, and one in two waits for its link."""
    rng = random.Random(targets)
    entries = [
        WorkEntry(
            target=f"t-{n:06d}",
            site="dark" if n % 2 else f"site-{n % 100:03d}",
            next_due=NOW - timedelta(days=1 if n % 2 else 0, minutes=rng.randrange(1, 1440))
            if n % 2 or n % 100 == 0
            else NOW + timedelta(minutes=rng.randrange(1, 1440)),
        )
        for n in range(targets)
    ]
    state.schedule_work(entries)
    with state._database.write() as connection:
        connection.execute(work.update().where(work.c.site == "dark").values(not_before=NOW + timedelta(hours=1)))
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("ANALYZE work")


def one_round(state: State) -> None:
    """What a scheduler does: what is due, a lease for each, and each given back, due again as before."""
    due = state.due_work(NOW, LIMIT)
    if len(due) < LIMIT:
        raise RuntimeError(f"only {len(due)} targets are due")
    for one in due:
        lease = state.lease(one.target, "bench", NOW, TTL)
        if lease is None or not state.finish(lease, one.next_due):
            raise RuntimeError(f"{one.target}: the lease was not given, or was lost")


@contextmanager
def servers() -> Iterator[dict[str, Callable[[], str]]]:
    """By name, what gives the URL of an empty store."""
    with tempfile.TemporaryDirectory() as name:
        files = iter(range(1000))
        stores: dict[str, Callable[[], str]] = {"sqlite": lambda: f"sqlite:///{Path(name) / f'{next(files)}.db'}"}
        programs = postgres_programs()
        if programs is None:
            yield stores
            return
        with running_postgres(programs) as server:
            yield {**stores, "postgresql": server.url}


def measured_on(url: Callable[[], str], sizes: tuple[int, ...], rounds: int) -> dict[int, dict[str, float]]:
    """By size the least seconds of a look for due work, of one at a single site, and of a whole round.

    Wall clock, for a server's share is not in our CPU; sizes take turns, so that a slow moment hits all of them.
    """
    works: dict[str, Callable[[State], object]] = {
        "due": lambda state: state.due_work(NOW, LIMIT),
        "site": lambda state: state.due_work(NOW, LIMIT, "site-000"),
        "round": one_round,
    }
    least = {size: dict.fromkeys(works, float("inf")) for size in sizes}
    with ExitStack() as stack:
        states = {size: stack.enter_context(State.open(url(), clock=SystemClock())) for size in sizes}
        for size, state in states.items():
            fill(state, size)
        for _ in range(rounds):
            for (size, state), (name, work_of) in product(states.items(), works.items()):
                began = time.perf_counter()
                work_of(state)
                least[size][name] = min(least[size][name], time.perf_counter() - began)
    return least


def measure(*, quick: bool = False) -> Measured:
    sizes = (1000, 10_000) if quick else (1000, 100_000)
    with servers() as stores:
        found = {name: measured_on(url, sizes, 5 if quick else 60) for name, url in stores.items()}
    small, large = sizes
    worst = max(found, key=lambda name: found[name][large]["round"] / found[name][small]["round"])
    told = "; ".join(
        f"{name}: "
        + ", ".join(f"{what} {at[small][what] * 1000:.2f} to {at[large][what] * 1000:.2f} ms" for what in at[small])
        for name, at in found.items()
    )
    return Measured(
        value=found[worst][large]["round"] / found[worst][small]["round"],
        goal=2,
        measured=found[worst][large]["round"] * 1000,
        floor=found[worst][small]["round"] * 1000,
        unit="ms",
        against=f"a look for due work, ten leases and ten finishes among {small} targets ({worst}; here {large})",
        note=told,
    )


if __name__ == "__main__":
    print(measure(quick="--quick" in sys.argv))
