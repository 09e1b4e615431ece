"""A build tells listeners what it did, within its own transaction and within measure."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from onefold.build.announcing import announce_build
from onefold.identity.tables import customer_change, identity_run
from onefold.profiles import announcing
from onefold.webhooks.changes import changes_after
from onefold.workspace import Workspace

NOW = datetime(2026, 5, 1, tzinfo=UTC)
HEAD = "id,first name,last name,email,phone\n"


def rows(*people: tuple[int, str]) -> str:
    return HEAD + "".join(f"{n},Ana{n},García{n},{email},+3460011{n:04}\n" for n, email in people)


@pytest.fixture
def company(tmp_path):
    (tmp_path / "crm.csv").write_text(rows(*((n, f"ana{n}@example.com") for n in range(8))), encoding="utf-8")
    Workspace.create(tmp_path / "acme").connect("crm", str(tmp_path / "crm.csv"))
    return tmp_path


def build(company) -> list:
    """Build; returns what it announced."""
    with Workspace(company / "acme") as workspace:
        with workspace.database.read() as connection:
            before = len(changes_after(connection, 0, 10_000))
        workspace.build()
        with workspace.database.read() as connection:
            return changes_after(connection, 0, 10_000)[before:]


def test_new_and_changed_customers_are_told_one_by_one(company):
    told = build(company)
    assert [change.kind for change in told] == ["customer.created"] * 8 + ["build.finished"]
    assert all(change.customer_id == change.resource_id for change in told[:-1])
    assert told[-1].payload == {"build_no": 1}
    (company / "crm.csv").write_text(
        rows((0, "other@example.com"), *((n, f"ana{n}@example.com") for n in range(1, 8))), encoding="utf-8"
    )
    assert [change.kind for change in build(company)] == ["customer.updated", "build.finished"]
    assert [change.kind for change in build(company)] == ["build.finished"], "nothing changed"


def test_too_many_are_told_as_one(company, monkeypatch):
    monkeypatch.setattr(announcing, "MOST_TOLD", 5)
    told = build(company)
    assert [change.kind for change in told] == ["customers.changed", "build.finished"]
    assert told[0].payload == {}, "a number would count what the listener may not know of"


def test_a_merged_id_is_told_with_where_it_leads_and_to_whom_may_know_of_that(app_database):
    changes = [("merged", "cus_a", "cus_b"), ("split", "cus_c", "cus_b"), ("moved", "cus_d", "cus_e")]
    with app_database.write() as connection:
        run = {"run_id": 1, "build_no": 7, "actor": "build", "rule_version": "1", "applied_at": NOW, "counts": {}}
        connection.execute(identity_run.insert().values(run))
        for number, (kind, customer_id, other) in enumerate(changes):
            facts = {"kind": kind, "customer_id": customer_id, "other_customer_id": other, "subject_ids": []}
            connection.execute(customer_change.insert().values(change_id=number, run_id=1, happened_at=NOW, **facts))
        announce_build(connection, 7, NOW)
    with app_database.read() as connection:
        told = changes_after(connection, 0, 10)
    assert [(c.kind, c.resource_id, c.customer_id, c.payload) for c in told] == [
        ("customer.merged", "cus_a", "cus_b", {"merged_into": "cus_b"}),
        ("customer.split", "cus_c", "cus_c", {}),
        ("customer.moved", "cus_d", "cus_d", {}),
        ("build.finished", "7", None, {"build_no": 7}),
    ]


def test_a_retired_customer_is_told(company):
    build(company)
    (company / "crm.csv").write_text(rows(*((n, f"ana{n}@example.com") for n in range(7))), encoding="utf-8")
    assert "customer.retired" in [change.kind for change in build(company)]
