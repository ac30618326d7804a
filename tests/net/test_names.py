"""A host name is looked up once, and leads to no address that a target cannot have."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from vmsguard.net.names import NameRefused, Names


class Resolver:
    """Gives its answers one after the other, the last for ever; an exception is raised."""

    def __init__(self, *answers: Sequence[str] | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        await asyncio.sleep(0)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_the_first_answer_stands() -> None:
    resolver = Resolver(["192.0.2.1", "2001:db8::1"], ["192.0.2.66"])
    names = Names(resolver)
    looks = [await names.addresses("cam.example") for _ in range(3)]
    assert ([("192.0.2.1", "2001:db8::1")] * 3, ["cam.example"]) == (looks, resolver.asked)


async def test_those_who_ask_at_once_share_one_look() -> None:
    resolver = Resolver(["192.0.2.1"], ["192.0.2.66"])
    names = Names(resolver)
    assert [("192.0.2.1",)] * 5 == await asyncio.gather(*(names.addresses("cam.example") for _ in range(5)))
    assert 1 == len(resolver.asked)


async def test_a_look_that_failed_is_taken_again() -> None:
    names = Names(Resolver(OSError("no answer"), ["192.0.2.1"]))
    with pytest.raises(OSError, match="no answer"):
        await names.addresses("cam.example")
    await asyncio.sleep(0)
    assert ("192.0.2.1",) == await names.addresses("cam.example")


async def test_one_waiter_that_gives_up_does_not_end_the_look_for_others() -> None:
    names = Names(Resolver(["192.0.2.1"]))
    hasty = asyncio.ensure_future(names.addresses("cam.example"))
    patient = asyncio.ensure_future(names.addresses("cam.example"))
    await asyncio.sleep(0)
    hasty.cancel()
    assert ("192.0.2.1",) == await patient


REFUSED = ["127.0.0.1", "127.8.9.1", "::1", "169.254.169.254", "fe80::1%2", "0.0.0.0", "224.0.0.251", "ff02::1"]
REFUSED += ["::ffff:127.0.0.1", "::ffff:169.254.0.1", "fd00:ec2::254", "no address"]


@pytest.mark.parametrize("address", REFUSED)
async def test_a_name_that_leads_where_no_target_is_stays_refused(address: str) -> None:
    resolver = Resolver(["192.0.2.1", address], ["192.0.2.1"])
    names = Names(resolver, own_name="watcher")
    for _ in range(2):
        with pytest.raises(NameRefused) as refused:
            await names.addresses("cam.example")
        assert address not in str(refused.value)
    assert 1 == len(resolver.asked)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "zm.localhost", "watcher", "watcher.example", "WATCHER"])
async def test_this_machine_may_be_enrolled_by_its_own_names(host: str) -> None:
    assert ("127.0.1.1",) == await Names(Resolver(["127.0.1.1"]), own_name="watcher.site").addresses(host)


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.1.1", "::1", "192.0.2.1"])
async def test_an_address_stands_for_itself(address: str) -> None:
    resolver = Resolver(["192.0.2.66"])
    assert ((address,), []) == (await Names(resolver).addresses(address), resolver.asked)
