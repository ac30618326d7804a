"""What follows the end of an exception besides its rule holding again: what was gained under it goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vmsguard.controls.exception_traces import ended, purges_after, removals
from vmsguard.engine.compile import CompiledRules
from vmsguard.engine.demands import Demand
from vmsguard.engine.judge import Bench
from vmsguard.model.vocabulary import Role

__all__ = ["demands_after_exceptions"]

_CONTROL = "exception.expiry"
_STORES = frozenset({Role.DEVICE, Role.RECORDER})


def demands_after_exceptions(rules: CompiledRules, bench: Bench, blockers: Iterable[str]) -> Iterator[Demand]:
    """Galleries to be emptied and footage to be deleted, for exceptions of this pack whose type asks for a purge.

    Asked for whether or not a rule of the pack has a control for it: an exception's end is part of its terms.
    """
    blocked = tuple(blockers)
    for endpoint in bench.snapshot.endpoints:
        seen = bench.snapshot.targets.get(endpoint.target)
        if endpoint.role not in _STORES or seen is None or seen.manifest is None:
            continue
        view = bench.view(endpoint)
        for standing in ended(view):
            if standing.grant.pack != rules.pack.id or not purges_after(standing):
                continue
            word = "was rejected" if standing.rejected else "expired"
            for change in removals(standing, view):
                yield Demand(
                    camera=view.camera.id,
                    pack=rules.pack.id,
                    rule=standing.grant.rule,
                    control=_CONTROL,
                    endpoint=str(endpoint),
                    mode=rules.mode,
                    change=change,
                    cites=tuple(fact.key for fact in view.cited),
                    blockers=blocked,
                    because=f"exception {standing.grant.id} {word}",
                )
