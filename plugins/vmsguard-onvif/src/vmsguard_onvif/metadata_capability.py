"""What metadata can say of people: the attributes that the configured modules put into frames, by their samples."""

from __future__ import annotations

from collections.abc import Iterable

from vmsguard_onvif import analytics_readings
from vmsguard_onvif.face_names import is_face_class
from vmsguard_onvif.gathering import Answered
from vmsguard_onvif.namespaces import ANALYTICS
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.replies.capability import SampleFrame

__all__ = ["human_attributes"]


async def human_attributes(readings: Readings, configurations: Iterable[str]) -> tuple[str, ...] | None:
    """Names of what frames of these analytics configurations can tell of a person, such as ``Age``,
    ``Temperature`` (of a face, in Kelvin) or ``Image``; empty if the device showed that they tell nothing.

    None: it showed no sample for some configured module, or was not asked because no configuration is named.
    """
    tokens = sorted(set(configurations) - {""})
    service = readings.session.services.get(ANALYTICS)
    if not tokens or service is None or not service.flag("SupportedMetadata") or readings.session.fabricates:
        return None
    answer = await analytics_readings.metadata_samples(readings)
    if not isinstance(answer, Answered):
        return None
    samples = {sample.type: sample for sample in answer.value}
    told: dict[str, None] = {}
    for token in tokens:
        modules = await readings.modules(token)
        if not isinstance(modules, Answered):
            return None
        for module in modules.value:
            if module.type not in samples:
                return None
            told |= dict.fromkeys(_of_people(samples[module.type]))
    return tuple(told)


def _of_people(sample: SampleFrame) -> tuple[str, ...]:
    shown = sample.shows_faces or is_face_class(sample.classes)
    bare = ("HumanFace",) if sample.shows_faces and not sample.face else ()
    pictures = ("Image",) if shown and sample.pictures else ()
    return (*sample.face, *bare, *sample.body, *pictures)
