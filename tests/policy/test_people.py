from __future__ import annotations

import pytest

from vmsguard.policy.people import plain_role, two_people


@pytest.mark.parametrize(
    "approver",
    [
        "role:station-security",
        " Role:Station-Security ",
        "role: station security",
        "role:station-security.",
        "role:station\u00a0security",
        "role:station-secur\u00adity",
        "role:station-security\u200b",
        "role:station-security\u2060",
        "role:station-security\ufe0f",
        "role:station-security\u3164",
        "\uff52ole:station-security",
        "r\u043ele:st\u0430tion-se\u0441urity",
        "",
        "\u200b",
    ],
)
def test_nobody_approves_what_they_asked_for_under_another_spelling(approver: str) -> None:
    assert not two_people("role:station-security", approver)


@pytest.mark.parametrize(
    ("author", "approver"),
    [
        ("role:station-security", "role:privacy-officer"),
        ("role:guard-1", "role:guard-2"),
        ("역할:역무원", "역할:개인정보보호책임자"),
        ("роль:охрана", "роль:директор"),
    ],
)
def test_two_roles_are_two_in_any_alphabet(author: str, approver: str) -> None:
    assert two_people(author, approver)
    assert two_people(approver, author)


def test_a_role_is_compared_as_it_looks() -> None:
    assert "rolepo" == plain_role("Role: P\u041e\u115f")
