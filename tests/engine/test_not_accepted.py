from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from vmsguard.engine.compile import CompiledRules
from vmsguard.engine.evaluate import evaluate
from vmsguard.engine.not_accepted import hold_back
from vmsguard.engine.plan import make_plan
from vmsguard.model.changes import CORE_VERBS
from vmsguard.model.fact_catalogue import CORE_FACTS
from vmsguard.model.fact_values import RetentionSetting
from vmsguard.model.inventory import Endpoint
from vmsguard.model.plan import Plan
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import Mode, Role, Verdict
from vmsguard.policy.lock.compare import HeldBack

SAYS = "not-accepted: thermal 1.1.0 differs from the locked 1.0.0"
DUTY = ("saving-off", "deletion.periodic")


@pytest.fixture
def plan_of(world):
    """The plan for the world's cameras under what is held back."""

    def make(held: HeldBack, **more: object) -> Plan:
        evaluations = hold_back(
            [world.evaluate(name) for name in world.cameras], _rules(world), held, world.now, **more
        )
        snapshots = {name: world.snapshot(name) for name in world.cameras}
        told = {"now": world.now, "run": "run-1", "verbs": CORE_VERBS, "facts": CORE_FACTS}
        return make_plan(evaluations, snapshots, world.claims, **told)

    return make


def _rules(world) -> Mapping[str, Sequence[CompiledRules]]:
    return dict.fromkeys(world.cameras, world.rules)


def told(plan: Plan) -> dict[str, tuple[Mode, tuple[str, ...]]]:
    return {planned.change.verb: (planned.mode, planned.blockers) for planned in plan.changes}


def test_nothing_changes_where_everything_was_accepted(world, words):
    world.assign(words.pack(words.rule(words.require("storage.edge.off")))).recording(True)
    evaluations = (world.evaluate(),)
    found = hold_back(evaluations, _rules(world), HeldBack(), world.now)
    assert evaluations == found


def test_what_an_unaccepted_pack_asks_is_only_proposed_and_says_why(world, words, plan_of):
    world.camera().assign(words.thermal()).recording(True)
    assert (Mode.ENFORCE, ()) == told(plan_of(HeldBack()))["recording.stop"]
    assert (Mode.PROPOSE, (SAYS,)) == told(plan_of(HeldBack(packs={"thermal": SAYS})))["recording.stop"]


def test_the_verdict_is_that_of_the_pack_that_is_here(world, words):
    world.camera().assign(words.thermal()).recording(True)
    (found,) = hold_back([world.evaluate()], _rules(world), HeldBack(packs={"thermal": SAYS}), world.now)
    assert world.evaluate().results == found.results


def test_another_pack_that_was_accepted_still_enforces_the_same_change(world, words, plan_of):
    world.camera().assign(words.thermal()).recording(True)
    world.assign(words.pack(words.rule(words.require("storage.edge.off"))))
    assert Mode.ENFORCE is told(plan_of(HeldBack(packs={"thermal": SAYS})))["recording.stop"][0]


def due_for_deletion(world, words):
    """Recording cannot be switched off here, and what is stored was never deleted."""
    hour = words.hour
    return (
        world.camera()
        .assign(words.thermal())
        .recording(True)
        .refused()
        .footage(world.now - 30 * hour)
        .stores("footage")
    )


@pytest.mark.parametrize(
    ("kept", "same_scope", "enrolled", "mode"),
    [
        ({"thermal": frozenset({DUTY})}, frozenset({"thermal"}), (), Mode.ENFORCE),
        ({"thermal": frozenset({DUTY})}, frozenset(), {("cam-1", "thermal", "saving-off")}, Mode.ENFORCE),
        ({"thermal": frozenset({DUTY})}, frozenset(), {("cam-2", "thermal", "saving-off")}, Mode.PROPOSE),
        ({"thermal": frozenset()}, frozenset({"thermal"}), {("cam-1", "thermal", "saving-off")}, Mode.PROPOSE),
        ({}, frozenset(), (), Mode.PROPOSE),
    ],
)
def test_a_deletion_that_was_accepted_goes_on_where_it_reached_the_camera_before(
    world, words, plan_of, kept, same_scope, enrolled, mode
):
    due_for_deletion(world, words)
    held = HeldBack(packs={"thermal": SAYS}, kept=kept, same_scope=same_scope)
    purge = told(plan_of(held, enrolled=enrolled))["footage.purge"]
    assert (mode, () if mode is Mode.ENFORCE else (SAYS,)) == purge


def test_what_follows_the_end_of_an_exception_goes_on_wherever_the_exception_reached(world, words):
    world.camera().assign(words.thermal()).recording(True)
    (demand, *_) = world.evaluate().demands
    after = replace(demand, control="exception.expiry", rule="saving-off")
    evaluation = replace(world.evaluate(), demands=(after,))
    for kept, blockers in (({("saving-off", "exception.expiry")}, ()), (set(), (SAYS,))):
        held = HeldBack(packs={"thermal": SAYS}, kept={"thermal": frozenset(kept)})
        (found,) = hold_back([evaluation], _rules(world), held, world.now)
        assert blockers == found.demands[0].blockers


