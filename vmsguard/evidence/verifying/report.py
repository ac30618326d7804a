"""The verdict on a log as plain data: the stable JSON of `evidence verify`."""

from __future__ import annotations

from typing import Any

import msgspec

from vmsguard.evidence.problems import VerifyReport

__all__ = ["report_json"]


def report_json(report: VerifyReport) -> dict[str, Any]:
    """The report with its verdict, exit code and caveat, and each problem with its category."""
    plain: dict[str, Any] = msgspec.to_builtins(report)
    problems = [
        {**told, "category": problem.category.value}
        for told, problem in zip(plain["problems"], report.problems, strict=True)
    ]
    return {
        **plain,
        "problems": problems,
        "verdict": report.verdict,
        "exit": report.exit_code,
        "caveat": report.caveat,
    }
