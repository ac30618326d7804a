from __future__ import annotations

import pytest
from vmsguard_zoneminder.monitor_setting import setting_of
from vmsguard_zoneminder.rows import Monitor


@pytest.mark.parametrize(
    ("function", "captures", "records", "trigger"),
    [
        ("None", False, False, "continuous"),
        ("Monitor", True, False, "continuous"),
        ("Modect", True, True, "event"),
        ("Nodect", True, True, "event"),
        ("Record", True, True, "continuous"),
        ("Mocord", True, True, "continuous"),
    ],
)
def test_each_function_of_136_says_what_it_may_write(
    function: str, captures: bool, records: bool, trigger: str
) -> None:
    setting = setting_of(Monitor(id=1, function=function))

    assert (captures, records, trigger) == (setting.captures, setting.records, setting.trigger)
    assert {"Monitor[Function]": "Monitor"} == setting.form_to_stop_recording()
    assert {"Monitor[Function]": "None"} == setting.form_to_stop_capturing()


@pytest.mark.parametrize(
    ("recording", "records", "trigger"),
    [("None", False, "continuous"), ("OnMotion", True, "event"), ("Always", True, "continuous")],
)
@pytest.mark.parametrize(("capturing", "captures"), [("None", False), ("Ondemand", True), ("Always", True)])
def test_later_releases_are_read_from_their_own_fields_and_never_sent_function(
    recording: str, records: bool, trigger: str, capturing: str, captures: bool
) -> None:
    monitor = Monitor(id=1, function="None", recording=recording, capturing=capturing, analysing="Always")

    setting = setting_of(monitor)

    assert (captures, records, trigger, True) == (
        setting.captures,
        setting.records,
        setting.trigger,
        setting.detects_motion,
    )
    assert {"Monitor[Recording]": "None"} == setting.form_to_stop_recording()
    assert {"Monitor[Capturing]": "None"} == setting.form_to_stop_capturing()


@pytest.mark.parametrize(
    "monitor", [Monitor(id=1, function="Blink"), Monitor(id=1), Monitor(id=1, recording="Sometimes", capturing="Maybe")]
)
def test_a_mode_nobody_knows_proves_nothing(monitor: Monitor) -> None:
    setting = setting_of(monitor)

    assert (None, None) == (setting.records, setting.captures)
