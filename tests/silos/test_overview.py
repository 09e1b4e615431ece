"""The overview: what one actor may count, and that every number opens to as many customers as it says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from tests.api.people import add_person, signed_in

from onefold.access import Access, Actor
from onefold.access.model import Layer, Role
from onefold.api import create_app
from onefold.build import latest_report
from onefold.errors import InvalidInput, NotAllowed
from onefold.kernel.rules import parse_rule
from onefold.profiles import count_customers, count_values, list_customers, summary_column
from onefold.profiles.listing import Wanted
from onefold.profiles.tables import profile_summary
from onefold.settings import Settings
from onefold.silos.overview import read_overview
from onefold.silos.overview_model import Count, Overview
from onefold.storage.rule_sql import compile_rule
from onefold.workspace import Workspace

TOKEN = "token-of-the-test-0123456789"
OLD, NEW = "2019-03-01", "2026-04-01"


GIVEN = ("Ana", "Pere", "Marta", "Oriol", "Núria", "Jordi", "Laia", "Biel")
FAMILY = ("García", "Puig", "Ferrer", "Soler", "Vidal", "Roca", "Serra", "Font")


def name_of(n: int) -> tuple[str, str]:
    return GIVEN[n % 8], f"{FAMILY[n // 8]} {FAMILY[(n * 5 + 3) % 8]}"


def crm_rows() -> Iterator[str]:
    yield "id,first name,last name,e-mail,phone,city,updated"
    for n in range(40):
        given, family = name_of(n)
        email = f"{given.lower()}.{n}@example.com" if n % 5 else ""
        yield f"{n},{given},{family},{email},+3460{n * 7919:07},{'Girona' if n < 25 else 'Vic'},{OLD if n % 4 else NEW}"


def shop_rows() -> Iterator[str]:
    yield "number,full name,e-mail,phone,city,changed"
    for n in range(20, 60):
        given, family = name_of(n)
        city = "Girona" if n % 3 else "Lleida"
        yield f"{n},{given} {family},{given.lower()}.{n}@example.com,+3460{n * 7919:07},{city},{NEW}"
    given, family = name_of(30)
    yield f"61,{given} {family},other30@example.com,+3460{30 * 7919:07},Reus,{NEW}"


@pytest.fixture
def workspace(tmp_path: Path, database_url: str) -> Iterator[Workspace]:
    (tmp_path / "crm.csv").write_text("\n".join(crm_rows()), encoding="utf-8")
    (tmp_path / "shop.csv").write_text("\n".join(shop_rows()), encoding="utf-8")
    database = None if database_url.startswith("sqlite") else database_url
    with Workspace.create(tmp_path / "acme", Settings(name="acme", database=database, threads=1)) as workspace:
        for name in ("crm", "shop"):
            workspace.connect(name, str(tmp_path / f"{name}.csv"))
        workspace.build()
        yield workspace


def somebody(scope: str | None = None, **rest: Any) -> Access:
    permissions = {"customer": ("read",), "report": ("read",)}
    role = Role("r", "Somebody", permissions=permissions, scope=scope, **rest)
    return Access(Actor("usr_a", "user", "Ana"), layers=(Layer((role,)),))


def overview_of(workspace: Workspace, access: Access) -> Overview:
    with workspace.database.read() as connection:
        report = latest_report(connection)
        assert report
        return read_overview(connection, access, report)


def counts_in(value: Any) -> Iterator[Count]:
    """Every number of the overview that opens to customers."""
    if isinstance(value, Count):
        if value.filter:
            yield value
    elif is_dataclass(value):
        for entry in fields(value):
            yield from counts_in(getattr(value, entry.name))
    elif isinstance(value, (list, tuple)):
        for entry in value:
            yield from counts_in(entry)


def listed(workspace: Workspace, access: Access, rule: str) -> int:
    """How many customers the list shows for a filter."""
    condition = compile_rule(parse_rule(rule), summary_column, {})
    query = sa.select(sa.func.count()).select_from(profile_summary)
    with workspace.database.read() as connection:
        return int(connection.scalar(query.where(condition, access.customers(summary_column))) or 0)


EVERYBODY = Access.full(Actor("cli", "cli", "command line"))


def test_every_number_opens_to_as_many_customers_as_it_says(workspace: Workspace) -> None:
    for access in (EVERYBODY, somebody('source = "crm"'), somebody('city = "Girona"')):
        overview = overview_of(workspace, access)
        opened = [(count.filter, count.count) for count in counts_in(overview)]
        assert len(opened) > 15
        assert opened == [(rule, listed(workspace, access, rule or "")) for rule, _ in opened]


def test_a_scope_that_admits_everybody_counts_what_the_report_says(workspace: Workspace) -> None:
    whole, scoped = overview_of(workspace, EVERYBODY), overview_of(workspace, somebody("systems >= 1"))
    assert whole.is_everything
    assert not scoped.is_everything
    same = ("customers", "records", "events", "in_several_systems", "mean_systems", "overlap")
    assert {name: getattr(scoped, name) for name in same} == {name: getattr(whole, name) for name in same}
    assert [(s.name, s.records, s.customers, s.only_here) for s in scoped.systems] == [
        (s.name, s.records, s.customers, s.only_here) for s in whole.systems
    ]
    assert {s.systems: s.customers.count for s in scoped.by_systems} == {
        s.systems: s.customers.count for s in whole.by_systems if s.customers.count
    }
    for name in ("inconsistent", "missing", "stale"):
        mine, theirs = ({s.name: s for s in o.signs}[name] for o in (scoped, whole))
        assert mine.share == theirs.share
        said = {(f.field, f.system): f.count.count for f in theirs.findings}
        assert {(f.field, f.system): f.count.count for f in mine.findings} == {k: v for k, v in said.items() if v}


def test_nothing_tells_of_customers_outside_the_scope(workspace: Workspace) -> None:
    access = somebody('source = "crm" and systems = 1')
    overview = overview_of(workspace, access)
    assert overview.customers == listed(workspace, access, "systems >= 1") == 20
    assert [system.name for system in overview.systems] == ["crm"]
    assert overview.systems[0].rows is None
    assert [cell.customers.count for cell in overview.overlap.cells] == [20]
    assert all(count.count <= 20 and count.base <= 20 for count in counts_in(overview))
    of_customers = [sign for sign in overview.signs if sign.unit == "customers"]
    assert all(sign.previous is None and sign.direction is None for sign in of_customers)
    assert overview.notes == []


def test_nobody_in_scope_is_an_overview_of_nobody(workspace: Workspace) -> None:
    overview = overview_of(workspace, somebody('city = "Nowhere"'))
    assert overview.customers == 0
    assert overview.systems == []
    assert {sign.share.count for sign in overview.signs if sign.unit == "customers"} == {0}


def test_masked_fields_are_not_counted(workspace: Workspace) -> None:
    overview = overview_of(workspace, somebody(masks={"email": "hidden"}))
    assert "email" not in overview.completeness.fields
    assert "email" not in {finding.field for sign in overview.signs for finding in sign.findings}
    assert "email" not in {action.facts.get("field") for action in overview.actions}


def test_names_of_examples_obey_masks(workspace: Workspace) -> None:
    names = {example.name for sign in overview_of(workspace, EVERYBODY).signs for example in sign.examples}
    assert any(name and name.startswith(GIVEN) for name in names)
    hidden = overview_of(workspace, somebody(masks={"display_name": "hidden", "full_name": "hidden"}))
    assert {example.name for sign in hidden.signs for example in sign.examples} <= {None}


def test_reports_are_for_those_who_may_read_them(workspace: Workspace) -> None:
    role = Role("r", "Agent", permissions={"customer": ("read",)})
    with pytest.raises(NotAllowed):
        overview_of(workspace, Access(Actor("usr_a", "user", "Ana"), layers=(Layer((role,)),)))


def test_a_build_that_changes_nothing_keeps_signs_and_one_that_does_brings_them_up_to_date(
    workspace: Workspace,
) -> None:
    before = listed(workspace, EVERYBODY, 'sign = "inconsistent"')
    workspace.build()
    assert listed(workspace, EVERYBODY, 'sign = "inconsistent"') == before > 0
    crm = workspace.path.parent / "crm.csv"
    crm.write_text(crm.read_text(encoding="utf-8").replace("Vic", "Girona"), encoding="utf-8")
    workspace.build()
    report = {sign.name: sign for sign in overview_of(workspace, EVERYBODY).signs}
    assert listed(workspace, EVERYBODY, 'sign = "inconsistent"') == report["inconsistent"].share.count != before


@pytest.fixture
def client(workspace: Workspace) -> Iterator[TestClient]:
    app = create_app(workspace, local_token=TOKEN)
    with TestClient(
        app, base_url="http://localhost", raise_server_exceptions=False, headers={"Authorization": f"Bearer {TOKEN}"}
    ) as client:
        yield client


def test_the_api_tells_the_overview_with_its_history(client: TestClient, workspace: Workspace) -> None:
    workspace.build()
    page = client.get("/api/v1/overview").json()
    assert page["state"] == "ready"
    assert page["build"]["build_no"] == 2
    assert [past["build_no"] for past in page["history"]["missing"]] == [1, 2]
    assert page["overview"]["overlap"]["systems"]
    shared = client.get("/api/v1/overview/customers", params={"mark": "overlap", "system": "crm", "other": "shop"})
    assert shared.json()["customers"] == 20
    assert shared.json()["filter"] == 'kind = "person" and source = "crm" and source = "shop"'
    assert client.get("/api/v1/overview/customers", params={"mark": "only_here", "system": "x"}).status_code == 404
    assert client.get("/api/v1/overview/customers", params={"mark": "prices"}).status_code == 422


def test_each_cell_of_completeness_opens_as_many_customers_as_the_report_counts(
    client: TestClient, workspace: Workspace
) -> None:
    with workspace.database.read() as connection:
        report = latest_report(connection)
    assert report
    cells = [cell for cell in report["completeness"]["cells"] if cell["has_column"]]
    counted = {(c["field"], c["system"]): (c["customers"]["count"], c["customers"]["base"]) for c in cells}
    assert counted["email", "crm"] == (32, 40)
    assert len(counted) == 8
    for (field, system), (held, customers) in counted.items():
        for mark, expected in (("held", held), ("lacking", customers - held)):
            place = {"mark": mark, "field": field, "system": system}
            behind = client.get("/api/v1/overview/customers", params=place).json()
            assert behind["customers"] == expected
            found = client.get("/api/v1/customers", params={"filter": behind["filter"], "count": "exact"}).json()
            assert found["count"] == expected
    assert client.get("/api/v1/overview/customers", params={"mark": "held", "field": "email"}).status_code == 404


def test_every_first_step_opens_as_many_customers_as_it_touches(workspace: Workspace) -> None:
    """Steps about rows and columns name the table where they are mended instead."""
    crm = workspace.path.parent / "crm.csv"
    lines = crm.read_text(encoding="utf-8").splitlines()
    lines[0] += ",gender"
    for place in range(1, len(lines)):
        parts = lines[place].split(",")
        if place in (5, 8, 11, 14):
            parts[3] = "reception@acme.cat"
        lines[place] = ",".join([*parts, "n/a" if place % 3 else "f"])
    crm.write_text("\n".join(lines), encoding="utf-8")
    workspace.build()
    overview = overview_of(workspace, EVERYBODY)
    kinds = {action.kind for action in overview.actions}
    assert {"placeholder", "shared", "missing"} <= kinds, [a.title for a in overview.actions]
    for action in overview.actions:
        if action.filter is None:
            assert {"source", "table"} <= action.facts.keys()
        else:
            assert listed(workspace, EVERYBODY, action.filter) == action.touches, action.kind
    rare = [finding for sign in overview.signs if sign.name == "absent" for finding in sign.findings]
    assert all(finding.count.filter or not finding.count.count for finding in rare)


def test_whoever_may_not_see_a_field_may_not_ask_for_its_signs(workspace: Workspace) -> None:
    access = somebody(masks={"email": "hidden", "national_id": "hidden"})
    with workspace.database.read() as connection:

        def count(rule: str) -> int:
            return count_customers(connection, access, Wanted(filter=rule)).value

        assert count('sign = "missing"') > 0
        assert count('sign in ("empty:phone@crm", "repeated:shop")') >= 0
        for rule in ('sign = "empty:email@crm"', 'sign not in ("missing", "inconsistent:email")'):
            with pytest.raises(NotAllowed):
                count(rule)
        for rule in ('sign ~ "email"', 'sign > "empty:email"', "sign is known"):
            with pytest.raises(InvalidInput):
                count(rule)
        with pytest.raises(NotAllowed):
            count_values(connection, access, "sign", Wanted())
        rows = list_customers(connection, access, Wanted(), fields=["sign"]).rows
        assert {row.values["sign"] for row in rows} == {None}
        assert all(row.hidden["sign"] for row in rows)


def test_trends_of_a_scope_count_its_customers_and_begin_with_the_first_build_that_knew_it(
    client: TestClient, workspace: Workspace
) -> None:
    permissions = {"customer": ["read"], "report": ["read"]}
    role = {"name": "Local manager", "permissions": permissions, "scope": "city in my.cities"}
    role_id = client.post("/api/v1/roles", json=role, headers={"Idempotency-Key": "r" * 20}).json()["role_id"]
    for name, city in (("ana", "Girona"), ("pol", "Lleida")):
        add_person(workspace, f"{name}@acme.cat", [role_id], attributes={"cities": [city]})
    ana = signed_in(workspace, "ana@acme.cat")
    page = ana.get("/api/v1/overview").json()
    assert (page["history"]["missing"], page["trend_from_build"]) == ([], None)

    def shown(city: str) -> int:
        return listed(workspace, somebody(f'city = "{city}"'), 'sign = "missing"')

    workspace.build()
    before = {city: shown(city) for city in ("Girona", "Lleida")}
    crm = workspace.path.parent / "crm.csv"
    crm.write_text(crm.read_text(encoding="utf-8").replace("@example.com", ""), encoding="utf-8")
    workspace.build()
    after = {city: shown(city) for city in ("Girona", "Lleida")}
    assert before != after

    def told(person: TestClient) -> tuple[dict[int, int], dict[str, Any]]:
        page = person.get("/api/v1/overview").json()
        sign = next(sign for sign in page["overview"]["signs"] if sign["name"] == "missing")
        return {past["build_no"]: past["count"] for past in page["history"]["missing"]}, sign

    history, sign = told(ana)
    assert history == {2: before["Girona"], 3: after["Girona"]}
    assert sign["previous"]["count"] == before["Girona"]
    assert sign["share"]["count"] == after["Girona"]
    assert sign["direction"] in {"up", "down", "none"}
    assert told(signed_in(workspace, "pol@acme.cat"))[0] == {2: before["Lleida"], 3: after["Lleida"]}

    people = {user["email"]: user["user_id"] for user in client.get("/api/v1/users").json()["items"]}
    address = f"/api/v1/users/{people['ana@acme.cat']}"
    etag = client.get(address).headers["etag"]
    moved = client.patch(address, json={"attributes": {"cities": ["Vic"]}}, headers={"If-Match": etag})
    assert moved.status_code == 200, moved.text
    assert told(ana)[0] == {}


def test_before_the_first_build_the_api_says_what_is_missing(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "acme", Settings(name="acme")) as workspace:
        app = create_app(workspace, local_token=TOKEN)
        with TestClient(app, base_url="http://localhost", headers={"Authorization": f"Bearer {TOKEN}"}) as client:
            assert client.get("/api/v1/overview").json()["state"] == "no_sources"
            (tmp_path / "crm.csv").write_text("id,name\n1,Ana\n", encoding="utf-8")
            workspace.connect("crm", str(tmp_path / "crm.csv"))
            page = client.get("/api/v1/overview").json()
            assert page["state"] == "not_built"
            assert page["overview"] is None
