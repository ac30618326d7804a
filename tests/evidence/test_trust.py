from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vmsguard.errors import ConfigError
from vmsguard.evidence.note import COSIGNATURE, ED25519, VerifierKey
from vmsguard.evidence.trust import load_trust, parse_trust


def vkey(name: str, kind: int, seed: int) -> str:
    public = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32).public_key().public_bytes_raw()
    return VerifierKey(name, kind, public).vkey


LOG = vkey("log.example.org", ED25519, 1)
WITNESSES = [vkey(f"w{number}.example.org", COSIGNATURE, number) for number in range(2, 7)]
TWO_LEVELS = "\n".join(
    [
        "# two organisations",
        f"log {LOG} https://log.example.org/",
        f"\twitness X1   {WITNESSES[0]}",
        f"witness X2 {WITNESSES[1]} https://w.example.org/  ",
        f"witness X3 {WITNESSES[2]}",
        "group X 2 X1 X2 X3",
        f"witness Y1 {WITNESSES[3]}",
        f"witness Y2 {WITNESSES[4]}",
        "group Y any Y1 Y2",
        "",
        "group both all X Y",
        "quorum both",
        "",
    ]
)


@pytest.mark.parametrize(
    ("cosigners", "met"),
    [
        ((), False),
        (("X1", "X2"), False),
        (("X1", "Y1"), False),
        (("X1", "X3", "Y2"), True),
        (("X1", "X2", "X3", "Y1", "Y2"), True),
        (("Y1", "Y2"), False),
    ],
)
def test_a_quorum_of_groups_counts_as_written(cosigners: tuple[str, ...], met: bool) -> None:
    assert met == parse_trust(TWO_LEVELS.encode()).quorum_met(cosigners)


def test_a_log_is_known_by_its_origin() -> None:
    trust = parse_trust(TWO_LEVELS.encode())
    assert [LOG] == [key.vkey for key in trust.log_keys("log.example.org")]
    assert trust.log_keys("other.example.org") == ()


def test_quorum_none_asks_for_nobody() -> None:
    assert parse_trust(f"log {LOG}\nquorum none\n".encode()).quorum_met(())


def test_names_are_opaque_octets() -> None:
    text = f"witness caf\xe9 {WITNESSES[0]}\nquorum caf\xe9\n".encode("latin-1")
    assert parse_trust(text).quorum_met(["caf\xe9"])


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("quorum none\nquorum none\n", 2, "a second quorum line"),
        ("quorum nobody\n", 1, "not defined"),
        (f"log {LOG}\nlog {LOG}\nquorum none\n", 2, "twice"),
        (f"witness a {WITNESSES[0]}\nwitness b {WITNESSES[0]}\nquorum none\n", 2, "twice"),
        (f"witness a {WITNESSES[0]}\nwitness a {WITNESSES[1]}\nquorum none\n", 2, "taken"),
        (f"witness none {WITNESSES[0]}\nquorum none\n", 1, "taken"),
        (f"witness a {LOG}\nquorum none\n", 1, "not a cosignature key"),
        (f"log {WITNESSES[0]}\nquorum none\n", 1, "not a log key"),
        (f"log {LOG[:-1]}\nquorum none\n", 1, "Ed25519"),
        (f"witness a {WITNESSES[0]}\ngroup g 2 a\nquorum g\n", 2, "threshold"),
        (f"witness a {WITNESSES[0]}\ngroup g 0 a\nquorum g\n", 2, "threshold"),
        (f"witness a {WITNESSES[0]}\ngroup g some a\nquorum g\n", 2, "threshold"),
        (f"witness a {WITNESSES[0]}\ngroup g any a a\nquorum g\n", 2, "member twice"),
        (f"witness a {WITNESSES[0]}\ngroup g any\nquorum g\n", 2, "expected"),
        ("group g any g\nquorum g\n", 1, "not defined"),
        ("group g any none\nquorum g\n", 1, "not defined"),
        ("trust me\nquorum none\n", 1, "expected"),
        ("quorum none\r\n", 1, "control character"),
    ],
)
def test_a_mistake_names_its_line(text: str, line: int, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as raised:
        parse_trust(text.encode(), file="trust.policy")
    assert ("trust.policy", line) == (raised.value.file, raised.value.line)


def test_a_file_without_a_quorum_is_refused() -> None:
    with pytest.raises(ConfigError, match="no quorum line"):
        parse_trust(f"log {LOG}\n".encode())


def test_a_missing_file_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_trust(tmp_path / "none")
