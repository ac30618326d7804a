"""Which reason a driver's error gives to every fact of its target."""

from __future__ import annotations

from vmsguard.errors import (
    AuthRejected,
    CertificateRefused,
    DeviceFault,
    DriverError,
    GuardTripped,
    LoginWeakened,
    NotSupported,
    OutOfTime,
    PluginError,
    ProtocolViolation,
    Refused,
    SecretMissing,
    Unreachable,
)
from vmsguard.model.vocabulary import Why

__all__ = ["why_of"]

_WHY: tuple[tuple[type[Exception], Why], ...] = (
    (OutOfTime, Why.OUT_OF_TIME),
    (Unreachable, Why.UNREACHABLE),
    (AuthRejected, Why.AUTH),
    (SecretMissing, Why.NO_SECRET),
    (ProtocolViolation, Why.PROTOCOL),
    (CertificateRefused, Why.CERTIFICATE),
    (LoginWeakened, Why.LOGIN_WEAKENED),
    (GuardTripped, Why.PROTOCOL),
    (DeviceFault, Why.FAULT),
    (Refused, Why.FAULT),
    (NotSupported, Why.UNSUPPORTED_UNPROVEN),
    (PluginError, Why.PLUGIN),
)


def why_of(error: Exception) -> tuple[Why, str]:
    """The reason and a detail that holds no reply text; a driver's own bug counts as a plugin failure."""
    for kind, why in _WHY:
        if isinstance(error, kind):
            detail = f"{error.operation}: {error.detail}" if isinstance(error, DriverError) else str(error)
            return why, detail
    return Why.PLUGIN, f"the driver raised {type(error).__name__}"
