"""In which order files are named, and what stands first in them, decides nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

PACKS = [("kr-pipc-thermal-2020", ""), ("kr-nhrck-frt-moratorium-2023", "wide"), ("baseline-security", "")]
SAID = ("camera", "pack", "rule", "control", "endpoint", "verdict", "qualifier", "reason", "exception", "severity")


def named(site: Any, key: str, names: list[str]) -> None:
    config: Path = site.folder / "vmsguard.yaml"
    text = re.sub(rf"^{key}: .*$", f"{key}: [{', '.join(names)}]", config.read_text(), flags=re.MULTILINE)
    config.write_text(text)


def exception(site: Any, name: str, days: int, retention: str) -> None:
    now = datetime.now(UTC)
    site.write(
        f"exceptions/{name}.yaml",
        {
            "apiVersion": "vmsguard/v1",
            "kind": "Exception",
            "metadata": {"id": name},
            "lifts": {"pack": PACKS[0][0], "rule": "saving-off", "type": "storage-inevitable"},
            "cameras": ["cam-1"],
            "author": "role:station",
            "approver": "role:privacy-officer",
            "starts": (now - timedelta(days=1)).isoformat(),
            "expires": (now + timedelta(days=days)).isoformat(),
            "legal_basis": {"kind": "consent", "citation": "Act 15(1)1"},
            "reason": "a dispute",
            "retention": retention,
            "consent_record": "asked",
        },
    )


def paper(site: Any, name: str, kind: str, **details: Any) -> None:
    site.write(
        f"documents/{name}.yaml",
        {
            "apiVersion": "vmsguard/v1",
            "kind": "Document",
            "metadata": {"id": name},
            "document": {"kind": kind, "sha256": "0f" * 32, "dated": "2026-01-01"},
            **({"details": details} if details else {}),
        },
    )


def assigned(site: Any, name: str, pack: str, profile: str) -> None:
    entry = {"pack": pack, "mode": "propose", **({"profile": profile} if profile else {})}
    site.write(
        f"{name}.yaml",
        {
            "apiVersion": "vmsguard/v1",
            "kind": "Assignment",
            "metadata": {"id": name},
            "sites": ["site-1"],
            "packs": [entry],
        },
    )


def said(answer: Any) -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
    results = {tuple(one[key] for key in SAID) for one in answer.json["results"]}
    plan = answer.json["plan"]["changes"]
    return results, {(change_without_its_hour(one), one["mode"], tuple(sorted(one["blockers"]))) for one in plan}


def change_without_its_hour(one: Mapping[str, Any]) -> str:
    """A purge's cutoff is the time of its own run, to the second, and two runs follow each other."""
    change = one["change"]
    arguments = {name: value for name, value in change["arguments"].items() if name != "cutoff"}
    assert {"footage.purge": 1}.get(change["verb"], 0) == len(change["arguments"]) - len(arguments)
    return str({**change, "arguments": arguments})


def test_files_named_the_other_way_round_say_the_same(site: Any, fever: Mapping[str, Any]) -> None:
    attributes = {**fever["attributes"], "space": "public", "operator": "public-institution"}
    site.simulate([{**fever, "attributes": attributes, "rules": ["tt:FaceRecognition"]}])
    for number, (pack, profile) in enumerate(PACKS):
        assigned(site, f"assigned-{number}", pack, profile)
    exception(site, "ex-a", 9, "P30D")
    exception(site, "ex-b", 2, "P1D")
    paper(site, "told", "notice")
    paper(site, "told-again", "notice")
    paper(site, "asked", "consent", consent_kind="individual-prior")
    files = {
        "assignments": [f"assigned-{number}.yaml" for number in range(len(PACKS))],
        "exceptions": ["exceptions/ex-a.yaml", "exceptions/ex-b.yaml"],
        "documents": [f"documents/{name}.yaml" for name in ("told", "told-again", "asked")],
    }
    answers = []
    for step in (1, -1):
        for key, names in files.items():
            named(site, key, names[::step])
        answers.append(said(site.run("plan", "--format", "json")))
    assert answers[0] == answers[1]
    assert {"ex-b"} == {told[SAID.index("exception")] for told in answers[0][0]} - {""}
