"""The characters of simulated devices, each seen on a real one, by name."""

from __future__ import annotations

from typing import Final

from vmsguard.simulator.personas.acknowledges import AcknowledgesEverything
from vmsguard.simulator.personas.fabricates import FabricatesEmptyLists
from vmsguard.simulator.personas.persona import Manner, Persona, Reply
from vmsguard.simulator.personas.refuses import CannotStopRecording, FaultsWithoutSubcode, FixedRules, StaticRecordings
from vmsguard.simulator.personas.restarts import EffectiveAfterRestart
from vmsguard.simulator.personas.reverts import Reverts
from vmsguard.simulator.personas.wire import DropsReplyAfterWrite, Silent, WrongXAddr

__all__ = ["PERSONAS", "Manner", "Persona", "Reply"]

PERSONAS: Final[dict[str, Persona]] = {
    persona.name: persona
    for persona in (
        Persona(),
        CannotStopRecording(),
        AcknowledgesEverything(),
        FabricatesEmptyLists(),
        EffectiveAfterRestart(),
        FixedRules(),
        FaultsWithoutSubcode(),
        Silent(),
        WrongXAddr(),
        StaticRecordings(),
        Reverts(),
        DropsReplyAfterWrite(),
    )
}
