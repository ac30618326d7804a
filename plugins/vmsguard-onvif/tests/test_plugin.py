from __future__ import annotations

import logging
import subprocess
import sys

from vmsguard_onvif.declared import MANIFEST
from vmsguard_onvif.facts import CHANNEL_FACTS, WHOLE_FACTS
from vmsguard_onvif.message_definitions import Binding, definition
from vmsguard_onvif.plugin import vmsguard_register_drivers


def test_registering_imports_neither_lxml_nor_zeep_nor_aiohttp() -> None:
    code = (
        "import sys; from vmsguard_onvif.plugin import vmsguard_register_drivers as r; r(); "
        "print(sorted({'lxml', 'zeep', 'onvif', 'aiohttp', 'vmsguard_onvif.driver'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"


def test_the_entry_names_the_driver() -> None:
    (entry,) = vmsguard_register_drivers()
    assert (entry.name, entry.path, entry.manifest) == ("onvif", "vmsguard_onvif.driver:OnvifDriver", MANIFEST)


def test_every_declared_fact_has_a_reader_and_every_reader_is_declared() -> None:
    assert {support.fact for support in MANIFEST.facts} == {*CHANNEL_FACTS, *WHOLE_FACTS}


def test_loading_message_definitions_leaves_logging_alone() -> None:
    root, client = logging.getLogger(), logging.getLogger("zeep.client")
    before = list(root.handlers), root.level, client.level
    first = definition(Binding.RULES.file)
    assert (list(root.handlers), root.level, client.level) == before
    assert definition(Binding.MODULES.file) is first
    assert Binding.RULES.qualified_name in first.document.bindings
