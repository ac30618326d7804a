"""What a pack may name: controls, facts, and the folders in which packs lie."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from vmsguard.controls.base import Control
from vmsguard.errors import PluginError
from vmsguard.model.fact_catalogue import CORE_FACTS, FactSpec
from vmsguard.policy.builtin import builtin_folder

__all__ = ["Catalogue"]


class Catalogue(Struct, frozen=True, kw_only=True):
    """The names that are known to this installation; a pack that uses another fails to load."""

    controls: Mapping[str, Control]
    facts: Mapping[str, FactSpec]
    pack_folders: tuple[Path, ...] = ()

    @classmethod
    def core(cls) -> Catalogue:
        """The core's own controls, facts and packs; imports no plugin."""
        from vmsguard.controls.catalogue import CORE_CONTROLS

        return cls(controls=CORE_CONTROLS, facts=CORE_FACTS, pack_folders=(builtin_folder(),))

    def extended(
        self,
        *,
        controls: Iterable[Control] = (),
        facts: Iterable[FactSpec] = (),
        pack_folders: Iterable[Path] = (),
    ) -> Catalogue:
        """With what plugins and the configuration add; raises ``PluginError`` for a name that is taken."""
        more_controls, more_facts = dict(self.controls), dict(self.facts)
        for control in controls:
            if control.id in more_controls:
                raise PluginError(control.id, "a control of this name exists", hint="a plugin's names carry its prefix")
            more_controls[control.id] = control
        for fact in facts:
            if fact.name in more_facts:
                raise PluginError(fact.name, "a fact of this name exists", hint="a plugin's names carry its prefix")
            more_facts[fact.name] = fact
        folders = (*self.pack_folders, *pack_folders)
        return Catalogue(controls=more_controls, facts=more_facts, pack_folders=folders)
