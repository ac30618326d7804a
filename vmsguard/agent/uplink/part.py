"""The uplink as a part beside the agent's loop: it comes and goes with the link, and keeps nobody from working."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Protocol

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError

from vmsguard.agent.jetstream.connection import NatsSettings, NoServer, connect
from vmsguard.agent.jetstream.ending import end
from vmsguard.agent.notifications.alert import Alert
from vmsguard.agent.schedule.duty_clock import Tell
from vmsguard.agent.uplink.hearing import HubHearing
from vmsguard.agent.uplink.leaf_stream import ensure_leaf_stream, last_sent, publish_batch
from vmsguard.agent.uplink.log_tail import LogTail
from vmsguard.agent.uplink.messages import Confirmation
from vmsguard.agent.uplink.signed_confirmation import read_confirmation
from vmsguard.agent.uplink.subjects import (
    CONFIRMED_STREAM,
    EVIDENCE_STREAM,
    POLICIES_STREAM,
    POLICIES_SUBJECT,
    confirmed_subject,
)
from vmsguard.agent.uplink.uplink import DIFFERS, Told, Uplink
from vmsguard.errors import EvidenceError, StateError
from vmsguard.evidence.note import VerifierKey
from vmsguard.model.clock import Clock
from vmsguard.state.store import State

__all__ = ["TakePolicies", "UplinkPart"]


class TakePolicies(Protocol):
    """Given what the hub published last, again and again; takes it over or says why not."""

    def __call__(self, data: bytes) -> None: ...

    @property
    def in_place(self) -> int:
        """The number of the bundle that is the folder of the configuration now; 0 for none."""
        ...

    def look(self) -> None:
        """Called now and then, whether the hub is there or not."""
        ...


_TICK = 1.0
_ASK_EVERY = 10.0
"""Seconds between two questions to the hub for what may have been missed while the link was down."""
_HUB_SECONDS = 3.0
_AFTER_TROUBLE = 5.0
_MOST_HEARD = 32
"""So many messages may wait to be looked at: who shouts without end fills no memory."""
_UNREACHED = (NatsError, TimeoutError, OSError)


class UplinkPart:
    """Sends the log's records to the hub while it is there, and takes its confirmations and policies."""

    def __init__(
        self,
        directory: Path,
        origin: str,
        state: State,
        settings: NatsSettings,
        hub_domain: str,
        *,
        hub_key: VerifierKey | None,
        clock: Clock,
        tell: Tell,
        log: structlog.typing.FilteringBoundLogger,
        take_policies: TakePolicies | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Without ``hub_key`` evidence goes up all the same, and nothing that is said to be there counts."""
        self._origin = origin
        self._state = state
        self._settings = settings
        self._hub_domain = hub_domain
        self._hub_key = hub_key
        self._clock = clock
        self._tell = tell
        self._log = log
        self._take_policies = take_policies
        self._sleep = sleep
        self._uplink = Uplink(LogTail(directory), clock.monotonic)
        self._heard: asyncio.Queue[Confirmation | bytes] = asyncio.Queue(_MOST_HEARD)
        self._living: asyncio.Task[None] | None = None
        self._told = ""
        self._unproven = False
        self._policies_broke = ""
        self._stopping = False
        self._read: dict[str, int | None] = {}
        """By stream of the hub, the place of what was read there last."""
        self.trouble = "not connected yet"
        """Why nothing goes up at the moment; empty while it does."""

    def hearing(self) -> HubHearing:
        """What the agent's status says of it."""
        return HubHearing(self.trouble, 0 if self._take_policies is None else self._take_policies.in_place)

    async def start(self) -> None:
        """From now on nothing is pruned that the hub has not confirmed."""
        self._state.expect_hub(self._origin)
        if self._hub_key is None:
            self._log.warning(
                "nothing the hub confirms counts: agent: nats: hub: names no key",
                hint="set key: to what vmsguard hub run prints; until then nothing of the log may be pruned",
            )
        self._living = asyncio.ensure_future(self._live())

    async def stop(self) -> None:
        self._stopping = True
        if self._living is not None:
            # Said until it is heard: wait_for of Python 3.11 passes a cancellation over where its answer is just there.
            while not self._living.done():
                self._living.cancel()
                await asyncio.wait({self._living}, timeout=_TICK)

    async def _live(self) -> None:
        while not self._stopping:
            try:
                client = await connect(self._settings, f"vmsguard uplink of {self._origin}")
                try:
                    await self._serve(client)
                finally:
                    await end(client)
            except NoServer as error:
                self._in_trouble(str(error))
            except _UNREACHED as error:
                self._in_trouble(f"the leaf node does not answer: {type(error).__name__}")
            except (EvidenceError, StateError) as error:
                # A disk or a database that is mended is taken up again; the loop tells of it by itself.
                self._in_trouble(str(error))
            except Exception as error:  # noqa: BLE001 - a part that died unseen would let evidence wait for ever
                self._log.error("the uplink failed", error=type(error).__name__, exc_info=True)
                self._in_trouble(f"failed: {type(error).__name__}")
            await self._sleep(_AFTER_TROUBLE)

    def _in_trouble(self, why: str) -> None:
        if why != self.trouble:
            self._log.warning("evidence waits here", why=why)
        self.trouble = why

    async def _serve(self, client: Client) -> None:
        jetstream = client.jetstream(domain=self._settings.domain or None)
        hub = client.jetstream(domain=self._hub_domain, timeout=_HUB_SECONDS)
        await ensure_leaf_stream(jetstream, self._origin)
        end, place = await last_sent(jetstream, self._origin)
        confirmed = self._state.confirmed_evidence(self._origin) or 0
        await asyncio.to_thread(self._uplink.begin, confirmed, end, place)
        await client.subscribe(confirmed_subject(self._origin), cb=self._confirmation_came)
        await client.subscribe(POLICIES_SUBJECT, cb=self._policies_came)
        asked = self._clock.monotonic() - _ASK_EVERY
        self._read.clear()
        self.trouble = ""
        while not self._stopping:
            if self._clock.monotonic() - asked >= _ASK_EVERY:
                asked = self._clock.monotonic()
                await self._ask(hub)
            await self._answers(jetstream)
            await self._send(jetstream)
            try:
                async with asyncio.timeout(_TICK):
                    one = await self._heard.get()
            except TimeoutError:
                continue
            await self._take_in(one, jetstream)

    async def _send(self, jetstream: JetStreamContext) -> None:
        while (following := await asyncio.to_thread(self._uplink.next)) is not None:
            batch, name = following
            try:
                place = await publish_batch(jetstream, batch, name)
            except _UNREACHED:
                await asyncio.to_thread(self._uplink.not_published, batch)
                raise
            self._uplink.published(batch, place)
            await self._answers(jetstream)

    async def _answers(self, jetstream: JetStreamContext) -> None:
        """Everything that was heard since the last look."""
        while not self._heard.empty():
            await self._take_in(self._heard.get_nowait(), jetstream)

    async def _take_in(self, one: Confirmation | bytes, jetstream: JetStreamContext) -> None:
        if not isinstance(one, bytes):
            await self._follow(await asyncio.to_thread(self._uplink.told, one), jetstream)
        elif self._take_policies is not None:
            await self._with_policies(partial(self._take_policies, one))

    async def _with_policies(self, work: Callable[[], None]) -> None:
        """What breaks over policies keeps no evidence from going up."""
        try:
            await asyncio.to_thread(work)
        except (EvidenceError, StateError):
            raise
        except Exception as error:  # noqa: BLE001 - evidence is another matter than policies
            why = type(error).__name__
            if why != self._policies_broke:
                self._log.error("the hub's policies could not be looked at", error=why, exc_info=True)
            self._policies_broke = why

    def _hear(self, one: Confirmation | bytes) -> bool:
        """Whether there was room; the hub's last word is read again, so what is not heard now is heard later."""
        try:
            self._heard.put_nowait(one)
        except asyncio.QueueFull:
            return False
        return True

    async def _follow(self, told: Told, jetstream: JetStreamContext) -> None:
        if told.confirmed is not None and self._hub_key is not None:
            self._state.confirm_evidence(self._origin, told.confirmed)
        elif told.trouble == DIFFERS:
            self._state.forget_confirmed(self._origin)  # nothing of this history may be pruned that is only here
        if told.filed:
            await jetstream.purge_stream(EVIDENCE_STREAM, seq=told.filed + 1)
        if told.show is not None:
            head = told.show.head.hex()[-24:]
            await publish_batch(jetstream, told.show, f"{self._origin}:shown:{told.show.first}:{head}")
        if told.trouble and told.trouble != self._told:
            self._log.error("the hub does not take the evidence", why=told.trouble)
            self._tell([Alert(code="hub-refuses", site="", subject="evidence", at=self._clock.now())])
        self._told = told.trouble

    async def _ask(self, hub: JetStreamContext) -> None:
        """Read the hub's last words; a hub that is away is no trouble: the leaf node keeps what it is given."""
        with contextlib.suppress(*_UNREACHED):
            await self._ask_for(hub, CONFIRMED_STREAM, confirmed_subject(self._origin), self._confirmation)
        if self._take_policies is not None:
            await self._with_policies(self._take_policies.look)
            with contextlib.suppress(*_UNREACHED):
                await self._ask_for(hub, POLICIES_STREAM, POLICIES_SUBJECT, self._hear)

    async def _ask_for(self, hub: JetStreamContext, stream: str, subject: str, hear: Callable[[bytes], bool]) -> None:
        with contextlib.suppress(NotFoundError):
            message = await hub.get_last_msg(stream, subject)
            if message.seq != self._read.get(stream) and hear(message.data or b""):
                self._read[stream] = message.seq

    def _confirmation(self, data: bytes) -> bool:
        """Take what the hub's key signed. Without one it steers what is sent, which costs a lie no more than time."""
        word = read_confirmation(data)
        if self._hub_key is not None:
            if word is None or not word.is_of(self._hub_key):
                self._tell_unproven()
                return True
            self._unproven = False
        return word is None or word.said.origin != self._origin or self._hear(word.said)

    def _tell_unproven(self) -> None:
        """Once until the hub's key has signed something again."""
        if not self._unproven:
            self._log.error("what came in the hub's name is not signed with agent: nats: hub: key")
            self._tell([Alert(code="hub-unproven", site="", subject="evidence", at=self._clock.now())])
        self._unproven = True

    async def _confirmation_came(self, message: Msg) -> None:
        self._confirmation(message.data)

    async def _policies_came(self, message: Msg) -> None:
        self._hear(message.data)
