"""``vmsguard evidence``: check, show, prove, hand on and keep the evidence log."""

from __future__ import annotations

from typing import ClassVar

import click

from vmsguard.cli.lazy_group import LazyGroup

__all__ = ["EvidenceGroup", "evidence"]


class EvidenceGroup(LazyGroup):
    """One module per command, imported on call."""

    lazy: ClassVar[dict[str, tuple[str, str]]] = {
        "verify": ("vmsguard.cli.evidence.verify:verify", "Check a log against signed heads and its own promises."),
        "show": ("vmsguard.cli.evidence.show:show", "Show records, oldest first."),
        "prove": ("vmsguard.cli.evidence.prove:prove", "Prove one record, or that the log continues a saved head."),
        "check-proof": (
            "vmsguard.cli.evidence.check_proof:check_proof",
            "Check a record and its proof, without the log.",
        ),
        "anchor": ("vmsguard.cli.evidence.anchor:anchor", "Have witnesses and authorities vouch for the newest head."),
        "witness": ("vmsguard.cli.evidence.witness:witness", "Cosign the heads of other logs."),
        "recover": ("vmsguard.cli.evidence.recover:recover", "Bring the log back in order after a crash."),
        "rotate-key": ("vmsguard.cli.evidence.rotate_key:rotate_key", "Give the log a new signing key."),
        "export": ("vmsguard.cli.evidence.export:export", "Hand on the log: as a bundle, as tiles, or some records."),
        "prune": ("vmsguard.cli.evidence.prune:prune", "Take what is past its retention from the log's start."),
        "erase": ("vmsguard.cli.evidence.erase:erase", "Take the content of one record out of the log."),
        "keygen": ("vmsguard.cli.evidence.keygen:keygen", "Make a signing key."),
    }


@click.group(cls=EvidenceGroup)
def evidence() -> None:
    """Verify and show the evidence log; make keys."""
