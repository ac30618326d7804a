"""Secrets of plugins: asked when a reference names them, and what goes wrong in them tells no secret."""

from __future__ import annotations

import sys
import types
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from vmsguard.errors import PluginError, SecretMissing
from vmsguard.fleet.secrets import SecretStore
from vmsguard.model.secret_sources import SecretSourceEntry
from vmsguard.plugin import hookimpl
from vmsguard.plugin.loader import Registry, load_plugins
from vmsguard.plugin.secret_source import SecretSource


class Vault(SecretSource):
    name = "demo-vault"
    made = 0

    def __init__(self) -> None:
        type(self).made += 1

    def text(self, name: str) -> str:
        if name == "locked":
            raise RuntimeError("the vault said: hunter2")
        return {"cams/17": "admin:hunter2", "empty": ""}[name]


def registered(monkeypatch: pytest.MonkeyPatch, *entries: object, **more: object) -> Registry:
    module = types.ModuleType("demo_of_secrets")
    module.vmsguard_register_secrets = hookimpl(lambda: list(entries))  # type: ignore[attr-defined]
    for name, value in {"Vault": Vault, **more}.items():
        setattr(module, name, value)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return load_plugins(entry_points=[EntryPoint("demo", module.__name__, "vmsguard")])


def entry(**changed: object) -> SecretSourceEntry:
    fields: dict[str, object] = {"name": "demo-vault", "path": "demo_of_secrets:Vault", "api": 1}
    return SecretSourceEntry(**(fields | changed))  # type: ignore[arg-type]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SecretStore:
    Vault.made = 0
    return SecretStore(tmp_path, {}, sources=registered(monkeypatch, entry()).secret_source)


def test_a_login_comes_from_the_source_its_reference_names(store: SecretStore) -> None:
    login = store.login("secret://demo-vault/cams/17")

    assert login is not None
    assert ("admin", "hunter2") == (login.user, login.password)


def test_a_source_is_made_when_it_is_needed_and_once(store: SecretStore) -> None:
    assert 0 == Vault.made
    for _ in range(3):
        store.text("secret://demo-vault/cams/17")
    assert 1 == Vault.made


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("secret://demo-vault/none", "secret://demo-vault/none: is not there"),
        ("secret://demo-vault/locked", "secret://demo-vault/locked: demo-vault gives nothing now (RuntimeError)"),
        ("secret://demo-vault/empty", "secret://demo-vault/empty: demo-vault gave no text"),
        ("secret://other/cams/17", "secret://other/cams/17: unknown secret store 'other'"),
    ],
)
def test_what_is_missing_is_told_and_no_secret_with_it(store: SecretStore, reference: str, told: str) -> None:
    with pytest.raises(SecretMissing) as raised:
        store.text(reference)

    assert told == raised.value.message
    assert raised.value.hint
    assert "hunter2" not in f"{raised.value} {raised.value.hint} {raised.value.__cause__}"


@pytest.mark.parametrize(
    ("offered", "told"),
    [
        (("demo-vault",), "secrets hook returned a str"),
        ((entry(name="env"),), "secret source env is vmsguard's own"),
        ((entry(name="Demo/Vault"),), "secret source 'Demo/Vault': use lower-case letters"),
        ((entry(api=9),), "secret source demo-vault is built for api 9, this is api 1"),
        ((entry(path="demo"),), "secret source demo-vault: its path is not module:Class"),
        ((entry(), entry()), "secret source demo-vault is registered twice"),
    ],
)
def test_what_does_not_fit_is_left_out_with_its_plugin(
    monkeypatch: pytest.MonkeyPatch, offered: tuple[object, ...], told: str
) -> None:
    registry = registered(monkeypatch, *offered)

    assert ({}, 1) == (registry.secrets, len(registry.failures))
    assert told in registry.failures[0].error


@pytest.mark.parametrize("path", ["demo_of_secrets:Nothing", "demo_of_secrets:Other", "no_such_module:Vault"])
def test_a_class_that_is_not_what_was_registered_is_told(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    registry = registered(monkeypatch, entry(path=path), Other=type("Other", (Vault,), {"name": "other"}))

    with pytest.raises(PluginError, match=path):
        registry.secret_source("demo-vault")
