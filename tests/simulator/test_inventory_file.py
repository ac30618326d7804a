"""The inventory a fleet writes about itself is one that the core reads without a complaint."""

from __future__ import annotations

import yaml

from vmsguard.fleet.load_inventory import load_inventory
from vmsguard.model.inventory import EndpointRef
from vmsguard.model.vocabulary import Role

GATE = {
    "id": "gate-{n}",
    "count": 2,
    "rtsp": True,
    "recorder": "nvr",
    "channels": 2,
    "tags": ["protected"],
    "managed_by": "nvr",
    "attributes": {"country": "KR", "modality": "thermal"},
}


async def test_the_core_reads_what_the_fleet_writes(run, tmp_path) -> None:
    storage = tmp_path / "storage"
    async with run(GATE, {"id": "plain"}, recorders=({"id": "nvr", "storage_path": str(storage)},)) as caller:
        path = tmp_path / "inventory.yaml"
        path.write_text(yaml.safe_dump(caller.simulator.inventory(read="secret://env/READ"), sort_keys=False))
        inventory = load_inventory([path])
        simulator = caller.simulator
        target = inventory.targets["t-gate-1"]
        assert (target.url, target.role, target.driver) == (simulator.url("gate-1"), Role.DEVICE, "onvif")
        assert target.options == {"rtsp_port": str(simulator.rtsp_port("gate-1"))}
        assert target.login.read == "secret://env/READ"
        assert inventory.targets["nvr"].options == {"storage_path": str(storage)}
        camera = inventory.cameras["gate-2"]
        assert camera.endpoints == (
            EndpointRef("t-gate-2", ("all",)),
            EndpointRef("nvr", ("recording-3", "recording-4")),
        )
        assert (camera.protected, camera.managed_by) == (True, "nvr")
        assert {name: attribute.value for name, attribute in camera.attributes.items()} == {
            "country": "KR",
            "modality": "thermal",
            "managed_by": "nvr",
        }
        assert inventory.cameras["plain"].attributes == {}
