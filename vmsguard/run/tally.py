"""Counts over the results of a run, taken one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from vmsguard.model.results import Result
from vmsguard.model.vocabulary import Qualifier, Verdict

__all__ = ["Tally"]


class Tally:
    """How many results there were, and of which verdicts; passes split by qualifier, never merged."""

    def __init__(self) -> None:
        self.results = 0
        self.final: Counter[str] = Counter()
        """Verdicts of rules and of cameras."""
        self.rules: Counter[Verdict] = Counter()
        self.by_rule: dict[tuple[str, str], Counter[Verdict]] = {}
        """Of each pack and rule, in the order they were met."""
        self._passes: Counter[Qualifier | None] = Counter()
        self._remediations: Counter[str] = Counter()
        self._cameras = 0
        self._last = ""

    def add(self, results: Iterable[Result]) -> None:
        """Count results; those of one camera come together."""
        for result in results:
            self.results += 1
            if result.camera != self._last:
                self._cameras += 1
                self._last = result.camera
            if result.control:
                continue
            self.final[result.verdict.value] += 1
            if result.rule:
                self.rules[result.verdict] += 1
                self.by_rule.setdefault((result.pack, result.rule), Counter())[result.verdict] += 1
                self._remediations[result.remediation.value] += 1
                if result.verdict is Verdict.PASS:
                    self._passes[result.qualifier] += 1

    def summary(self) -> dict[str, Any]:
        """Counts of rule verdicts, as ``--format json`` tells them."""
        return {
            "rules": self.rules.total(),
            "cameras": self._cameras,
            **{verdict.value: self.rules[verdict] for verdict in Verdict},
            "pass_by_qualifier": {qualifier.value: self._passes[qualifier] for qualifier in Qualifier},
            "remediation": dict(sorted(self._remediations.items())),
            "by_rule": [
                {"pack": pack, "rule": rule, **{verdict.value: counts[verdict] for verdict in Verdict}}
                for (pack, rule), counts in sorted(self.by_rule.items())
            ],
        }
