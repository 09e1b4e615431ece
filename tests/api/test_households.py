"""Households and organisations over HTTP and on the command line, from files to answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient
from tests.api.people import add_person, signed_in

from onefold.cli.main import onefold
from onefold.workspace import Workspace

CONTACTS = """id,first name,last name,email,phone,street,postcode,city,country,account id,job title
C-101,Ana,Puig,ana.puig@mail.example,+34600110001,Carrer Major 4,08001,Barcelona,ES,A-7001,Buyer
C-102,Bernat,Puig,bernat77@mail.example,+34600110002,Carrer Major 4,08001,Barcelona,ES,,
C-103,Carla,Holtman,carla.h@other.example,+34600110003,Calle Real 9,28001,Madrid,DE,A-7001,Director
C-104,Dora,Okonjo,dora@else.example,+34600110004,Elm Street 1,YO11 1AA,York,GB,A-7002,Chef
C-105,Emil,Sander,emil@sander.example,+34600110005,Oak Road 3,YO12 1AA,York,GB,A-7003,Owner
"""
ACCOUNTS = """account id,company name,website,country
A-7001,Molins de Vent SL,molins.example,ES
A-7002,Brightwater Ltd,brightwater.example,GB
A-7003,Sander & Sons Ltd,sanderandsons.example,GB
"""


@pytest.fixture
def built(workspace: Workspace, tmp_path: Path) -> Workspace:
    folder = tmp_path / "crm"
    folder.mkdir()
    (folder / "contacts.csv").write_text(CONTACTS, "utf-8")
    (folder / "accounts.csv").write_text(ACCOUNTS, "utf-8")
    workspace.connect("crm", str(folder / "*.csv"))
    with Workspace(workspace.path) as other:
        other.build()
    return workspace


def at(client: TestClient, path: str, status: int = 200, **options: Any) -> Any:
    answer = client.get(f"/api/v1{path}", **options)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_a_build_finds_households_and_organisations_and_the_api_tells_them(built, client):
    home = at(client, "/customers/ana.puig@mail.example/household")["household"]
    assert [member["person"]["display_name"] for member in home["members"]] == ["Ana Puig", "Bernat Puig"]
    (reason,) = home["members"][0]["reasons"]
    assert reason["kind"] == "home+surname"
    assert reason["values"][0]["value"] == "Carrer Major 4, 08001 Barcelona"
    assert reason["records"] == ["crm.contacts:C-101"]
    assert at(client, "/customers/crm:C-103/household")["household"] is None

    work = at(client, "/customers/crm:C-101/organisation")
    (membership,) = work["memberships"]
    assert (membership["organisation"]["display_name"], membership["role"]) == ("Molins de Vent SL", "Buyer")
    organisation = membership["organisation"]["customer_id"]
    first = at(client, f"/organisations/{organisation}/people", params={"limit": 1})
    second = at(client, f"/organisations/{organisation}/people", params={"limit": 1, "cursor": first["next_cursor"]})
    names = [page["items"][0]["person"]["display_name"] for page in (first, second)]
    assert names == ["Ana Puig", "Carla Holtman"]
    assert second["next_cursor"] is None
    assert at(client, "/organisations/crm:C-101/people", 404)["error"]["code"] == "not_found"
    assert at(client, f"/organisations/{organisation}/people", 422, params={"cursor": "x"})

    found = at(
        client, "/customers", params={"filter": "household_size = 2", "fields": "display_name,organisation_name"}
    )
    assert {row["values"]["organisation_name"] for row in found["items"]} == {"Molins de Vent SL", None}


def test_who_may_not_know_of_the_others_is_told_of_no_household(built, client):
    role = client.post(
        "/api/v1/roles",
        json={"name": "German desk", "permissions": {"customer": ["read"]}, "scope": 'country = "DE"'},
    )
    add_person(built, "de@example.com", [role.json()["role_id"]])
    with signed_in(built, "de@example.com") as theirs:
        assert at(theirs, "/customers/crm:C-103/household")["household"] is None
        assert at(theirs, "/customers/crm:C-103/organisation")["memberships"] == []
        at(theirs, "/customers/crm:C-101/household", 404)


def test_a_build_of_the_same_rows_keeps_households_and_their_ids(built, client):
    before = at(client, "/customers/crm:C-101/household")
    with Workspace(built.path) as other:
        report = other.build()
    assert "levels" not in report.steps["publish"]
    assert at(client, "/customers/crm:C-101/household") == before


def test_the_command_line_tells_the_same(built, monkeypatch):
    monkeypatch.chdir(built.path)

    def run(*words: str) -> str:
        done = CliRunner().invoke(onefold, list(words), catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    home = json.loads(run("identity", "households", "crm:C-101", "--json"))
    assert home["size"] == 2
    assert "Bernat Puig" in run("identity", "households", home["household_id"])
    assert "1 of 2" in run("identity", "households")
    assert "lives with" in run("identity", "households", "crm:C-103")
    assert "Molins de Vent SL as Buyer" in run("identity", "organisations", "crm:C-101")
    overview = json.loads(run("identity", "organisations", "--json"))
    assert overview["organisations"][0]["people"] == 2
    assert "Carla Holtman" in run("identity", "organisations", overview["organisations"][0]["id"])
    card = run("customer", "crm:C-101")
    assert "with Bernat Puig" in card
    assert "Molins de Vent SL (Buyer)" in card
