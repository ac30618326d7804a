"""Services that tell what a device searches for: they keep their state, and refuse as the standard asks."""

from __future__ import annotations

import pytest

RULES = "<tan:ConfigurationToken>analytics-1</tan:ConfigurationToken>"


def app(name: str) -> str:
    return f"<AppID>{name}</AppID>"


async def test_an_application_is_stopped_started_and_uninstalled(run) -> None:
    programs = [{"id": "one", "does": "face-identification"}, {"id": "two", "keeps_autostart": True}]
    async with run({"id": "cam", "applications": programs}) as caller:

        async def states() -> list[tuple[str, str, str]]:
            answer = await caller.ask("cam", "tam:GetAppsInfo")
            return list(zip(*(answer.texts(f"Info/{name}") for name in ("AppID", "State", "Autostart")), strict=True))

        assert caller.simulator.camera("cam").truth.recognises is True
        for program in ("one", "two"):
            assert (await caller.ask("cam", "tam:Deactivate", app(program))).fault == ()
        assert await states() == [("one", "Inactive", "false"), ("two", "Inactive", "true")]
        assert caller.simulator.camera("cam").truth.recognises is False
        await caller.ask("cam", "tam:Activate", app("one"))
        await caller.ask("cam", "tam:Uninstall", app("two"))
        assert await states() == [("one", "Active", "true")]
        assert (await caller.ask("cam", "tam:GetInstalledApps")).texts("App/AppID") == ["one"]
        assert (await caller.ask("cam", "tam:Deactivate", app("two"))).fault == (
            "Sender",
            "InvalidArgVal",
            "InvalidAppID",
        )


async def test_to_the_letter_an_application_is_named_in_no_namespace(run) -> None:
    async with run({"id": "cam", "applications": [{"id": "one"}]}) as caller:
        answer = await caller.ask("cam", "tam:Deactivate", "<tam:AppID>one</tam:AppID>")
        assert answer.fault == ("Sender", "InvalidArgs")


async def test_only_an_administrator_stops_an_application(run) -> None:
    async with run({"id": "cam", "applications": [{"id": "one"}]}) as caller:
        caller.user = "operator"
        assert "NotAuthorized" in (await caller.ask("cam", "tam:Deactivate", app("one"))).fault


async def test_types_are_supported_whether_configured_or_not(run) -> None:
    searching = {"supported": [{"type": "acme:X9", "items": ["EnrollmentID"], "topics": ["tns1:A/B"]}]}
    async with run({"id": "cam", "rules": ["tt:FaceRecognition"], "searching": searching}) as caller:
        answer = await caller.ask("cam", "tan:GetSupportedRules", RULES)
        described = answer.entry.findall(".//{*}RuleDescription")
        assert [(entry.get("Name"), entry.findtext("{*}Messages/{*}ParentTopic")) for entry in described] == [
            ("acme:X9", "tns1:A/B"),
            ("tt:FaceRecognition", "tns1:RuleEngine/Recognition/Face"),
        ]


@pytest.mark.parametrize("operation", ["tan:GetSupportedMetadata", "tan:GetRuleOptions"])
async def test_what_no_type_has_is_not_supported(run, operation) -> None:
    async with run({"id": "cam", "rules": ["tt:LineDetector"]}) as caller:
        inner = RULES if operation == "tan:GetRuleOptions" else ""
        assert "ActionNotSupported" in (await caller.ask("cam", operation, inner)).fault


async def test_topics_follow_what_is_configured_running_and_announced(run) -> None:
    group = {
        "id": "cam",
        "rules": ["tt:FaceRecognition"],
        "applications": [{"id": "App", "topics": ["FaceDetection"]}],
        "searching": {"announces": ["tns1:VideoSource/acme:FaceDetection"]},
    }
    async with run(group) as caller:

        async def topics() -> set[str]:
            entry = (await caller.ask("cam", "tev:GetEventProperties")).entry
            return {
                node.tag.rpartition("}")[2]
                for node in entry.iter()
                if node.get("{http://docs.oasis-open.org/wsn/t-1}topic") == "true"
            }

        assert await topics() == {"JobState", "DeleteTrackData", "Face", "FaceDetection"}
        await caller.ask("cam", "tan:DeleteRules", f"{RULES}<tan:RuleName>FaceRecognition-1</tan:RuleName>")
        await caller.ask("cam", "tam:Deactivate", app("App"))
        caller.simulator.camera("cam").state.searching.announces.clear()
        assert await topics() == {"JobState", "DeleteTrackData"}


async def test_a_thermal_source_keeps_its_polarity_and_others_have_none(run) -> None:
    async with run({"id": "cam", "channels": 2, "thermal": [2]}) as caller:
        source = "<tth:VideoSourceToken>source-{}</tth:VideoSourceToken>"
        wanted = "<tth:Configuration><tth:Polarity>BlackHot</tth:Polarity></tth:Configuration>"
        assert (await caller.ask("cam", "tth:SetConfiguration", source.format(2) + wanted)).fault == ()
        told = await caller.ask("cam", "tth:GetConfiguration", source.format(2))
        assert told.texts("tth:Configuration/tth:Polarity") == ["BlackHot"]
        for number, fault in ((1, "NoThermalForSource"), (9, "NoSource")):
            assert fault in (await caller.ask("cam", "tth:GetConfiguration", source.format(number))).fault
        assert (
            "NoRadiometryForSource"
            in (await caller.ask("cam", "tth:GetRadiometryConfiguration", source.format(2))).fault
        )


async def test_security_levels_come_in_pages(run) -> None:
    levels = [["pt:Card"]] * 20 + [["pt:Face"]]
    async with run({"id": "cam", "searching": {"credentials": ["pt:Face"], "levels": levels}}) as caller:
        first = await caller.ask("cam", "tab:GetSecurityLevelList")
        assert (len(first.tokens("tab:SecurityLevel")), first.text("tab:NextStartReference")) == (20, "20")
        second = await caller.ask("cam", "tab:GetSecurityLevelList", "<tab:StartReference>20</tab:StartReference>")
        assert second.tokens("tab:SecurityLevel") == ["level-21"]
        assert second.texts("tab:NextStartReference") == []


async def test_what_a_type_really_does_is_the_truth_and_in_no_reply(run) -> None:
    searching = {"supported": [{"type": "acme:X9", "does": "face-identification"}], "recognises_unlisted": False}
    async with run({"id": "cam", "rules": ["acme:X9"], "searching": searching}) as caller:
        assert caller.simulator.camera("cam").truth.recognises is True
        for operation, inner in (("tan:GetSupportedRules", RULES), ("tan:GetRules", RULES)):
            assert b"identification" not in (await caller.ask("cam", operation, inner)).body
