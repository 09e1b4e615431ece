"""The check of dependencies finds what it is for, and finds nothing here."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location(
    "check_dependencies", Path(__file__).parents[2] / "tools" / "check_dependencies.py"
)
check = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(check)


def test_everything_may_be_shipped_and_is_pinned():
    assert [*check.python_licences(), *check.python_pins(), *check.node_licences(), *check.addresses()] == []


def test_runtime_packages_are_those_that_are_needed():
    runtime = check.runtime_packages()
    assert {"fastapi", "sqlalchemy", "starlette", "duckdb"} <= runtime
    assert not {"pytest", "schemathesis", "mypy"} & runtime


@pytest.mark.parametrize(
    "licence", ["GPL-3.0-only", "GPL-2.0-or-later", "AGPL-3.0-only", "SSPL-1.0", "", "MIT AND GPL-2.0"]
)
def test_copyleft_and_the_unknown_are_refused(licence):
    assert not check.admits(licence, check.PERMISSIVE | check.LESSER)


def test_a_missing_pin_an_address_and_a_missing_licence_are_found(tmp_path, monkeypatch):
    (tmp_path / "ui").mkdir()
    (tmp_path / "pyproject.toml").write_text((check.ROOT / "pyproject.toml").read_text())
    (tmp_path / "constraints.txt").write_text("fastapi @ https://example.com/fastapi.whl\n")
    (tmp_path / "ui" / "package-lock.json").write_text(
        '{"packages": {"": {}, "x/a": {"resolved": "https://x/", "license": "GPL-3.0"}, "x/b": {}}}'
    )
    monkeypatch.setattr(check, "ROOT", tmp_path)
    check.needed_packages.cache_clear()
    assert any("fastapi" in problem for problem in check.python_pins())
    assert len(list(check.addresses())) == 2
    assert len(list(check.node_licences())) == 4
