"""Switching searching off: rules, modules and applications, one per call so that a refusal names its cause."""

from __future__ import annotations

from collections.abc import Iterable

from vmsguard_onvif.envelope import leaf
from vmsguard_onvif.gathering import Answer, Answered
from vmsguard_onvif.message_definitions import Binding
from vmsguard_onvif.namespaces import APPMGMT, MEDIA, MEDIA2
from vmsguard_onvif.ordered import Order
from vmsguard_onvif.replies.analytics import AnalyticsConfiguration, Function

__all__ = ["of_configuration", "stop_function"]


_NO_LEVER = {
    "search": "searches of recordings, which end with the recordings",
    "credential": "faces as credentials of a door, which are left to people",
    "topic": "what only the topic of an event shows",
}
"""Functions that are reported and have no lever, by the kind their ids begin with."""


async def stop_function(order: Order) -> None:
    """Delete one rule or module, or deactivate one application, by its id in ``analytics.functions``.

    DeleteRules is atomic over its names: several in one call would hide which of them is fixed. What the device
    lists no more is not asked for again. An application is never uninstalled: that takes its data along.
    """
    wanted = order.argument("function")
    kind, _, rest = wanted.partition(":")
    if kind == "application":
        await _deactivate(order, rest)
        return
    if kind not in {"rule", "module"}:
        raise order.no_lever(_NO_LEVER.get(kind, f"function {kind!r}"))
    configuration, name = await of_configuration(order, rest)
    readings = order.readings
    answer = await (readings.rules(configuration) if kind == "rule" else readings.modules(configuration))
    if _gone(order, answer, name) and name not in _shown(await _configurations(order), configuration, kind):
        return
    if kind == "rule":
        await order.typed(Binding.RULES, "DeleteRules", {"ConfigurationToken": configuration, "RuleName": [name]})
    else:
        await order.typed(
            Binding.MODULES,
            "DeleteAnalyticsModules",
            {"ConfigurationToken": configuration, "AnalyticsModuleName": [name]},
        )


async def _deactivate(order: Order, application: str) -> None:
    """Stop one application, unless it is shown to be off already, now and after a restart."""
    answer = await order.readings.applications()
    if isinstance(answer, Answered):
        found = [known for known in answer.value if known.id == application]
        if found and all(known.active is False and known.starts is False for known in found):
            return
    # In no namespace: see the remark on App Management in ``analytics_replies``.
    await order.enveloped(APPMGMT, "Deactivate", leaf("AppID", application))


def _gone(order: Order, answer: Answer[tuple[Function, ...]], name: str) -> bool:
    """Whether the Analytics service lists its functions, and this one is not among them."""
    listed = isinstance(answer, Answered) and not order.session.fabricates
    return listed and isinstance(answer, Answered) and all(function.name != name for function in answer.value)


def _shown(known: Iterable[AnalyticsConfiguration], configuration: str, kind: str) -> frozenset[str]:
    """The names that a media service shows inside a configuration."""
    return frozenset(
        function.name
        for found in known
        if found.token == configuration
        for function in found.functions
        if function.kind == kind
    )


async def _configurations(order: Order) -> list[AnalyticsConfiguration]:
    found: list[AnalyticsConfiguration] = []
    for service in (MEDIA, MEDIA2):
        answer = await order.readings.analytics_configurations(service)
        found += answer.value if isinstance(answer, Answered) else ()
    return found


async def of_configuration(order: Order, rest: str) -> tuple[str, str]:
    """Configuration and name; tokens may hold a slash, so the device's own list decides where one ends."""
    fitting = [found.token for found in await _configurations(order) if rest.startswith(f"{found.token}/")]
    if not fitting:
        raise order.stopped("the device lists no such analytics configuration; nothing was sent")
    configuration = max(fitting, key=len)
    return configuration, rest[len(configuration) + 1 :]
