"""Devices that say what they mean in faults that no specification knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from vmsguard.simulator.faults import Fault
from vmsguard.simulator.personas.persona import Persona, Reply
from vmsguard.simulator.soap import response_envelope, text

__all__ = ["ActionFailedForUnknown", "SubcodeInCode"]


class ActionFailedForUnknown(Persona):
    """What it does not have is, in its words, an action that failed: so is what it has and cannot do now."""

    name: ClassVar[str] = "action-failed-for-unknown"

    def fault(self, fault: Fault, honest: Callable[[Fault], Reply]) -> Reply:
        return honest(Fault("Receiver", ("ActionFailed",), "Action Failed") if fault.unsupported else fault)


class SubcodeInCode(Persona):
    """Puts the subcode where SOAP wants one of its own five codes, and leaves the subcode out."""

    name: ClassVar[str] = "subcode-in-code"

    def fault(self, fault: Fault, honest: Callable[[Fault], Reply]) -> Reply:
        if not fault.subcodes:
            return honest(fault)
        body = (
            f"<env:Fault><env:Code><env:Value>ter:{fault.subcodes[0]}</env:Value></env:Code>"
            f'<env:Reason><env:Text xml:lang="en">{text(fault.reason)}</env:Text></env:Reason></env:Fault>'
        )
        return replace(honest(fault), body=response_envelope(body))
