"""What the replies about analytics hold: rules and modules, from wherever a device lists them, and applications."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from vmsguard_onvif.elements import TT, Element, children, descend, local, only, text, token
from vmsguard_onvif.namespaces import ANALYTICS, APPMGMT, MEDIA, MEDIA2

__all__ = [
    "AnalyticsConfiguration",
    "Application",
    "Function",
    "applications",
    "configurations_of",
    "modules",
    "rules",
]

_TAN, _TAM = f"{{{ANALYTICS}}}", f"{{{APPMGMT}}}"
_CLASSES = frozenset({"classfilter", "classtypes", "classtype", "objecttype", "objectclass"})


@dataclass(frozen=True)
class Function:
    """One rule or module; ``type`` is the local name of its type, ``classes`` the object classes it filters for."""

    kind: str
    name: str
    type: str
    classes: tuple[str, ...] = ()
    keeps_pictures: bool | None = None


@dataclass(frozen=True)
class AnalyticsConfiguration:
    """One analytics configuration, with the rules and modules the media service shows inside it."""

    token: str
    functions: tuple[Function, ...]


@dataclass(frozen=True)
class Application:
    """A program on the device; ``active`` is None for a state the spec does not know."""

    id: str
    name: str
    active: bool | None


def rules(reply: Element) -> tuple[Function, ...]:
    return tuple(_function("rule", entry) for entry in only(reply, f"{_TAN}Rule"))


def modules(reply: Element) -> tuple[Function, ...]:
    return tuple(_function("module", entry) for entry in only(reply, f"{_TAN}AnalyticsModule"))


def configurations_of(service: str) -> Callable[[Element], tuple[AnalyticsConfiguration, ...]]:
    """A parser for the list of analytics configurations of Media or Media2."""
    name = f"{{{MEDIA if service == MEDIA else MEDIA2}}}Configurations"

    def parse(reply: Element) -> tuple[AnalyticsConfiguration, ...]:
        return tuple(AnalyticsConfiguration(token(entry), _inside(entry)) for entry in only(reply, name))

    return parse


def _inside(configuration: Element) -> tuple[Function, ...]:
    engine = descend(configuration, f"{TT}AnalyticsEngineConfiguration")
    ruled = descend(configuration, f"{TT}RuleEngineConfiguration")
    found_modules: Iterable[Element] = () if engine is None else children(engine, f"{TT}AnalyticsModule")
    found_rules: Iterable[Element] = () if ruled is None else children(ruled, f"{TT}Rule")
    return tuple(
        [_function("module", entry) for entry in found_modules] + [_function("rule", entry) for entry in found_rules]
    )


def _function(kind: str, entry: Element) -> Function:
    classes: list[str] = []
    keeps: bool | None = None
    for item in entry.iterfind(f"{TT}Parameters/{TT}SimpleItem"):
        name, value = (item.get("Name") or "").casefold(), (item.get("Value") or "").strip()
        if name in _CLASSES:
            classes += value.replace(",", " ").split()
        elif name == "includeimage":
            # Analytics annex G: LocalStorage or RemoteStorage; an empty string means no image.
            keeps = bool(value) and value.casefold() not in {"false", "0", "none"}
    return Function(kind, entry.get("Name") or "", local(entry.get("Type") or ""), tuple(classes), keeps)


def applications(reply: Element) -> tuple[Application, ...]:
    states = {"Active": True, "Inactive": False, "Installing": None, "Uninstalling": None, "Removed": False}
    return tuple(
        Application(token(entry, f"{_TAM}AppID"), text(entry, f"{_TAM}Name"), states.get(text(entry, f"{_TAM}State")))
        for entry in only(reply, f"{_TAM}Info")
    )
