"""The Credential service, as far as it says which kinds of credentials there can be; people's own are not simulated."""

from __future__ import annotations

from typing import Final

from vmsguard.simulator.access import Access
from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.device_state import Device
from vmsguard.simulator.faults import invalid_argument
from vmsguard.simulator.soap import element

__all__ = ["SERVICE"]

_FORMAT: Final = "GUID"


def _formats(call: Call) -> str:
    if call.arguments.text("CredentialIdentifierTypeName") not in (call.device.searching.credentials or ()):
        raise invalid_argument("CredentialIdentifierType")
    return (
        f"<tcr:FormatTypeInfo>{element('tcr:FormatType', _FORMAT)}<tcr:Description>as the device makes it"
        "</tcr:Description></tcr:FormatTypeInfo>"
    )


def _nobody(call: Call) -> str:
    """No credential is ever enrolled here."""
    return ""


def _capabilities(device: Device) -> str:
    types = "".join(element("tcr:SupportedIdentifierType", kind) for kind in device.searching.credentials or ())
    return (
        '<tcr:Capabilities MaxLimit="100" CredentialValiditySupported="false" '
        'CredentialAccessProfileValiditySupported="false" ValiditySupportsTimeValue="false" MaxCredentials="1000" '
        f'MaxAccessProfilesPerCredential="1" ResetAntipassbackSupported="false">{types}</tcr:Capabilities>'
    )


SERVICE: Final = Service(
    name="credential",
    prefix="tcr",
    path="credential_service",
    version=(24, 12),
    capabilities=_capabilities,
    operations={
        "GetSupportedFormatTypes": Operation(_formats, Access.READ_SYSTEM),
        "GetCredentialInfoList": Operation(_nobody, Access.READ_SYSTEM_SENSITIVE),
        "GetCredentialList": Operation(_nobody, Access.READ_SYSTEM_SECRET),
    },
)
