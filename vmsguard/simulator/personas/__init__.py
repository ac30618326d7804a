"""The characters of simulated devices, each seen on a real one, by name."""

from __future__ import annotations

from typing import Final

from vmsguard.simulator.personas.acknowledges import AcknowledgesEverything, AcknowledgesRecording, AcknowledgesRemoval
from vmsguard.simulator.personas.advertises import ClaimsTooMuch, Media2First, OneAddress
from vmsguard.simulator.personas.bodies import EmptyBodies, StackTraces
from vmsguard.simulator.personas.composed import Composed
from vmsguard.simulator.personas.fabricates import FabricatesBesidesDevice, FabricatesEmptyLists
from vmsguard.simulator.personas.identity import ClockOff, NoGetServices, WithoutSerial
from vmsguard.simulator.personas.logins import (
    PreAuthNeedsAuth,
    RefusesLoginInHttp200,
    RefusesLoginInHttp400,
    RefusesLoginInWords,
    RefusesLoginWithoutFault,
    RtspWithoutLogin,
    TwoChallenges,
    WrongPasswordReads,
)
from vmsguard.simulator.personas.pace import OverloadRestarts, Slow, TooSlow
from vmsguard.simulator.personas.persona import Manner, Persona, Reply
from vmsguard.simulator.personas.pictures import RtspSessionsExhausted, SnapshotEmpty, SnapshotLoginPage
from vmsguard.simulator.personas.refuses import (
    CannotStopRecording,
    FaultsWithoutSubcode,
    FixedRules,
    RetentionOnly,
    StaticRecordings,
)
from vmsguard.simulator.personas.restarts import EffectiveAfterRestart, RestartUndoes, ShowsAfterRestart
from vmsguard.simulator.personas.reverts import Reverts
from vmsguard.simulator.personas.shapes import (
    AnnouncesFaces,
    FixedRecordings,
    KeepsFacesElsewhere,
    OneRecordingTwoPorts,
    RecordsByItsOwnPages,
    SdCard,
    SeesFaces,
)
from vmsguard.simulator.personas.subscriptions import (
    AnnouncesFalseDeletions,
    DropsEvents,
    FewSubscriptions,
    ForeignSubscription,
    InvalidEventXml,
    PullPointsExhausted,
    SilentPullPoint,
)
from vmsguard.simulator.personas.substrings import SubstringDispatch
from vmsguard.simulator.personas.takes_over import NextJobTakesOver
from vmsguard.simulator.personas.wire import DropsReplyAfterWrite, Silent, WrongXAddr
from vmsguard.simulator.personas.words import ActionFailedForUnknown, SubcodeInCode

__all__ = ["PERSONAS", "SHAPES", "Manner", "Persona", "Reply", "persona_named"]

SHAPES: Final[dict[str, Persona]] = {
    shape.name: shape
    for shape in (
        FixedRecordings(),
        OneRecordingTwoPorts(),
        SdCard(),
        SeesFaces(),
        KeepsFacesElsewhere(),
        AnnouncesFaces(),
        RecordsByItsOwnPages(),
    )
}
"""What captured cameras have and lack; each goes with any character."""

PERSONAS: Final[dict[str, Persona]] = {
    persona.name: persona
    for persona in (
        Persona(),
        CannotStopRecording(),
        RetentionOnly(),
        StaticRecordings(),
        NextJobTakesOver(),
        FixedRules(),
        AcknowledgesEverything(),
        AcknowledgesRecording(),
        AcknowledgesRemoval(),
        FabricatesEmptyLists(),
        FabricatesBesidesDevice(),
        SubstringDispatch(),
        EffectiveAfterRestart(),
        ShowsAfterRestart(),
        RestartUndoes(),
        Reverts(),
        FaultsWithoutSubcode(),
        ActionFailedForUnknown(),
        SubcodeInCode(),
        EmptyBodies(),
        StackTraces(),
        Silent(),
        Slow(),
        TooSlow(),
        OverloadRestarts(),
        DropsReplyAfterWrite(),
        DropsEvents(),
        PullPointsExhausted(),
        FewSubscriptions(),
        ForeignSubscription(),
        SilentPullPoint(),
        AnnouncesFalseDeletions(),
        InvalidEventXml(),
        WrongXAddr(),
        OneAddress(),
        Media2First(),
        ClaimsTooMuch(),
        SnapshotLoginPage(),
        SnapshotEmpty(),
        RtspSessionsExhausted(),
        NoGetServices(),
        WithoutSerial(),
        ClockOff(),
        PreAuthNeedsAuth(),
        WrongPasswordReads(),
        TwoChallenges(),
        RtspWithoutLogin(),
        RefusesLoginInHttp200(),
        RefusesLoginInHttp400(),
        RefusesLoginWithoutFault(),
        RefusesLoginInWords(),
        *SHAPES.values(),
    )
}


def persona_named(name: str) -> Persona:
    """The persona of a name, or of several joined by ``+``: ``sd-card+reverts``; raises ``KeyError``."""
    if "+" not in name:
        return PERSONAS[name]
    return Composed(tuple(PERSONAS[part] for part in name.split("+")))
