"""The namespaces of ONVIF's services and schemas, and the prefixes our own messages use for them."""

from __future__ import annotations

__all__ = [
    "ADDRESSING",
    "ANALYTICS",
    "APPMGMT",
    "AUTHENTICATION",
    "CREDENTIAL",
    "DEVICE",
    "DEVICE_IO",
    "EVENTS",
    "HUMAN_BODY",
    "HUMAN_FACE",
    "MEDIA",
    "MEDIA2",
    "NETWORK",
    "NOTIFICATION",
    "PREFIXES",
    "PTZ",
    "RECEIVER",
    "RECORDING",
    "REPLAY",
    "SCHEMA",
    "SEARCH",
    "SOAP11",
    "SOAP12",
    "THERMAL",
    "TOPICS",
    "UPLINK",
]

SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SCHEMA = "http://www.onvif.org/ver10/schema"

DEVICE = "http://www.onvif.org/ver10/device/wsdl"
NETWORK = "http://www.onvif.org/ver10/network/wsdl"
MEDIA = "http://www.onvif.org/ver10/media/wsdl"
MEDIA2 = "http://www.onvif.org/ver20/media/wsdl"
ANALYTICS = "http://www.onvif.org/ver20/analytics/wsdl"
RECORDING = "http://www.onvif.org/ver10/recording/wsdl"
SEARCH = "http://www.onvif.org/ver10/search/wsdl"
REPLAY = "http://www.onvif.org/ver10/replay/wsdl"
RECEIVER = "http://www.onvif.org/ver10/receiver/wsdl"
EVENTS = "http://www.onvif.org/ver10/events/wsdl"
DEVICE_IO = "http://www.onvif.org/ver10/deviceIO/wsdl"
THERMAL = "http://www.onvif.org/ver10/thermal/wsdl"
UPLINK = "http://www.onvif.org/ver10/uplink/wsdl"
PTZ = "http://www.onvif.org/ver20/ptz/wsdl"
APPMGMT = "http://www.onvif.org/ver10/appmgmt/wsdl"
CREDENTIAL = "http://www.onvif.org/ver10/credential/wsdl"
AUTHENTICATION = "http://www.onvif.org/ver10/authenticationbehavior/wsdl"

HUMAN_FACE = "http://www.onvif.org/ver20/analytics/humanface"
HUMAN_BODY = "http://www.onvif.org/ver20/analytics/humanbody"
ADDRESSING = "http://www.w3.org/2005/08/addressing"
NOTIFICATION = "http://docs.oasis-open.org/wsn/b-2"
TOPICS = "http://docs.oasis-open.org/wsn/t-1"

PREFIXES = {
    DEVICE: "tds",
    MEDIA: "trt",
    MEDIA2: "tr2",
    ANALYTICS: "tan",
    RECORDING: "trc",
    SEARCH: "tse",
    REPLAY: "trp",
    RECEIVER: "trv",
    EVENTS: "tev",
    NOTIFICATION: "wsnt",
    DEVICE_IO: "tmd",
    THERMAL: "tth",
    UPLINK: "tup",
    PTZ: "tptz",
    APPMGMT: "tam",
    CREDENTIAL: "tcr",
    AUTHENTICATION: "tab",
}
