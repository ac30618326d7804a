"""What the replies about analytics hold: rules and modules, from wherever a device lists them, and applications."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from vmsguard_onvif.elements import TT, Element, Malformed, children, descend, flag, local, only, text, token
from vmsguard_onvif.namespaces import ANALYTICS, APPMGMT, MEDIA, MEDIA2
from vmsguard_onvif.reply_limits import LONGEST_LIST, LONGEST_TEXT, LONGEST_TOKEN

__all__ = [
    "MOST_FUNCTIONS",
    "AnalyticsConfiguration",
    "Application",
    "Function",
    "applications",
    "configurations_of",
    "installed_applications",
    "keeps_what_it_names",
    "modules",
    "names_classes",
    "rules",
    "words",
]

MOST_FUNCTIONS = 512
"""Of one configuration; devices have some tens. Each is looked through for words of a dozen kinds."""

_TAN, _TAM = f"{{{ANALYTICS}}}", f"{{{APPMGMT}}}"
_CLASSES = frozenset({"classfilter", "classtypes", "classtype", "objecttype", "objectclass"})
_PARAMETERS, _SIMPLE_ITEM = f"{TT}Parameters", f"{TT}SimpleItem"
_PICTURES = "includeimage"
_MODES = frozenset({"mode", "measurementmode"})
# tt:ImageSendingType: what is stored here or elsewhere is kept; what is embedded goes with the event, and who
# keeps that shows nowhere.
_KEPT = frozenset({"localstorage", "remotestorage"})
_NO_IMAGE = frozenset({"", "false", "0", "none"})
_STATES = {"Active": True, "Inactive": False}
"""Of ``tam:AppState``: one that is being installed or removed is neither on nor off."""


@dataclass(frozen=True)
class Function:
    """One rule or module; ``type`` is the local name of its type, ``classes`` the object classes it filters for."""

    kind: str
    name: str
    type: str
    classes: tuple[str, ...] = ()
    keeps_pictures: bool | None = None
    """None: it does not say whether pictures go with what it tells, or who keeps those that do."""
    mode: str = ""


@dataclass(frozen=True)
class AnalyticsConfiguration:
    """One analytics configuration, with the rules and modules the media service shows inside it."""

    token: str
    functions: tuple[Function, ...]


@dataclass(frozen=True)
class Application:
    """A program on the device; ``active`` is None for a state that is neither on nor off.

    ``starts`` says whether it is started with the device, None where the device did not say.
    """

    id: str
    name: str
    active: bool | None
    starts: bool | None = None


def rules(reply: Element) -> tuple[Function, ...]:
    return _functions("rule", only(reply, f"{_TAN}Rule"))


def modules(reply: Element) -> tuple[Function, ...]:
    return _functions("module", only(reply, f"{_TAN}AnalyticsModule"))


def _functions(kind: str, entries: Iterable[Element]) -> tuple[Function, ...]:
    found = tuple(_function(kind, entry) for entry in islice(entries, MOST_FUNCTIONS + 1))
    if len(found) > MOST_FUNCTIONS:
        raise Malformed(f"a list of more than {MOST_FUNCTIONS} functions")
    return found


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
    found = [("module", entry) for entry in found_modules] + [("rule", entry) for entry in found_rules]
    if len(found) > MOST_FUNCTIONS:
        raise Malformed(f"more than {MOST_FUNCTIONS} functions in a configuration")
    return tuple(_function(kind, entry) for kind, entry in found)


def _function(kind: str, entry: Element) -> Function:
    classes: list[str] = []
    keeps: bool | None = None
    mode = ""
    for item in _items(entry):
        name, value = (item.get("Name") or "").casefold(), (item.get("Value") or "").strip()
        if name in _CLASSES:
            classes += words(value)
        elif name == _PICTURES:
            keeps = _kept(value)
        elif name in _MODES:
            mode = value
    return Function(kind, _name(entry), local(entry.get("Type") or ""), tuple(classes), keeps, mode)


def _items(entry: Element) -> Iterator[Element]:
    for parameters in children(entry, _PARAMETERS):
        yield from children(parameters, _SIMPLE_ITEM)


def _name(entry: Element) -> str:
    told = entry.get("Name") or ""
    # Names are searched for words of many kinds, and are told in every verdict that rests on them.
    if len(told) > LONGEST_TOKEN:
        raise Malformed(f"{local(str(entry.tag))} with a name of more than {LONGEST_TOKEN} characters")
    return told


def words(value: str) -> list[str]:
    """The entries of a list in a parameter; the standard parts them by spaces, devices by commas, too."""
    if len(value) > LONGEST_TEXT:
        raise Malformed("a parameter that is longer than any list")
    return value.replace(",", " ").split()


def names_classes(parameter: str) -> bool:
    """Whether a parameter of a function says which classes of objects it looks for."""
    return parameter.casefold() in _CLASSES


def keeps_what_it_names(parameter: str, value: str) -> bool:
    """Whether a parameter makes a function store pictures here or elsewhere."""
    return parameter.casefold() == _PICTURES and _kept(value) is True


def _kept(value: str) -> bool | None:
    """What ``IncludeImage`` asks for (Analytics annex G); an empty string means no image."""
    ways = words(value.casefold())
    if _KEPT & set(ways):
        return True
    return False if " ".join(ways) in _NO_IMAGE else None


def applications(reply: Element) -> tuple[Application, ...]:
    """The applications of ``GetAppsInfo``; one that was removed is not there any more."""
    return tuple(
        Application(
            _app_token(entry),
            _app_text(entry, "Name"),
            _STATES.get(_app_text(entry, "State")),
            flag(_app_text(entry, "Autostart")),
        )
        for entry in _app_list(reply, "Info")
        if _app_text(entry, "State") != "Removed"
    )


def installed_applications(reply: Element) -> tuple[Application, ...]:
    """The applications of ``GetInstalledApps``, which says nothing of whether they run."""
    return tuple(Application(_app_token(entry), _app_text(entry, "Name"), None) for entry in _app_list(reply, "App"))


# The schema of App Management forgets elementFormDefault: to the letter its local elements are in no namespace.
# Devices that follow the other services qualify them all the same, so both are read.
def _app_list(reply: Element, name: str) -> Iterator[Element]:
    for position, found in enumerate(reply.iterchildren()):
        if position == LONGEST_LIST:
            raise Malformed(f"a list of more than {LONGEST_LIST} applications")
        if found.tag not in {name, f"{_TAM}{name}"}:
            raise Malformed(f"an unexpected element in a list of {name}")
        yield found


def _app_text(entry: Element, name: str) -> str:
    return text(entry, name) or text(entry, f"{_TAM}{name}")


def _app_token(entry: Element) -> str:
    found = _app_text(entry, "AppID")
    if not found:
        raise Malformed("an application without its id")
    return found
