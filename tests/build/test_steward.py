"""Decisions of people take effect at once, the next build agrees, and an undo brings both sides back whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from onefold.access import Access, Actor
from onefold.build.steward import Effect, decide, undo_change, undo_run, withdraw
from onefold.care import list_notes, write_note
from onefold.errors import Conflict, InvalidInput, NotFound
from onefold.identity.tables import customer_change, identity_run, subject
from onefold.settings import Settings
from onefold.workspace import Workspace

HEAD = "id,first name,last name,email,phone,birth date\n"
PEOPLE = {
    "1": "Ana,García,ana.garcia@example.com,+34600110001,1980-02-03",
    "2": "Bruno,Caldez,bruno77@example.com,+34600110002,1971-05-09",
    "3": "Carla,Holtman,carla.h@example.com,+34600110003,1990-11-20",
    "4": "Dmitri,Elmov,d.elmov@example.com,+34600110004,1965-01-30",
}
ACCESS = Access.full(Actor("usr_ana", "user", "Ana Steward"))


class Company:
    """A workspace whose sources are two CSV files."""

    def __init__(self, folder: Path, database_url: str | None = None) -> None:
        self.folder = folder
        self.people: dict[str, dict[str, str]] = {"crm": dict(PEOPLE), "shop": {}}
        self.write()
        settings = Settings(name="acme", database=database_url)
        with Workspace.create(folder / "acme", settings) as workspace:
            for name in self.people:
                workspace.connect(name, str(folder / f"{name}.csv"))

    def write(self) -> None:
        for name, people in self.people.items():
            rows = "".join(f"{number},{facts}\n" for number, facts in people.items())
            (self.folder / f"{name}.csv").write_text(HEAD + (rows or "0,Zoe,Zander,zoe@z.example,,\n"), "utf-8")

    def open(self) -> Workspace:
        return Workspace(self.folder / "acme")

    def build(self) -> dict[str, str]:
        self.write()
        with self.open() as workspace:
            workspace.build()
        return self.owners()

    def owners(self) -> dict[str, str]:
        with self.open() as workspace, workspace.database.read() as connection:
            rows = connection.execute(sa.select(subject.c.subject_id, subject.c.customer_id))
            return {row.subject_id: row.customer_id for row in rows}

    def do(self, action: Any, *arguments: Any, **options: Any) -> Any:
        with self.open() as workspace, workspace.steward(ACCESS) as desk:
            return action(desk, *arguments, **options)

    def seen(self) -> dict[str, Any]:
        """Everything that readers of the app database see of customers."""
        with self.open() as workspace, workspace.database.read() as connection:
            found = {}
            for table, columns in {
                "profile": "customer_id, kind, display_name, attributes, traits",
                "profile_summary": "*",
                "identifier": "*",
                "search_term": "*",
                "timeline_event": "*",
                "subject": "subject_id, customer_id",
            }.items():
                rows = connection.execute(sa.text(f"select {columns} from {table}"))
                found[table] = sorted(map(str, rows))
            return found

    def changes(self) -> list[Any]:
        with self.open() as workspace, workspace.database.read() as connection:
            return list(connection.execute(sa.select(customer_change).order_by(customer_change.c.change_id)))


@pytest.fixture
def company(tmp_path: Path, database_url: str) -> Company:
    return Company(tmp_path, None if database_url.startswith("sqlite") else database_url)


def crm(number: int) -> str:
    return f"crm.crm:{number}"


def test_same_unites_at_once_and_the_next_build_agrees(company):
    before = company.build()
    effect: Effect = company.do(decide, "same", [before[crm(1)]], [before[crm(2)]], "her maiden name")
    assert effect.counts["merged"] == 1
    assert effect.run_id == 2
    owners = company.owners()
    assert owners[crm(1)] == owners[crm(2)]
    assert effect.changes[0]["evidence"]["overrides"] == [effect.overrides[0].override_id]
    seen = company.seen()
    assert company.build() == owners
    assert company.seen() == seen, "the next build publishes the same"


def test_different_parts_at_once_and_the_next_build_agrees(company):
    company.people["shop"] = {"9": PEOPLE["1"]}
    before = company.build()
    assert before[crm(1)] == before["shop.shop:9"]
    effect = company.do(decide, "different", ["shop.shop:9"], [before[crm(1)]], "mother and daughter")
    owners = company.owners()
    assert owners[crm(1)] != owners["shop.shop:9"]
    assert effect.counts["split"] == 1
    assert effect.changes[0]["evidence"]["against"][0]["a"] == crm(1), "what spoke for them is kept"
    seen = company.seen()
    assert company.build() == owners
    assert company.seen() == seen


def test_a_merge_by_a_build_is_undone_whole_and_stays_undone(company):
    before = company.build()
    seen = company.seen()
    with company.open() as workspace, workspace.database.write() as connection:
        for number in (1, 2):
            write_note(connection, ACCESS, before[crm(number)], f"about {number}")
    facts = PEOPLE["2"].split(",")
    company.people["crm"]["2"] = ",".join(["Ana", "García", *PEOPLE["1"].split(",")[2:]])
    merged = company.build()
    assert merged[crm(1)] == merged[crm(2)]
    change = next(one for one in company.changes() if one.kind == "merged")
    assert change.evidence["links"][0]["evidence"]["email"][0] == "same"
    company.people["crm"]["5"] = "Eva,Drevsen,eva@example.com,+34600110005,1999-09-09"
    company.build()
    effect = company.do(undo_change, change.change_id, "two people share a mailbox")
    assert effect.counts["restored"] == 1
    owners = company.owners()
    assert {name: owners[name] for name in before} == before
    with company.open() as workspace, workspace.database.read() as connection:
        for number in (1, 2):
            notes = list_notes(connection, ACCESS, before[crm(number)])
            assert [note.body.text for note in notes] == [f"about {number}"], "notes are where they were written"
    assert company.build() == owners, "the next build does not redo it"
    company.people["crm"]["2"] = ",".join(facts)
    del company.people["crm"]["5"]
    company.build()
    now = company.seen()
    assert now == seen


def test_undo_of_a_decision_withdraws_it_and_undo_of_the_undo_brings_it_back(company):
    before = company.build()
    company.do(decide, "same", [before[crm(3)]], [before[crm(4)]], "")
    merge = company.changes()[-1]
    effect = company.do(undo_change, merge.change_id, "wrong")
    assert company.owners() == before
    assert len(effect.withdrawn) == 1
    with pytest.raises(Conflict, match="undone before"):
        company.do(undo_change, merge.change_id, "again")
    restored = company.changes()[-1]
    assert restored.kind == "restored"
    company.do(undo_change, restored.change_id, "it was right after all")
    owners = company.owners()
    assert owners[crm(3)] == owners[crm(4)]
    assert company.build() == owners
    assert next(one for one in company.changes() if one.change_id == merge.change_id).undone_run is None


def test_a_whole_run_is_undone(company):
    before = company.build()
    company.people["crm"]["2"] = PEOPLE["1"]
    company.people["crm"]["4"] = PEOPLE["3"]
    merged = company.build()
    assert len(set(merged.values())) == len(set(before.values())) - 2
    run = company.changes()[-1].run_id
    effect = company.do(undo_run, run, "a wrong file")
    assert len(effect.undone) == 2
    assert company.owners() == before
    assert company.build() == before


def test_contradictions_are_refused_and_nothing_changes(company):
    before = company.build()
    company.do(decide, "same", [crm(1)], [crm(2)], "")
    company.do(decide, "same", [crm(2)], [crm(3)], "")
    owners = company.owners()
    with pytest.raises(Conflict, match=r"crm.crm:1 = crm.crm:2 .*, crm.crm:2 = crm.crm:3 .*but crm.crm:1 ≠ crm.crm:3"):
        company.do(decide, "different", [crm(1)], [crm(3)], "")
    assert company.owners() == owners != before


def test_a_withdrawn_decision_lets_the_evidence_speak_at_the_next_build(company):
    before = company.build()
    effect = company.do(decide, "same", [crm(1)], [crm(2)], "")
    found = company.do(withdraw, effect.overrides[0].override_id)
    assert found.withdrawn_by == "Ana Steward"
    assert company.owners()[crm(1)] == company.owners()[crm(2)]
    assert company.build() == before


def test_a_dry_run_says_what_would_happen_and_does_nothing(company):
    before = company.build()
    effect = company.do(decide, "same", [crm(1)], [crm(2)], "", is_dry_run=True)
    assert effect.counts["merged"] == 1
    assert effect.run_id is None
    assert company.owners() == before
    with company.open() as workspace, workspace.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(identity_run)).scalar_one() == 1


def test_what_cannot_be_undone_says_so(company):
    company.build()
    del company.people["crm"]["4"]
    company.build()
    retired = company.changes()[-1]
    assert retired.kind == "retired"
    with pytest.raises(InvalidInput, match="cannot be undone"):
        company.do(undo_change, retired.change_id, "")
    with pytest.raises(NotFound):
        company.do(undo_change, 999, "")
    with pytest.raises(NotFound, match="no record"):
        company.do(decide, "same", ["crm.crm:77"], [crm(1)], "")


def test_a_decision_about_a_record_that_vanishes_waits_until_it_comes_back(company):
    company.build()
    company.do(decide, "same", [crm(1)], [crm(2)], "")
    two = company.people["crm"].pop("2")
    company.build()
    company.people["crm"]["2"] = two
    owners = company.build()
    assert owners[crm(1)] == owners[crm(2)]


def test_while_another_holds_the_warehouse_a_decision_is_refused_and_leaves_nothing(company):
    before = company.build()
    with (
        company.open() as other,
        other.locked(),
        company.open() as workspace,
        pytest.raises(Conflict),
        workspace.steward(ACCESS, wait_seconds=0) as desk,
    ):
        decide(desk, "same", [crm(1)], [crm(2)], "")
    assert company.build() == before


def test_a_crash_leaves_the_old_map_or_the_new_one_and_the_next_build_mends_the_warehouse(company):
    before = company.build()
    seen = company.seen()
    with company.open() as workspace, pytest.raises(RuntimeError), workspace.steward(ACCESS) as desk:
        decide(desk, "same", [crm(1)], [crm(2)], "")
        raise RuntimeError("the power is cut before the commit")
    assert company.owners() == before
    assert company.seen() == seen
    with (
        company.open() as workspace,
        pytest.raises(RuntimeError, match="warehouse follows"),
        workspace.warehouse() as engine,
        engine.transaction(),
    ):
        with workspace.database.write() as connection:
            decide(workspace.desk(connection, engine, ACCESS), "same", [crm(1)], [crm(2)], "")
        raise RuntimeError("the power is cut before the warehouse follows")
    owners, seen = company.owners(), company.seen()
    assert owners[crm(1)] == owners[crm(2)]
    assert company.build() == owners
    assert company.seen() == seen
    with company.open() as workspace:
        placed = workspace.engine.rows("select subject_id, customer_id from main.customer_subject")
    assert dict(placed) == owners
