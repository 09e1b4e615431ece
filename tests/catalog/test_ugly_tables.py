from __future__ import annotations

import pytest
from ugly_tables import UGLY, Ugly


@pytest.mark.parametrize("ugly", UGLY, ids=lambda ugly: ugly.case)
def test_ugly_export_is_understood_without_configuration(ugly: Ugly, infer):
    table = infer(ugly.columns, ugly.table)
    found = {column.name: str(column.meaning) for column in table.columns}
    assert {name: found[name] for name in ugly.meanings} == ugly.meanings
    assert str(table.role) == ugly.role
    if ugly.key:
        assert table.key == ugly.key


@pytest.mark.parametrize("ugly", UGLY, ids=lambda ugly: ugly.case)
def test_every_finding_has_a_confidence_and_a_reason(ugly: Ugly, infer):
    table = infer(ugly.columns, ugly.table)
    for column in table.columns:
        assert 0 < column.confidence < 1
        assert column.reason
        assert "\n" not in column.reason
        assert {"filled", "distinct", "examples"} <= set(column.details)
        assert len(column.details["examples"]) <= 3