def test_targets_and_controls_of_an_unaccepted_plugin_stop_at_a_proposal(world, words, plan_of):
    world.camera().assign(words.thermal()).recording(True)
    says = "not-accepted: the plugin acme 2.0 differs from the locked 1.0"
    held = HeldBack(plugins={"acme": says})
    expected = (Mode.PROPOSE, (says,))
    assert expected == told(plan_of(held, targets={"t-1": "acme"}))["recording.stop"]
    assert expected == told(plan_of(held, controls={"storage.edge.off": "acme"}))["recording.stop"]
    both = plan_of(held, targets={"t-1": "acme"}, controls={"storage.edge.off": "acme"})
    assert expected == told(both)["recording.stop"]
    assert Mode.ENFORCE is told(plan_of(held, targets={"t-2": "acme"}))["recording.stop"][0]


def test_an_unaccepted_pack_lends_no_consent_to_a_change_that_reaches_its_camera(world, words):
    """A neighbour counts as in enforce only by a pack that somebody accepted."""
    world.camera("cam-1", Endpoint("t-1", "ch1", Role.DEVICE)).assign(words.thermal())
    world.recording(True)
    before = world.evaluate()
    (after,) = hold_back([before], _rules(world), HeldBack(packs={"thermal": SAYS}), world.now)
    assert (True, False) == (before.enforced, after.enforced)
    world.assign(words.pack(words.rule(words.require("storage.edge.off"))))
    (after,) = hold_back([world.evaluate()], _rules(world), HeldBack(packs={"thermal": SAYS}), world.now)
    assert after.enforced


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(
    packs=st.sets(st.sampled_from(["thermal", "p"])),
    plugin=st.booleans(),
    kept=st.sets(st.sampled_from([DUTY, ("saving-off", "exception.expiry")])),
    same_scope=st.booleans(),
    enrolled=st.booleans(),
)
def test_holding_back_only_ever_takes_changes_away(world, words, packs, plugin, kept, same_scope, enrolled):
    """Whatever is not accepted: nothing is enforced that would not be without a lock, and nobody is more willing."""
    world = type(world)().camera()
    due_for_deletion(world, words).assign(words.pack(words.rule(words.require("storage.edge.off"))))
    held = HeldBack(
        packs={name: f"not-accepted: {name}" for name in packs},
        plugins={"acme": "not-accepted: acme"} if plugin else {},
        kept={"thermal": frozenset(kept)} if "thermal" in packs else {},
        same_scope=frozenset(packs) if same_scope else frozenset(),
    )
    told = {"now": world.now, "run": "run-1", "verbs": CORE_VERBS, "facts": CORE_FACTS}
    snapshots = {"cam-1": world.snapshot()}
    free = world.evaluate()
    (barred,) = hold_back(
        [free],
        _rules(world),
        held,
        world.now,
        enrolled={("cam-1", "thermal", "saving-off")} if enrolled else (),
        targets={"t-1": "acme"},
    )
    before = make_plan([free], snapshots, world.claims, **told)
    after = make_plan([barred], snapshots, world.claims, **told)
    assert {one.change.id for one in after.enforceable} <= {one.change.id for one in before.enforceable}
    assert {one.change.id for one in after.changes} == {one.change.id for one in before.changes}
    assert not plugin or after.enforceable == ()
    assert free.enforced or not barred.enforced
    assert free.results == barred.results


def test_a_pack_that_nobody_ever_accepted_stops_no_deletion_that_is_due(world, words):
    """Verdicts say the conflict; what was accepted is deleted all the same, and nothing else is changed for it."""
    year = words.require("retention.min", min=Span(exact=timedelta(days=365)))
    daily = words.rule(words.require("deletion.periodic", max_gap=timedelta(hours=24)), name="daily")
    world.listed("recording.retention", RetentionSetting("sd", 86_400)).stores("footage").footage(world.now)
    world.assign(words.pack(daily, name="ours")).assign(words.pack(words.rule(year, name="keep"), name="strange"))
    snapshots = {"cam-1": world.snapshot()}
    for unaccepted, mode in (((), Mode.PROPOSE), (("ours",), Mode.PROPOSE), (("strange",), Mode.ENFORCE)):
        found = evaluate(world.rules, snapshots["cam-1"], world.now, unaccepted=unaccepted)
        assert {Verdict.CONFLICT} == {one.verdict for one in found.results}
        facts = {"now": world.now, "run": "r", "verbs": CORE_VERBS, "facts": CORE_FACTS}
        assert [("footage.purge", mode)] == [
            (planned.change.verb, planned.mode)
            for planned in make_plan([found], snapshots, world.claims, **facts).changes
        ]


def test_a_pack_that_was_accepted_in_another_version_may_keep_what_it_kept():
    held = HeldBack(packs={"new": SAYS, "changed": SAYS}, kept={"changed": frozenset()})
    assert {"new"} == held.never_accepted
