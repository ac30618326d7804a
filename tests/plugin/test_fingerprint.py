from __future__ import annotations

import sys
from pathlib import Path

import pytest

from vmsguard.errors import PluginError
from vmsguard.plugin.fingerprint import distribution_digest

RECORD = """\
acme_plugin/__init__.py,sha256=x,1
acme_plugin/data.csv,sha256=x,1
acme_plugin/__pycache__/__init__.cpython-311.pyc,,
../../bin/acme,sha256=x,1
acme_plugin-1.0.dist-info/METADATA,,
acme_plugin-1.0.dist-info/entry_points.txt,,
acme_plugin-1.0.dist-info/INSTALLER,,
acme_plugin-1.0.dist-info/RECORD,,
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages with one distribution in it."""
    folder = tmp_path / "site-packages"
    info = folder / "acme_plugin-1.0.dist-info"
    for file, text in {
        "acme_plugin/__init__.py": "name = 1\n",
        "acme_plugin/data.csv": "a,b\n",
        "acme_plugin/__pycache__/__init__.cpython-311.pyc": "x",
        f"{info.name}/METADATA": "Metadata-Version: 2.1\nName: acme-plugin\nVersion: 1.0\n",
        f"{info.name}/entry_points.txt": "[vmsguard]\nacme = acme_plugin\n",
        f"{info.name}/INSTALLER": "pip\n",
        f"{info.name}/RECORD": RECORD,
    }.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    return folder


def test_the_digest_is_of_what_lies_there_and_stays_the_same(site: Path) -> None:
    before = distribution_digest("acme-plugin")
    assert before == distribution_digest("acme-plugin")
    assert 64 == len(before)
    assert "acme_plugin" not in sys.modules


@pytest.mark.parametrize(
    ("file", "same"),
    [
        ("acme_plugin/__init__.py", False),
        ("acme_plugin/data.csv", False),
        ("acme_plugin-1.0.dist-info/entry_points.txt", False),
        ("acme_plugin/__pycache__/__init__.cpython-311.pyc", True),
        ("acme_plugin-1.0.dist-info/INSTALLER", True),
    ],
)
def test_an_edited_file_is_another_digest_and_what_the_installer_notes_is_not(
    site: Path, file: str, same: bool
) -> None:
    before = distribution_digest("acme-plugin")
    (site / file).write_text("changed\n", encoding="utf-8")
    assert same is (before == distribution_digest("acme-plugin"))


def test_a_file_that_is_gone_is_no_digest(site: Path) -> None:
    (site / "acme_plugin" / "data.csv").unlink()
    with pytest.raises(PluginError, match=r"acme_plugin/data\.csv cannot be read"):
        distribution_digest("acme-plugin")


def test_of_an_editable_installation_the_source_counts(site: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    (site / "acme_plugin").rename(source.joinpath("acme_plugin") if source.mkdir() is None else source)
    (site / "__editable__.acme_plugin-1.0.pth").write_text(f"{source}\n", encoding="utf-8")
    record = site / "acme_plugin-1.0.dist-info" / "RECORD"
    record.write_text("__editable__.acme_plugin-1.0.pth,,\nacme_plugin-1.0.dist-info/METADATA,,\n", encoding="utf-8")
    sys.path.insert(0, str(source))
    try:
        before = distribution_digest("acme-plugin")
        (source / "acme_plugin" / "more.py").write_text("", encoding="utf-8")
        assert before != distribution_digest("acme-plugin")
    finally:
        sys.path.remove(str(source))


def test_a_module_that_no_distribution_brings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lonely_plugin.py").write_text("one = 1\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    before = distribution_digest("lonely_plugin")
    (tmp_path / "lonely_plugin.py").write_text("one = 2\n", encoding="utf-8")
    assert before != distribution_digest("lonely_plugin")


def test_what_is_not_installed_has_no_digest() -> None:
    with pytest.raises(PluginError, match="its files cannot be found"):
        distribution_digest("nobody-wrote-this")


def test_the_plugins_of_this_installation_have_one() -> None:
    assert 64 == len(distribution_digest("vmsguard-onvif"))
