"""Faces as credentials of doors: reported, never changed, and one-to-one only where the device shows it."""

from __future__ import annotations

from vmsguard.model.fact_values import AnalyticsFunction
from vmsguard_onvif import analytics_readings
from vmsguard_onvif.classify import UNCLASSIFIED
from vmsguard_onvif.gathering import Answered
from vmsguard_onvif.namespaces import CREDENTIAL
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.replies.access import FacePolicy

__all__ = ["doors"]


async def doors(readings: Readings) -> list[AnalyticsFunction]:
    """The use of faces at the device's doors, if it can hold them as credentials or does not say.

    Credentials are people's and are not read, so nobody here knows whether a face is enrolled.
    """
    if readings.session.services.get(CREDENTIAL) is None:
        return []
    types = await analytics_readings.credential_types(readings)
    if isinstance(types, Answered) and "Face" not in types.value and not readings.session.fabricates:
        return []
    levels = await analytics_readings.face_levels(readings)
    told = levels.value if isinstance(levels, Answered) and not readings.session.fabricates else None
    task, enabled = _use(told)
    return [AnalyticsFunction("credential:face", "credential", "Face", task, enabled)]


def _use(told: FacePolicy | None) -> tuple[str, bool | None]:
    if told is None:
        return UNCLASSIFIED, None
    if told.alone:
        # A face that comes with no claim is compared with everyone enrolled.
        return "face-identification", None
    if not told.complete or told.unclear:
        return UNCLASSIFIED, None
    return ("face-verification", None) if told.with_claim else (UNCLASSIFIED, False if told.levels else None)
