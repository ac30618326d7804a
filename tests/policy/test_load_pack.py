from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from vmsguard.errors import PolicyError, Problems
from vmsguard.model.pack import (
    AllOf,
    AnyOf,
    AttributeTest,
    Citation,
    ExceptionGate,
    FromException,
    ImpossibleGate,
)
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import Basis, Force, Severity
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.load_pack import load_pack, load_packs, read_pack_file

Write = Callable[[str, str], Path]


def test_a_pack_becomes_typed_values(sample: str, write: Write, catalogue: Catalogue) -> None:
    pack = load_pack(write("sample/pack.yaml", sample).parent, catalogue)
    rule = pack.rules[0]

    assert ("sample", "1.0.0", "Asia/Seoul") == (pack.id, pack.version, pack.timezone)
    assert (date(2026, 11, 22), date(2027, 3, 9)) == (pack.reviewed_on, pack.reviewed_next)
    assert (Force.LAW, date(2020, 11, 5)) == (pack.sources["rule-1"].force, pack.sources["rule-1"].since)
    assert AttributeTest("country", ("KR",)) == pack.select
    assert (Severity.CRITICAL, (Citation("rule-1", "K3"),)) == (rule.severity, rule.cites)
    assert ["storage.edge.off"] == [requirement.control for requirement in rule.require]
    assert ExceptionGate("inevitable") == rule.otherwise[0].gate
    assert {"max": FromException("retention")} == rule.otherwise[0].require[0].pending
    assert Span(exact=timedelta(days=180)) == pack.exception_types["inevitable"].max_duration
    assert "revert-and-purge" == pack.exception_types["inevitable"].on_expiry


def test_rules_carry_their_line(sample: str, write: Write, catalogue: Catalogue) -> None:
    pack = load_pack(write("pack.yaml", sample), catalogue)

    assert [14] == [rule.line for rule in pack.rules]
    assert [19] == [requirement.line for requirement in pack.rules[0].require]


def test_conditions_of_every_shape(sample: str, write: Write, catalogue: Catalogue) -> None:
    text = sample.replace(
        "  country: KR\n",
        "  country: [KR, JP]\n  records: true\n  any:\n    - {space: public}\n    - {operator: private, my/zone: 3}\n",
    ).replace(
        "    require:\n      - storage.edge.off\n",
        "    select: {mobility: fixed}\n    when: {analytics.face.detect: true}\n    min_basis: read-back\n"
        "    require:\n      - storage.edge.off: {min_basis: observed}\n",
        1,
    )
    pack = load_pack(write("pack.yaml", text), catalogue)
    rule = pack.rules[0]

    expected = AllOf(
        (
            AttributeTest("country", ("KR", "JP")),
            AttributeTest("records", (True,)),
            AnyOf(
                (
                    AttributeTest("space", ("public",)),
                    AllOf((AttributeTest("operator", ("private",)), AttributeTest("my/zone", (3,)))),
                )
            ),
        )
    )
    assert expected == pack.select
    assert AttributeTest("mobility", ("fixed",)) == rule.select
    assert {"analytics.face.detect": True} == rule.when
    assert (Basis.READ_BACK, Basis.OBSERVED) == (rule.min_basis, rule.require[0].min_basis)


def test_proofs_of_impossibility_are_named(sample: str, write: Write, catalogue: Catalogue) -> None:
    text = sample.replace(
        "    otherwise:\n",
        "    otherwise:\n      - if_impossible: {proof: {any: [capability, vendor-statement]}}\n"
        "        require: [documents.notice]\n",
    )
    rule = load_pack(write("pack.yaml", text), catalogue).rules[0]

    assert ImpossibleGate(("capability", "vendor-statement")) == rule.otherwise[0].gate


def test_the_digest_is_that_of_the_content(sample: str, write: Write, catalogue: Catalogue) -> None:
    plain = load_pack(write("a.yaml", sample), catalogue).digest
    reordered = sample.replace('  id: sample\n  version: "1.0.0"\n', '  version: "1.0.0"  # first\n  id: sample\n')
    changed = sample.replace("P180D", "P181D")

    assert 64 == len(plain)
    assert plain == load_pack(write("b.yaml", reordered), catalogue).digest
    assert plain != load_pack(write("c.yaml", changed), catalogue).digest


def test_a_source_nobody_cites_is_a_warning(sample: str, write: Write, catalogue: Catalogue) -> None:
    text = sample.replace("select:\n", '  rule-2: {title: Another, force: guidance, from: "2021-01-01"}\nselect:\n')
    warnings = read_pack_file(write("pack.yaml", text), catalogue).warnings

    assert [(11, 3, "no rule cites the source 'rule-2'")] == [(w.line, w.column, w.message) for w in warnings]


def test_packs_of_several_folders_come_by_id(sample: str, write: Write, catalogue: Catalogue, tmp_path: Path) -> None:
    write("one/sample/pack.yaml", sample)
    write("two/other/pack.yaml", sample.replace("id: sample", "id: other"))

    packs = load_packs([tmp_path / "two", tmp_path / "one"], catalogue)

    assert ["other", "sample"] == list(packs)
    assert str(tmp_path / "two/other/pack.yaml") == packs["other"].origin


def test_an_id_that_stands_twice_is_an_error_and_nothing_overrides(
    sample: str, write: Write, catalogue: Catalogue, tmp_path: Path
) -> None:
    write("one/sample/pack.yaml", sample)
    write("two/sample/pack.yaml", sample)

    with pytest.raises(Problems) as caught:
        load_packs([tmp_path / "one", tmp_path / "two"], catalogue)

    (problem,) = caught.value.problems
    assert f"the pack id 'sample' is taken by {tmp_path / 'one/sample/pack.yaml'}" == problem.message


def test_mistakes_of_all_packs_are_reported_at_once(
    sample: str, write: Write, catalogue: Catalogue, tmp_path: Path
) -> None:
    first = write("a/pack.yaml", sample.replace("storage.edge.off\n    o", "storage.edge.of\n    o"))
    second = write("b/pack.yaml", sample.replace("force: law", "force: habit"))

    with pytest.raises(Problems) as caught:
        load_packs([tmp_path], catalogue)

    assert [str(first), str(second)] == [problem.file for problem in caught.value.problems]


def test_a_folder_that_is_not_there_is_an_error(catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(Problems) as caught:
        load_packs([tmp_path / "none"], catalogue)

    assert isinstance(caught.value.problems[0], PolicyError)
