"""The Device service: identity, time, users, network protocols, storage configurations, restart."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from vmsguard.simulator.access import Access
from vmsguard.simulator.call import Arguments, Call, Operation, Service, schema
from vmsguard.simulator.device_state import Device, NetworkProtocol, Storage
from vmsguard.simulator.faults import invalid_argument, not_supported, unable
from vmsguard.simulator.services import address_filter
from vmsguard.simulator.services.advertised import legacy_capabilities, service_list
from vmsguard.simulator.soap import boolean, element, quoteattr, text

__all__ = ["FIXED_NETWORK", "SERVICE"]

FIXED_NETWORK: Final = "fixed-network"
"""A feature: nothing of the network can be told or set."""
_PORT: Final = re.compile(r"[0-9]{1,5}")


def _date_and_time(call: Call) -> str:
    now = call.world.now() + timedelta(seconds=call.device.clock_offset)
    return (
        "<tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>"
        "<tt:TimeZone><tt:TZ>UTC0</tt:TZ></tt:TimeZone><tt:UTCDateTime>"
        f"<tt:Time><tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute><tt:Second>{now.second}</tt:Second>"
        f"</tt:Time><tt:Date><tt:Year>{now.year}</tt:Year><tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day>"
        "</tt:Date></tt:UTCDateTime></tds:SystemDateAndTime>"
    )


def _information(call: Call) -> str:
    product = call.device.product
    return (
        element("tds:Manufacturer", product.manufacturer)
        + element("tds:Model", product.model)
        + element("tds:FirmwareVersion", product.firmware)
        + element("tds:SerialNumber", product.serial)
        + element("tds:HardwareId", product.hardware)
    )


def _scopes(call: Call) -> str:
    kind = "Network_Video_Recorder" if call.device.recorder else "Network_Video_Transmitter"
    scopes = (
        f"onvif://www.onvif.org/type/{kind}",
        f"onvif://www.onvif.org/hardware/{call.device.product.hardware}",
        f"onvif://www.onvif.org/name/{call.device.id}",
    )
    return "".join(
        f"<tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef><tt:ScopeItem>{text(scope)}</tt:ScopeItem></tds:Scopes>"
        for scope in scopes
    )


def _users(call: Call) -> str:
    return "".join(
        f"<tds:User>{element('tt:Username', account.user)}{element('tt:UserLevel', account.level)}</tds:User>"
        for account in call.device.accounts
    )


def _needs_network_configuration(device: Device) -> None:
    if FIXED_NETWORK in device.features:
        raise not_supported()


def _protocols(call: Call) -> str:
    _needs_network_configuration(call.device)
    return "".join(
        f"<tds:NetworkProtocols><tt:Name>{protocol.name}</tt:Name><tt:Enabled>{boolean(protocol.enabled)}</tt:Enabled>"
        + "".join(f"<tt:Port>{port}</tt:Port>" for port in protocol.ports)
        + "</tds:NetworkProtocols>"
        for protocol in call.device.configuration.protocols
    )


def _requested_protocol(asked: Arguments) -> NetworkProtocol:
    name = asked.text(schema("Name"))
    if name not in ("HTTP", "HTTPS", "RTSP"):
        raise invalid_argument("ServiceNotSupported")
    ports = asked.texts(schema("Port"))
    if not ports or not all(_PORT.fullmatch(port) and int(port) < 65536 for port in ports):
        raise invalid_argument("PortInvalid")
    return NetworkProtocol(name, asked.flag(schema("Enabled")), [int(port) for port in ports])


def _set_protocols(call: Call) -> str:
    """Changes the protocols that are named and leaves the others; the socket itself stays where it is."""
    _needs_network_configuration(call.device)
    asked = {
        protocol.name: protocol for protocol in map(_requested_protocol, call.arguments.children("NetworkProtocols"))
    }
    if not asked:
        raise invalid_argument("ServiceNotSupported")
    configuration = call.device.configuration
    merged = {protocol.name: protocol for protocol in configuration.protocols} | asked
    configuration.protocols = list(merged.values())
    call.device.running_protocols = list(configuration.protocols)
    return ""


def _storage_element(storage: Storage) -> str:
    user = f"<tds:User><tds:UserName>{text(storage.user)}</tds:UserName></tds:User>" if storage.user else ""
    return (
        f"<tds:StorageConfigurations token={quoteattr(storage.token)}><tds:Data type={quoteattr(storage.type)}>"
        f"<tds:StorageUri>{text(storage.uri)}</tds:StorageUri>{user}</tds:Data></tds:StorageConfigurations>"
    )


def _storages(call: Call) -> str:
    _needs_storages(call.device)
    return "".join(map(_storage_element, call.device.configuration.storages))


def _needs_storages(device: Device) -> None:
    if "storages" not in device.features:
        raise not_supported()


def _set_storage(call: Call) -> str:
    _needs_storages(call.device)
    asked = call.arguments.child("StorageConfiguration")
    storage = _find_storage(call, asked.attribute("token"))
    data = asked.child("Data")
    storage.type = data.attribute("type")
    storage.uri = data.optional("StorageUri")
    users = data.children("User")
    storage.user = users[0].text("UserName") if users else ""
    return ""


def _delete_storage(call: Call) -> str:
    _needs_storages(call.device)
    storage = _find_storage(call, call.arguments.text("Token"))
    configuration = call.device.configuration
    if any(recording.target_storage == storage.token for recording in configuration.recordings):
        raise unable("ConfigurationConflict", "The storage is in use by a recording")
    configuration.storages.remove(storage)
    return ""


def _find_storage(call: Call, token: str) -> Storage:
    for storage in call.device.configuration.storages:
        if storage.token == token:
            return storage
    raise invalid_argument("NoConfig")


def _reboot(call: Call) -> str:
    call.world.reboot(call.device.id)
    return element("tds:Message", "Rebooting")


def _capabilities(device: Device) -> str:
    digest = device.auth in ("digest", "both")
    token = device.auth in ("wsse", "both")
    storages = "storages" in device.features
    fixed = ' NetworkConfigNotSupported="true"' if FIXED_NETWORK in device.features else ""
    types = ' StorageTypesSupported="NFS CIFS ObjectStorageS3"' if storages else ""
    return (
        f'<tds:Capabilities><tds:Network IPFilter="{boolean(device.configuration.address_filter is not None)}" '
        'ZeroConfiguration="true" IPVersion6="false" DynDNS="false"/>'
        f'<tds:Security UsernameToken="{boolean(token)}" HttpDigest="{boolean(digest)}" MaxUsers="8"/>'
        f'<tds:System DiscoveryResolve="false" DiscoveryBye="false" RemoteDiscovery="false" SystemBackup="false" '
        f'StorageConfiguration="{boolean(storages)}" MaxStorageConfigurations="{8 if storages else 0}"{types}{fixed}/>'
        "</tds:Capabilities>"
    )


SERVICE: Final = Service(
    name="device",
    prefix="tds",
    path="device_service",
    version=(24, 12),
    capabilities=_capabilities,
    operations={
        "GetSystemDateAndTime": Operation(_date_and_time, Access.PRE_AUTH),
        "GetServices": Operation(service_list, Access.PRE_AUTH),
        "GetCapabilities": Operation(legacy_capabilities, Access.PRE_AUTH),
        "GetDeviceInformation": Operation(_information, Access.READ_SYSTEM),
        "GetScopes": Operation(_scopes, Access.READ_SYSTEM),
        "GetUsers": Operation(_users, Access.READ_SYSTEM_SECRET),
        "GetNetworkProtocols": Operation(_protocols, Access.READ_SYSTEM),
        "SetNetworkProtocols": Operation(_set_protocols, Access.WRITE_SYSTEM, writes=True),
        "GetStorageConfigurations": Operation(_storages, Access.READ_MEDIA),
        "SetStorageConfiguration": Operation(_set_storage, Access.ACTUATE, writes=True),
        "DeleteStorageConfiguration": Operation(_delete_storage, Access.ACTUATE, writes=True),
        **address_filter.OPERATIONS,
        "SystemReboot": Operation(_reboot, Access.UNRECOVERABLE, writes=True),
    },
)
