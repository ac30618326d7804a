"""A database server that is connected and says nothing any more: given up, before the agent stands still with it.

What the server limits itself (``statement_timeout``) it cannot limit once nobody forwards its packets; and where
something in between still acknowledges ours, a firewall or a forwarded port, TCP has nothing to complain of either.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

from psycopg import Connection, OperationalError

__all__ = ["SILENCE_SECONDS", "ImpatientConnection"]

SILENCE_SECONDS = 30.0
"""How long nothing may come while an answer is waited for: less than the loop of an agent may stand still."""


class ImpatientConnection(Connection[Any]):
    """A connection that is closed with an ``OperationalError`` once its server is silent for too long."""

    def wait(self, gen: Generator[Any, Any, Any], *args: Any, **named: Any) -> Any:
        try:
            return super().wait(_while_it_speaks(gen), *args, **named)
        except _Silence:
            self.pgconn.finish()
            raise


class _Silence(OperationalError):
    """Nothing came for too long."""


def _while_it_speaks(gen: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """The same steps; psycopg wakes them up every tenth of a second with nothing, until there is something."""
    heard = time.monotonic()
    try:
        waits_for = next(gen)
        while True:
            ready = yield waits_for
            now = time.monotonic()
            if ready:
                heard = now
            elif now - heard > SILENCE_SECONDS:
                raise _Silence(f"the server said nothing for {SILENCE_SECONDS:g} seconds")
            waits_for = gen.send(ready)
    except StopIteration as ended:
        return ended.value
