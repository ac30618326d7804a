"""Switching searching off: rules, modules and applications, one per call so that a refusal names its cause."""

from __future__ import annotations

from vmsguard_onvif.envelope import leaf
from vmsguard_onvif.gathering import Answered
from vmsguard_onvif.message_definitions import Binding
from vmsguard_onvif.namespaces import APPMGMT, MEDIA, MEDIA2
from vmsguard_onvif.ordered import Order

__all__ = ["stop_function"]


async def stop_function(order: Order) -> None:
    """Delete one rule or module, or deactivate one application, by its id in ``analytics.functions``.

    DeleteRules is atomic over its names: several in one call would hide which of them is fixed.
    """
    wanted = order.argument("function")
    kind, _, rest = wanted.partition(":")
    if kind == "application":
        await order.enveloped(APPMGMT, "Deactivate", leaf("tam:AppID", rest))
        return
    if kind not in {"rule", "module"}:
        raise order.no_lever(f"function {kind!r}")
    configuration, name = await _split(order, rest)
    if kind == "rule":
        await order.typed(Binding.RULES, "DeleteRules", {"ConfigurationToken": configuration, "RuleName": [name]})
    else:
        await order.typed(
            Binding.MODULES,
            "DeleteAnalyticsModules",
            {"ConfigurationToken": configuration, "AnalyticsModuleName": [name]},
        )


async def _split(order: Order, rest: str) -> tuple[str, str]:
    """Configuration and name; tokens may hold a slash, so the device's own list decides where one ends."""
    tokens: list[str] = []
    for service in (MEDIA, MEDIA2):
        answer = await order.readings.analytics_configurations(service)
        tokens += [found.token for found in answer.value] if isinstance(answer, Answered) else []
    fitting = [found for found in tokens if rest.startswith(f"{found}/")]
    if not fitting:
        raise order.stopped("the device lists no such analytics configuration; nothing was sent")
    configuration = max(fitting, key=len)
    return configuration, rest[len(configuration) + 1 :]
