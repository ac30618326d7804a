from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from vmsguard_onvif.envelope import envelope, escape, headers, leaf
from vmsguard_onvif.namespaces import ANALYTICS, DEVICE, SOAP12

XML_TEXT = st.text(
    st.characters(
        blacklist_categories=("Cs",), blacklist_characters=[chr(n) for n in range(32) if n not in (9, 10, 13)]
    )
).filter(lambda text: "\ufffe" not in text and "\uffff" not in text)


@given(XML_TEXT)
def test_any_value_comes_back_as_it_went_in_and_adds_no_element(value: str) -> None:
    root = etree.fromstring(envelope(ANALYTICS, "GetRules", leaf("tan:ConfigurationToken", value)))
    operation = root[0][0]
    assert operation.tag == f"{{{ANALYTICS}}}GetRules"
    assert [(child.tag, child.text or "") for child in operation] == [(f"{{{ANALYTICS}}}ConfigurationToken", value)]


@given(XML_TEXT)
def test_any_value_survives_in_an_attribute(value: str) -> None:
    assert etree.fromstring(f'<a b="{escape(value)}"/>').get("b") == value


@pytest.mark.parametrize("value", ["\x00", "a\x0bb", "\ufffe", "\ud800"])
def test_what_xml_cannot_carry_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="XML cannot carry"):
        escape(value)


def test_the_operation_is_in_the_body_in_its_namespace() -> None:
    root = etree.fromstring(envelope(DEVICE, "GetUsers"))
    assert [child.tag for child in root] == [f"{{{SOAP12}}}Body"]
    assert root[0][0].tag == f"{{{DEVICE}}}GetUsers"


def test_the_action_can_be_left_out() -> None:
    assert headers(DEVICE, "GetUsers") == {
        "Content-Type": 'application/soap+xml; charset=utf-8; action="http://www.onvif.org/ver10/device/wsdl/GetUsers"'
    }
    assert headers(DEVICE, "GetUsers", with_action=False) == {"Content-Type": "application/soap+xml; charset=utf-8"}
