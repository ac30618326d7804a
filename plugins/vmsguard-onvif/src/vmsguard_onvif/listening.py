"""What a session hears of a device's own events, where the inventory asks for a subscription; and that it ends."""

from __future__ import annotations

from vmsguard.errors import CertificateRefused, DriverError, GuardTripped
from vmsguard.model.facts import Unknown
from vmsguard.model.inventory import Target
from vmsguard.model.vocabulary import Why
from vmsguard_onvif.announcements import TOPICS
from vmsguard_onvif.gathering import Unanswered, unanswered
from vmsguard_onvif.namespaces import EVENTS
from vmsguard_onvif.pull_point import PullPoint, open_pull_point
from vmsguard_onvif.replies.events import Notification
from vmsguard_onvif.session import Session

__all__ = ["OPTION", "Listener", "listens"]

OPTION = "event_subscription"
"""The target's option that asks for a subscription: cameras have few, and whoever needs one may find them taken."""

_MOST_PULLS = 8
_MOST_KEPT = 4096
"""Messages of one session; what else a device has to say is not asked for."""


def listens(target: Target) -> bool:
    """Whether the inventory asks for a subscription; raises ``GuardTripped`` for what is neither yes nor no."""
    told = target.options.get(OPTION, "off")
    if told not in {"on", "off"}:
        raise GuardTripped(
            target.id, "enrol", f"option {OPTION} is {told!r}", hint="Use on or off, or leave it out, which is off."
        )
    return told == "on"


class Listener:
    """At most one subscription per session, opened when something first wants to hear, and given back at its end.

    Nothing here fails a reading or a change: where nothing could be heard, ``why`` says what stood in the way.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._point: PullPoint | None = None
        self._tried = False
        self.wanted = listens(session.target)
        self.heard: list[Notification] = []
        self.drained = False
        """Whether the device had nothing more to tell when it was last listened to."""
        self.why: Unanswered | None = None
        if not self.wanted:
            told = f"no event subscription is asked for (option {OPTION})"
            self.why = Unanswered(Unknown(Why.NOT_READ, told))

    @property
    def foreign(self) -> str:
        """The host that the subscription's address names where that is not the enrolled one; it is never spoken to."""
        return "" if self._point is None else self._point.foreign

    async def begin(self) -> None:
        """Subscribe, once in a session."""
        if self._tried or not self.wanted:
            return
        self._tried = True
        service = self._session.services.get(EVENTS)
        if service is None or service.count("MaxPullPoints") == 0:
            told = "the device lists no Events service" if service is None else "the Events service has no pull point"
            self.why = Unanswered(Unknown(Why.UNSUPPORTED_UNPROVEN, told))
            return
        try:
            self._point = await open_pull_point(self._session, TOPICS)
        except CertificateRefused:
            raise
        except DriverError as error:
            self._note(error)

    async def hear(self) -> None:
        """Take what was announced since the subscription began, until a second passes without a message."""
        await self.begin()
        self.drained = False
        for _ in range(_MOST_PULLS):
            if self._point is None or self.why is not None or len(self.heard) >= _MOST_KEPT:
                return
            try:
                told = await self._point.pull()
            except CertificateRefused:
                raise
            except DriverError as error:
                self._note(error)
                return
            self.heard += told
            if not told:
                self.drained = True
                return

    async def end(self) -> None:
        """Give the subscription back; a device that does not take it ends it by itself."""
        point, self._point = self._point, None
        if point is None:
            return
        try:
            await point.give_back()
        except DriverError as error:
            self._session.ctx.log.warning(
                "subscription not given back", error=type(error).__name__, operation=error.operation
            )

    def _note(self, error: DriverError) -> None:
        reading = unanswered(self._session, error)
        # What is subscribed to is listed and may only be taken: a refusal says nothing of deletions or jobs.
        if not isinstance(reading.reading, Unknown):
            reading = Unanswered(Unknown(Why.UNSUPPORTED_UNPROVEN, reading.reading.proof))
        port = 0 if self._point is None else self._point.port
        if port and isinstance(reading.reading, Unknown):
            # A login is for the enrolled port: whoever listens at another of the same host may be anybody.
            why = f"the subscription is served at port {port}, and only the enrolled one is used"
            reading = Unanswered(Unknown(reading.reading.why, f"{reading.reading.detail}; {why}"), reading.codes)
        self.why = reading
