"""``notifications:`` of a configuration: on which routes people are told, and of what."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address

from vmsguard.fleet.read_hook_url import hook_url, on_this_machine
from vmsguard.fleet.secrets import SCHEME
from vmsguard.model.notification_routes import Mail, Route, Syslog, Urgency, Way, Webhook
from vmsguard.policy.syntax.reading import Fields, Reader
from vmsguard.policy.syntax.strict_yaml import Node

__all__ = ["read_notifications"]

_WAYS = ("webhook", "mail", "syslog")
_TLS = ("starttls", "implicit", "none")
_LONGEST_DIGEST = timedelta(days=7)


def read_notifications(nodes: list[Node], reader: Reader) -> tuple[Route, ...]:
    """The routes in the order of the file; none where nothing is configured."""
    routes: dict[str, Route] = {}
    for node in nodes:
        route = _route(node, reader)
        if route is None:
            continue
        if route.id in routes:
            reader.fault(node, f"the route {route.id!r} is there twice", "give each route an id of its own")
        routes[route.id] = route
    return tuple(routes.values())


def _route(node: Node, reader: Reader) -> Route | None:
    with reader.fields(node, "route") as fields:
        name = fields.identifier("id")
        sites = fields.identifiers("sites", default=(), least=1)
        urgencies = fields.get("urgencies")
        digest = fields.duration("digest", timedelta(hours=24))
        ways = [(key, told) for key in _WAYS if (told := fields.get(key)) is not None]
    if digest > _LONGEST_DIGEST:
        reader.fault(node, "digest: longer than a week", "somebody is to read it while it still matters")
    wanted = (
        frozenset(Urgency)
        if urgencies is None
        else frozenset(reader.each(urgencies, "urgencies", lambda each, what: reader.choice(each, what, Urgency)))
    )
    if urgencies is not None and not wanted:
        reader.fault(urgencies, "urgencies: nothing would be told", "name page, warn or note, or remove the key")
    if len(ways) != 1:
        reader.fault(node, f"a route has one way, not {len(ways)}", f"write one of {', '.join(_WAYS)}")
        return None
    way = _READ[ways[0][0]](ways[0][1], reader)
    return Route(id=name, way=way, sites=sites, urgencies=wanted, digest=digest)


def _webhook(node: Node, reader: Reader) -> Way:
    with reader.fields(node, "webhook") as fields:
        return Webhook(hook_url(fields, reader), _secret(fields, reader, "secret"))


def _mail(node: Node, reader: Reader) -> Way:
    with reader.fields(node, "mail") as fields:
        server = fields.text("server")
        tls = fields.word("tls", _TLS, "starttls")
        mail = Mail(
            server=server,
            sender=fields.text("from"),
            recipients=fields.texts("to", least=1),
            port=fields.integer("port", 465 if tls == "implicit" else 587, least=1, most=65535),
            tls=tls,
            login=_secret(fields, reader, "login", required=False),
        )
    for address in (mail.sender, *mail.recipients):
        if address.count("@") != 1 or any(each.isspace() for each in address):
            reader.fault(node, f"mail: {address!r} is no address", "write NAME@DOMAIN alone, without a display name")
    if ":" in server and not _is_address(server):
        reader.fault(node, f"server: {server!r} is no host", "write the host alone, and its port under port")
    elif tls == "none" and server and not on_this_machine(server):
        reader.fault(node, "tls: none is for a server on this machine", "use starttls or implicit")
    return mail


def _syslog(node: Node, reader: Reader) -> Way:
    with reader.fields(node, "syslog") as fields:
        address, protocol = fields.text("address"), fields.word("protocol", ("udp", "tcp"), "udp")
        place = fields.peek("address")
    host, colon, port = address.rpartition(":")
    good = address.startswith("/") or (colon and host and port.isdecimal() and 0 < int(port) < 65536)
    if place is not None and address and not good:
        reader.fault(place, "address: expected HOST:PORT or the path of a socket", "such as 192.0.2.7:514")
    return Syslog(address, protocol)


_READ = {"webhook": _webhook, "mail": _mail, "syslog": _syslog}


def _secret(fields: Fields, reader: Reader, key: str, *, required: bool = True) -> str:
    node = fields.need(key) if required else fields.get(key)
    if node is None:
        return ""
    if isinstance(node.value, str) and node.value.startswith(f"{SCHEME}://"):
        return node.value
    reader.fault(node, f"{key}: a secret is given by reference", "write secret://file/PATH or secret://env/NAME")
    return ""


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
