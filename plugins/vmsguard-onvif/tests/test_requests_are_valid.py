"""Whatever the driver sends is valid under the official WSDL and XSD: a full read, and every verb there is."""

from __future__ import annotations

from importlib import util
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from vmsguard_onvif.driver import OnvifDriver

from vmsguard.errors import DriverError
from vmsguard.model.vocabulary import Role
from vmsguard.simulator import dispatch
from vmsguard.simulator.soap import SoapRequest, parse_request
from vmsguard.testing.goals import pending

CANARY = "GetVmsguardCanary"
NEVER_SENT = frozenset(
    # What is made idle or left empty can be looked at again; what is deleted cannot, and takes more with it.
    {"DeleteRecordingJob", "DeleteReceiver", "DeleteProfile", "Uninstall", "SetSystemFactoryDefault", "SystemReboot"}
    # People's own, and their doors.
    | {"GetCredentials", "GetCredentialList", "DeleteCredential", "SetCredential", "ModifyCredential"}
    # Nothing is begun that would have to be ended.
    | {"FindRecordings", "FindEvents", "ExportRecordedData", "ExportRecordedSegments", "StopExportRecordedData"}
)
CAMERA: dict[str, Any] = {
    "audio": True,
    "multicast": True,
    "tunnels": ["websocket"],
    "masks": [True],
    "recordings": {"jobs": 2, "triggers": ["continuous", "schedule"], "export_seconds": 0},
    "thermal": [1],
    "rules": [
        "tt:FaceRecognition",
        {"type": "tt:ObjectDetection", "name": "hall", "parameters": {"ClassFilter": "Person Face"}},
        {"type": "acme:FaceDetect", "name": "door", "parameters": {"IncludeImage": "LocalStorage"}},
        "acme:Watcher",
    ],
    "modules": ["tt:CellMotionEngine"],
    "webrtc": ["wss://signal.example.org"],
    "brokers": ["mqtts://broker.example.org"],
    "uplinks": ["https://cloud.example.org"],
    "storages": [{"uri": "nfs://nas.example.org/a", "used": True, "strategy": "Both"}],
    "applications": [{"id": "DetectorApp", "topics": ["FaceDetection"]}],
    "searching": {
        "supported": [{"type": "tt:ObjectDetection", "classes": ["Person", "Face"]}],
        "image_search": True,
        "credentials": ["pt:Card", "pt:Face"],
        "levels": [["pt:Card", "pt:Face"]],
    },
    "allowed": ["192.0.2.0/24"],
}


@pytest.fixture(scope="module")
def official() -> etree.XMLSchema:
    place = Path(__file__).resolve().parents[3] / "tests" / "simulator" / "official_schemas.py"
    spec = util.spec_from_file_location("official_schemas", place)
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.schemas()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[SoapRequest]:
    """Every request that reaches a simulated device."""
    received: list[SoapRequest] = []

    def noted(body: bytes) -> SoapRequest:
        request = parse_request(body)
        received.append(request)
        return request

    monkeypatch.setattr(dispatch, "parse_request", noted)
    return received


def wrong(official: etree.XMLSchema, sent: list[SoapRequest]) -> dict[str, str]:
    """Operations whose request the schemas do not know or do not allow, with the first objection."""
    found: dict[str, str] = {}
    for request in sent:
        # A copy is parsed anew: the schema has no word on the envelope around it.
        alone = etree.fromstring(etree.tostring(request.element))
        if request.operation != CANARY and not official.validate(alone):
            found[request.operation] = str(official.error_log[0])
    return found


def open_as(simulated: Any, device: str, role: Role) -> Any:
    return simulated.session(device, role, write=True, event_subscription="on")


@pytest.mark.parametrize("role", [Role.DEVICE, Role.RECORDER])
async def test_every_request_of_a_full_read_and_of_every_verb_is_valid(
    simulate: Any, official: etree.XMLSchema, sent: list[SoapRequest], role: Role
) -> None:
    device = "cam" if role is Role.DEVICE else "nvr"
    verbs = [support.verb for support in OnvifDriver.manifest(None).verbs]
    tried = set()
    for verb in verbs:
        # What is still being written is not asked to be deleted.
        camera = {**CAMERA, "recordings": {**CAMERA["recordings"], "active": verb != "footage.purge"}}
        async with simulate(recorder={}, **camera) as simulated, open_as(simulated, device, role) as session:
            for change in pending(verb, await session.read(), session.driver.ctx.clock.now()):
                tried.add(verb)
                try:
                    await session.change(change)
                except DriverError:
                    continue
    assert wrong(official, sent) == {}
    if role is Role.DEVICE:
        assert set(verbs) == tried
    assert set() == NEVER_SENT & {request.operation for request in sent}
    assert {"CreatePullPointSubscription", "PullMessages", "Unsubscribe"} < {request.operation for request in sent}
    assert len({request.operation for request in sent}) > (40 if role is Role.DEVICE else 12)


async def test_a_request_that_is_not_valid_would_be_noticed(
    simulate: Any, official: etree.XMLSchema, sent: list[SoapRequest]
) -> None:
    async with simulate() as simulated, simulated.session() as session:
        await session.read(["source-1"])
    sent[-1].element.append(etree.fromstring("<more/>"))
    assert list(wrong(official, sent)) == [sent[-1].operation]
