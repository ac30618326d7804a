from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

import pytest
from msgspec import Struct

from vmsguard.controls.base import Control
from vmsguard.model.pack import FromException
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.params import param_fields, read_params
from vmsguard.policy.syntax.reading import Reader
from vmsguard.policy.syntax.strict_yaml import parse_yaml


class Everything(Struct, frozen=True, rename={"except_": "except"}):
    gap: timedelta
    mode: Literal["", "fast", "slow"] = ""
    except_: tuple[Literal["a", "b"], ...] = ()
    several: frozenset[str] = frozenset()
    flag: bool = False
    count: int = 1
    limit: timedelta | None = None


class Sample:
    id = "sample.control"
    Params = Everything


def read(text: str, *, excepted: bool = False) -> tuple[Any, Any, list[str]]:
    (node,) = parse_yaml(text.encode(), file="f.yaml")
    assert isinstance(node.value, dict)
    reader = Reader("f.yaml")
    control: Any = Sample()
    found = read_params(reader, node, control, node.value, excepted=excepted)
    return found.params, dict(found.pending), [problem.message for problem in reader.problems]


def test_parameters_become_the_controls_own_type() -> None:
    text = "{gap: PT24H, mode: fast, except: [b], several: [one, two], flag: true, count: 3, limit: P1D}"
    expected = Everything(
        gap=timedelta(hours=24),
        mode="fast",
        except_=("b",),
        several=frozenset({"one", "two"}),
        flag=True,
        count=3,
        limit=timedelta(days=1),
    )

    assert (expected, {}, []) == read(text)


def test_what_is_left_out_takes_the_controls_default() -> None:
    assert (Everything(gap=timedelta(hours=1)), {}, []) == read("{gap: PT1H}")


def test_a_parameter_may_wait_for_the_exception() -> None:
    params, pending, problems = read("{gap: {from_exception: retention}}", excepted=True)

    assert [] == problems
    assert {"gap": FromException("retention")} == pending
    assert timedelta(0) == params.gap


def test_an_optional_parameter_that_waits_keeps_its_default() -> None:
    params, pending, problems = read("{gap: PT1H, limit: {from_exception: retention}}", excepted=True)

    assert ([], None, {"limit"}) == (problems, params.limit, set(pending))


@pytest.mark.parametrize(
    ("text", "excepted", "message"),
    [
        ("{gap: {from_exception: retention}}", False, "gap: only a rung with if_excepted has an exception"),
        ("{gap: PT1H, mode: {from_exception: retention}}", True, "mode: retention is a duration"),
        ("{gap: {from_exception: reason}}", True, "from_exception: unknown value 'reason'"),
        ("{gap: {from_excepton: retention}}", True, "unknown key 'from_excepton'"),
        ("{mode: fast}", False, "sample.control needs the parameter 'gap'"),
        ("{gap: PT1H, except_: [a]}", False, "unknown parameter 'except_' of sample.control"),
        ("{gap: PT1H, except: [c]}", False, "except: unknown value 'c'"),
        ("{gap: PT1H, except: a}", False, "except: expected a list"),
        ("{gap: PT1H, except: []}", False, "except: empty list"),
        ('{gap: PT1H, mode: ""}', False, "mode: unknown value ''"),
        ("{gap: PT1H, count: 1.5}", False, "count: expected a whole number"),
    ],
)
def test_mistakes_in_parameters(text: str, excepted: bool, message: str) -> None:
    params, pending, problems = read(text, excepted=excepted)

    assert (None, {}, 1) == (params, pending, len(problems))
    assert problems[0].startswith(message)


def test_every_core_control_can_be_read_and_described(catalogue: Catalogue) -> None:
    for control in catalogue.controls.values():
        assert isinstance(control, Control)
        for field in param_fields(control.Params).values():
            assert field.name in control.Params.__struct_fields__
