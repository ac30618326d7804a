"""Reading a large reply beside the event loop, so that the other cameras of the process are served meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from vmsguard_onvif.reply_limits import LARGE

__all__ = ["THREADS", "read_beside_the_loop"]

T = TypeVar("T")

THREADS: Final = 2
"""A tree takes thirty times the bytes of its reply, and Python reads values of one tree at a time anyway: libxml2
parses without the interpreter's lock, so that one tree grows while another is read."""

_THREADS = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="vmsguard-onvif-large-reply")


async def read_beside_the_loop(content: bytes, read: Callable[[], T]) -> T:
    """What ``read`` makes of ``content``: at once where that is little, in a thread of its own where it is large.

    Whatever ``read`` raises is raised here. It may touch nothing but the reply: the session goes on beside it.
    """
    if len(content) < LARGE:
        return read()
    return await asyncio.get_running_loop().run_in_executor(_THREADS, read)
