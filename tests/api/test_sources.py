"""Sources over HTTP: connect, look, correct, disconnect; and everything that must be refused."""

from __future__ import annotations

import json
import os
import socket

import pytest
from fastapi import Request
from fastapi.testclient import TestClient
from ruamel.yaml import YAML
from tests.api.conftest import TOKEN

from onefold.access import Access, Actor, Role
from onefold.access.model import Layer
from onefold.api import call, create_app
from onefold.api.call import Call
from onefold.sources import guard
from onefold.workspace import Workspace

PEOPLE = (
    "id,first name,last name,e-mail,phone,born\n"
    "1,Ana,García,ana@mail.example,+34 600 123 401,1984-05-12\n"
    "2,John,Whitfield,john@mail.example,07700 900123,1971-11-02\n"
    "3,Μαρία,Παπαδοπούλου,maria@mail.example,not a phone,1990-01-20\n"
)
MANAGER = dict.fromkeys(("source", "build", "job"), ("read", "create", "update", "delete", "run", "administer"))


def person(workspace: Workspace, *roles: Role, actor_id: str = "usr_test") -> TestClient:
    """A client of somebody with these roles; a person, so that the guard stands."""
    access = Access(Actor(actor_id, "user", "Tess"), layers=(Layer(roles),), mask_key="k")
    app = create_app(workspace, local_token=TOKEN)
    app.dependency_overrides[call._call] = _given(workspace, access)
    return TestClient(app, base_url="http://localhost", raise_server_exceptions=False)


def _given(workspace, access):
    def give(request: Request) -> Call:
        return Call(request, workspace, access)

    return give


@pytest.fixture
def keeper(workspace):
    """Somebody who looks after sources and sees every customer whole."""
    role = Role("keeper", "Keeper", permissions=MANAGER | {"customer": ("read",)})
    return person(workspace, role)


@pytest.fixture
def public(monkeypatch):
    """A name service of the test: names and what they stand for."""
    names: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def answer(host, port, *rest, **options):
        if host in names:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in names[host]]
        return real(host, port, *rest, **options)

    monkeypatch.setattr(guard.socket, "getaddrinfo", answer)
    return names


def uploaded(client, name="people.csv", content=None):
    content = PEOPLE.encode() if content is None else content
    made = client.post("/api/v1/uploads", json={"name": name, "size_bytes": len(content)})
    assert made.status_code == 201, made.text
    upload_id = made.json()["upload_id"]
    sent = client.put(f"/api/v1/uploads/{upload_id}/content", content=content, headers={"Upload-Offset": "0"})
    assert sent.status_code == 200, sent.text
    return upload_id


def connected(client, name="crm", **rest):
    place = {"kind": "files", "uploads": [uploaded(client)]}
    answer = client.post("/api/v1/sources", json={"name": name, "place": place, **rest})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_file_is_uploaded_looked_into_connected_and_built(keeper, workspace):
    upload_id = uploaded(keeper)
    look = keeper.post("/api/v1/uploads/look", json={"uploads": [upload_id]})
    assert look.status_code == 200, look.text
    (table,) = look.json()["tables"]
    meanings = {column["name"]: column["meaning"] for column in table["columns"]}
    assert table["role"] == "people"
    assert meanings["e-mail"] == "email"
    assert table["first_rows"][0][1] == "Ana"
    assert all(column["reason"] for column in table["columns"])
    place = {"kind": "files", "uploads": [upload_id]}
    answer = keeper.post("/api/v1/sources", json={"name": "crm", "place": place, "owner": "Sales", "yearly_cost": 1200})
    assert answer.status_code == 201, answer.text
    source = answer.json()
    assert (source["state"], source["owner"], source["locations"]) == ("never_read", "Sales", ["people.csv"])
    assert workspace.build().landings[0].rows == 3
    source = keeper.get("/api/v1/sources").json()["items"][0]
    assert (source["state"], source["rows"], source["people_records"], source["tables"][0]["role"]) == (
        *("current", 3, 3),
        "people",
    )


def test_comments_of_onefold_yaml_survive_and_the_second_of_two_editors_is_told(keeper, workspace):
    first = connected(keeper)
    file = workspace.path / "onefold.yaml"
    file.write_text("# kept by hand\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    stale = {"If-Match": f'"{first["version"]}"'}
    assert keeper.patch("/api/v1/sources/crm", json={"owner": "A"}, headers=stale).status_code == 412
    fresh = {"If-Match": keeper.get("/api/v1/sources/crm").headers["ETag"]}
    changed = keeper.patch("/api/v1/sources/crm", json={"owner": "Sales", "priority": 10}, headers=fresh)
    assert changed.status_code == 200, changed.text
    assert keeper.patch("/api/v1/sources/crm", json={"owner": "B"}, headers=fresh).status_code == 412
    assert keeper.delete("/api/v1/sources/crm", headers=fresh).status_code == 412
    assert keeper.patch("/api/v1/sources/crm", json={"owner": "B"}).status_code == 428
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# kept by hand\n")
    assert YAML().load(text)["sources"]["crm"]["owner"] == "Sales"
    fresh = {"If-Match": changed.headers["ETag"]}
    assert keeper.delete("/api/v1/sources/crm", headers=fresh).status_code == 204
    assert keeper.get("/api/v1/sources/crm").status_code == 404


def test_a_correction_is_tried_before_it_is_noted_and_applies_at_the_next_build(keeper, workspace):
    connected(keeper)
    workspace.build()
    workspace.close()
    tried = {"table": "people", "column": "phone", "meaning": "birth_date"}
    effect = keeper.post("/api/v1/sources/crm/preview-meaning", json=tried).json()
    assert (effect["rows"], effect["then"]["recognised"], effect["then"]["refused"]) == (3, 0, 3)
    assert effect["now"]["refused"] == 1
    before = keeper.get("/api/v1/sources/crm/tables")
    noted = keeper.patch(
        "/api/v1/sources/crm/tables/people/columns",
        json={"column": "phone", "meaning": "other"},
        headers={"If-Match": before.headers["ETag"]},
    )
    assert noted.status_code == 200, noted.text
    column = _column(keeper, "phone")
    assert (column["meaning"], column["noted"]) == ("phone", "other")
    workspace.build()
    workspace.close()
    assert _column(keeper, "phone")["is_set_by_person"]
    back = {"If-Match": keeper.get("/api/v1/sources/crm/tables").headers["ETag"]}
    taken = keeper.patch(
        "/api/v1/sources/crm/tables/people/columns", json={"column": "phone", "meaning": None}, headers=back
    )
    assert taken.status_code == 200
    assert _column(keeper, "phone")["noted"] is None
    table = {"If-Match": taken.headers["ETag"]}
    corrected = keeper.patch(
        "/api/v1/sources/crm/tables/people", json={"role": "events", "key": ["e-mail"]}, headers=table
    )
    assert corrected.status_code == 200
    shown = keeper.get("/api/v1/sources/crm/tables").json()["items"][0]
    assert shown["noted"] == {"role": "events", "key": "e-mail", "cursor": None}


def _column(client, name):
    (table,) = client.get("/api/v1/sources/crm/tables").json()["items"]
    return next(column for column in table["columns"] if column["name"] == name)


def test_samples_obey_masks_and_row_scopes(keeper, workspace):
    connected(keeper)
    workspace.build()
    workspace.close()
    url = "/api/v1/sources/crm/tables/people/samples"
    assert "ana@mail.example" in keeper.get(url, params={"column": "e-mail"}).text
    masks = Role("m", "Masked", permissions=MANAGER | {"customer": ("read",)}, masks={"email": "hidden"})
    scoped = Role("s", "Scoped", permissions=MANAGER | {"customer": ("read",)}, scope='region = "Catalunya"')
    blind = Role("b", "Blind", permissions=MANAGER)
    for role in (masks, scoped, blind):
        client = person(workspace, role)
        pages = [
            client.get(url, params={"column": "e-mail"}),
            client.get("/api/v1/sources/crm/tables"),
            client.post(
                "/api/v1/sources/crm/preview-meaning", json={"table": "people", "column": "e-mail", "meaning": "other"}
            ),
        ]
        for page in pages:
            assert page.status_code == 200, page.text
            assert "@mail.example" not in page.text, role.name
            assert "hidden_by" in page.text
    names = Role("n", "No names", permissions=MANAGER | {"customer": ("read",)}, masks={"pii:identity": "hidden"})
    tables = person(workspace, names).get("/api/v1/sources/crm/tables").text
    assert "garc" not in tables.lower()
    assert "whitfield" not in tables
    client = person(workspace, masks)
    assert "+34 600 123 401" in client.get(url, params={"column": "phone"}).text


@pytest.mark.parametrize(
    "location",
    [
        "postgresql://u:pw12345@127.0.0.1/db",
        "postgresql://u:pw12345@[::1]/db",
        "postgresql://u:pw12345@[::ffff:127.0.0.1]/db",
        "postgresql://u:pw12345@[64:ff9b::7f00:1]/db",
        "postgresql://u:pw12345@[fe80::1]/db",
        "postgresql://u:pw12345@[fd00::1]/db",
        "postgresql://u:pw12345@169.254.169.254/latest",
        "postgresql://u:pw12345@10.0.0.5/db",
        "postgresql://u:pw12345@192.168.1.1/db",
        "postgresql://u:pw12345@100.64.0.1/db",
        "postgresql://u:pw12345@0.0.0.0/db",
        "postgresql://u:pw12345@2130706433/db",
        "postgresql://u:pw12345@0177.0.0.1/db",
        "postgresql://u:pw12345@0x7f.1/db",
        "postgresql://u:pw12345@127.1/db",
        "postgresql://u:pw12345@localhost/db",
        "postgresql://u:pw12345@inside.example/db",
        "postgresql://u:pw12345@both.example/db",
        "postgresql://u:pw12345@%2Fvar%2Frun%2Fpostgresql/db",
        "postgresql:///db?host=/var/run/postgresql",
        "postgresql://u:pw12345@outside.example/db?host=127.0.0.1",
        "postgresql://u:pw12345@outside.example/db?hostaddr=127.0.0.1",
        "postgresql://u:pw12345@outside.example/db?service=x",
        "postgresql://u:pw12345@outside.example/db?sslkey=/etc/passwd",
        "postgresql://u:pw12345@outside.example,127.0.0.1/db",
        "postgresql://u:pw12345@outside.example\\@127.0.0.1/db",
        "postgresql://outside.example#@127.0.0.1/db",
        "mysql://u:pw12345@127.0.0.1/db",
        "mysql://u:pw12345@outside.example/db?unix_socket=/run/mysqld.sock",
        "mysql://u:pw12345@outside.example/db?ssl_ca=/etc/passwd",
        "mssql://u:pw12345@outside.example/db",
        "duckdb:///etc/passwd",
        "sqlite:////etc/passwd",
        "sqlite:///app.db",
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "http://outside.example/data.csv",
        "s3://bucket/data.csv",
        "\\\\host\\share\\data.csv",
        "//host/share/data.csv",
        "/etc/passwd",
        "app.db",
        "secrets",
        "onefold.yaml",
        "files/uploads/../../secrets",
        "files/uploads/upl_x/../../../onefold.yaml",
        "../outside.csv",
        "files/uploads/*",
        "files/uploads/**/*.csv",
        "~/.ssh/id_rsa",
        "files/uploads",
    ],
)
def test_no_place_inside_can_be_reached_by_a_location(keeper, workspace, public, location):
    public |= {
        "inside.example": ["10.1.2.3"],
        "both.example": ["93.184.215.14", "127.0.0.1"],
        "outside.example": ["93.184.215.14"],
    }
    place = {"kind": "location", "location": location}
    for path in ("/api/v1/sources/test", "/api/v1/sources"):
        answer = keeper.post(path, json={"name": "spy", "place": place})
        assert answer.status_code in {422, 404}, answer.text
        assert "pw12345" not in answer.text
        assert str(workspace.path) not in answer.text
        assert "root:" not in answer.text
    assert "spy" not in workspace.settings.sources
    assert "PASSWORD" not in (workspace.path / "secrets").read_text()


def test_a_link_in_the_uploads_leads_nowhere(keeper, workspace, tmp_path):
    upload_id = uploaded(keeper)
    outside = tmp_path / "outside.csv"
    outside.write_text("secret\nvalue-of-the-server\n", encoding="utf-8")
    link = workspace.path / "files/uploads" / upload_id / "people.csv"
    link.unlink()
    link.symlink_to(outside)
    place = {"kind": "files", "uploads": [upload_id]}
    for path, body in (
        ("/api/v1/uploads/look", {"uploads": [upload_id]}),
        ("/api/v1/sources", {"name": "spy", "place": place}),
    ):
        answer = keeper.post(path, json=body)
        assert answer.status_code == 422, answer.text
        assert "value-of-the-server" not in answer.text


def test_a_name_that_changes_its_mind_between_test_and_build_reaches_nothing_inside(keeper, workspace, public):
    public["shop.example"] = ["93.184.215.14"]
    settings = workspace.settings.model_copy()
    source = guard.guard_source("shop", _source("postgresql://u:x@shop.example/db"), base=workspace.path)
    assert source.location == "postgresql://u:x@shop.example/db?hostaddr=93.184.215.14"
    assert guard.guard_source("shop", _source("mysql://u:x@shop.example:3307/db"), base=workspace.path).location == (
        "mysql://u:x@93.184.215.14:3307/db"
    )
    public["shop.example"] = ["127.0.0.1"]
    with workspace.edit_settings() as document:
        document["sources"]["shop"] = {"location": "postgresql://u:x@shop.example/db", "is_guarded": True}
    del settings
    (workspace.path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    workspace.connect("crm", "people.csv")
    report = workspace.build()
    assert [problem.source for problem in report.problems] == ["shop"]
    assert "not a public address" in report.problems[0].error.message


def _source(location):
    from onefold.settings import SourceSettings

    return SourceSettings(location=location, is_guarded=True)


def test_a_setting_and_the_command_line_may_reach_inside(keeper, client, workspace):
    (workspace.path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    place = {"kind": "location", "location": "people.csv"}
    assert keeper.post("/api/v1/sources/test", json={"name": "crm", "place": place}).status_code == 422
    assert client.post("/api/v1/sources/test", json={"name": "crm", "place": place}).json() == {"tables": ["people"]}
    with workspace.edit_settings() as document:
        document["server"] = {"allow_private_addresses": True}
    assert keeper.post("/api/v1/sources/test", json={"name": "crm", "place": place}).json() == {"tables": ["people"]}


@pytest.mark.postgres
def test_a_password_goes_to_the_secrets_and_comes_back_nowhere(keeper, workspace, postgres_url):
    import psycopg
    from tests.servers import PASSWORD, USER

    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("create table people (id int primary key, email text)")
        connection.execute("insert into people values (1, 'ana@mail.example')")
    with workspace.edit_settings() as document:
        document["server"] = {"allow_private_addresses": True}
    host, port = postgres_url.rpartition("@")[2].partition("/")[0].split(":")
    place = {
        "kind": "postgresql",
        "host": host,
        "port": int(port),
        "database": postgres_url.rpartition("/")[2],
        "user": USER,
        "password": PASSWORD,
        "is_tls": False,
    }
    answers = [
        keeper.post("/api/v1/sources/test", json={"name": "shop", "place": place}),
        keeper.post("/api/v1/sources", json={"name": "shop", "place": place}),
        keeper.get("/api/v1/sources"),
        keeper.post("/api/v1/sources/shop/test"),
    ]
    assert [answer.status_code for answer in answers] == [200, 201, 200, 200], [a.text for a in answers]
    assert answers[0].json()["tables"] == ["people"]
    assert answers[1].json()["has_secret"]
    text = (workspace.path / "onefold.yaml").read_text(encoding="utf-8") + "".join(a.text for a in answers)
    assert PASSWORD not in text
    assert "${ONEFOLD_SOURCE_SHOP_PASSWORD}" in text
    secrets = workspace.path / "secrets"
    assert f"ONEFOLD_SOURCE_SHOP_PASSWORD={PASSWORD}" in secrets.read_text(encoding="utf-8")
    assert secrets.stat().st_mode & 0o777 == 0o600
    assert workspace.build().landings[0].rows == 1
    wrong = keeper.post("/api/v1/sources/test", json={"name": "shop", "place": place | {"password": "wrong-one"}})
    assert wrong.status_code == 422
    assert "wrong-one" not in wrong.text
    etag = {"If-Match": keeper.get("/api/v1/sources").headers["ETag"]}
    assert keeper.delete("/api/v1/sources/shop", headers=etag).status_code == 204
    assert PASSWORD not in secrets.read_text(encoding="utf-8")
    assert "ONEFOLD_WORKSPACE_KEY" in secrets.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["${ONEFOLD_WORKSPACE_KEY}", "postgresql://u:${HOME}@outside.example/db", "$HOME"])
def test_nobody_has_the_secrets_of_the_server_filled_in(keeper, workspace, text):
    place = {"kind": "location", "location": text}
    answer = keeper.post("/api/v1/sources/test", json={"name": "spy", "place": place})
    assert answer.status_code == 422
    assert os.environ.get("HOME", "/root") not in answer.text


@pytest.mark.parametrize("name", ["CRM", "../x", "a b", "1st", "", "x" * 64, "crm;drop", "-"])
def test_a_name_that_cannot_name_a_source_is_refused(keeper, name):
    place = {"kind": "files", "uploads": ["upl_x"]}
    assert keeper.post("/api/v1/sources", json={"name": name, "place": place}).status_code == 422


def test_without_permission_nothing_is_told_or_done(workspace, keeper):
    connected(keeper)
    nobody = person(workspace, Role("n", "Nobody"))
    reader = person(workspace, Role("r", "Reader", permissions={"source": ("read",), "build": ("read",)}))
    for path in (
        "sources",
        "sources/crm",
        "sources/crm/tables",
        "builds",
        "schedules",
        "quarantine",
        "jobs",
        "uploads",
    ):
        assert nobody.get(f"/api/v1/{path}").status_code == 403, path
    assert reader.get("/api/v1/sources").status_code == 200
    writes = [
        ("post", "sources", {"name": "x", "place": {"kind": "files", "uploads": ["u"]}}),
        ("patch", "sources/crm", {"owner": "me"}),
        ("delete", "sources/crm", None),
        ("post", "builds", {}),
        ("post", "schedules", {"cron": "0 * * * *"}),
        ("post", "uploads", {"name": "a.csv", "size_bytes": 3}),
        ("post", "quarantine/replay", {"rows": [{"quarantine_id": "q", "values": {"a": "b"}}]}),
    ]
    for verb, path, body in writes:
        answer = reader.request(verb, f"/api/v1/{path}", json=body, headers={"If-Match": '"1"'})
        assert answer.status_code == 403, (verb, path, answer.text)
    assert list(workspace.settings.sources) == ["crm"]


def test_what_was_done_is_in_the_audit_without_secrets(keeper, workspace):
    import sqlalchemy as sa

    connected(keeper)
    with workspace.database.read() as connection:
        rows = connection.execute(sa.text("select action, resource_id from audit_entry order by 1")).all()
    assert ("source.create", "crm") in [tuple(row) for row in rows]


def test_quarantine_is_seen_mended_in_the_page_and_lands(keeper, workspace):
    bad = PEOPLE + "4,Eva,Puig,eva@mail.example,600,1990,too,many,fields\n"
    upload_id = uploaded(keeper, content=bad.encode())
    place = {"kind": "files", "uploads": [upload_id]}
    assert keeper.post("/api/v1/sources", json={"name": "crm", "place": place}).status_code == 201
    workspace.build()
    workspace.close()
    page = keeper.get("/api/v1/quarantine").json()
    (row,) = page["items"]
    assert (row["origin"], row["line"], row["table"]) == ("people.csv", 5, "people")
    assert "Eva" in row["raw"]["value"]
    assert row["columns"][:2] == ["id", "first name"]
    values = {"id": "4", "first name": "Eva", "last name": "Puig", "e-mail": "eva@mail.example"}
    rows = {"rows": [{"quarantine_id": row["quarantine_id"], "values": values}]}
    masked = person(workspace, Role("m", "M", permissions=MANAGER | {"customer": ("read",)}, masks={"email": "masked"}))
    hidden = masked.get("/api/v1/quarantine").json()["items"][0]["raw"]
    assert hidden["value"] is None
    assert hidden["hidden_by"]
    assert masked.post("/api/v1/quarantine/replay", json=rows).status_code == 403
    wrong = {"rows": [{"quarantine_id": row["quarantine_id"], "values": {"no such column": "x"}}]}
    assert keeper.post("/api/v1/quarantine/replay", json=wrong).status_code == 422
    missing = {"rows": [{"quarantine_id": "q_none", "values": values}]}
    assert keeper.post("/api/v1/quarantine/replay", json=missing).status_code == 404
    assert keeper.post("/api/v1/quarantine/replay", json=rows).json() == {"landed": {"crm.people": 1}}
    assert keeper.get("/api/v1/quarantine").json()["items"] == []
    assert keeper.get("/api/v1/quarantine", params={"state": "replayed"}).json()["items"][0]["corrected"]["id"] == "4"


def test_schedules_are_made_changed_by_one_at_a_time_and_removed(keeper):
    connected(keeper)
    made = keeper.post("/api/v1/schedules", json={"cron": "30 6 * * 1-5", "time_zone": "Europe/Madrid"})
    assert made.status_code == 201, made.text
    schedule_id, etag = made.json()["schedule_id"], made.headers["ETag"]
    change = {"cron": "0 * * * *", "time_zone": "UTC", "is_paused": True, "sources": ["crm"]}
    changed = keeper.put(f"/api/v1/schedules/{schedule_id}", json=change, headers={"If-Match": etag})
    assert changed.json()["next_run_at"] is None
    again = keeper.put(f"/api/v1/schedules/{schedule_id}", json=change, headers={"If-Match": etag})
    assert again.status_code == 412
    assert keeper.post("/api/v1/schedules", json={"cron": "soon"}).status_code == 422
    assert keeper.post("/api/v1/schedules", json={"cron": "0 * * * *", "sources": ["nobody"]}).status_code == 422
    gone = keeper.delete(f"/api/v1/schedules/{schedule_id}", headers={"If-Match": changed.headers["ETag"]})
    assert gone.status_code == 204
    assert keeper.get("/api/v1/schedules").json()["items"] == []


def test_a_repeated_connect_connects_once(keeper):
    place = {"kind": "files", "uploads": [uploaded(keeper)]}
    body, key = {"name": "crm", "place": place}, {"Idempotency-Key": "once"}
    first = keeper.post("/api/v1/sources", json=body, headers=key)
    second = keeper.post("/api/v1/sources", json=body, headers=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert keeper.post("/api/v1/sources", json=body).status_code == 409


def test_answers_are_json_of_the_one_shape(keeper):
    for answer in (
        keeper.post("/api/v1/sources", content=b"{", headers={"Content-Type": "application/json"}),
        keeper.get("/api/v1/sources/none"),
        keeper.get("/api/v1/jobs/job_none"),
        keeper.get("/api/v1/jobs", params={"cursor": "!!"}),
        keeper.get("/api/v1/builds/99"),
    ):
        assert answer.status_code in {404, 422}
        assert set(json.loads(answer.text)["error"]) >= {"code", "message", "hint", "is_transient"}


def test_a_source_says_how_many_of_its_columns_anything_reads(keeper, workspace):
    content = b"id,full name,e-mail,xq7 zz,empty\n" + b"".join(
        f"{n},Ana Puig{n},ana{n}@acme.cat,{n * 7919 % 97}k,\n".encode() for n in range(30)
    )
    place = {"kind": "files", "uploads": [uploaded(keeper, content=content)]}
    keeper.post("/api/v1/sources", json={"name": "crm", "place": place}).raise_for_status()
    assert keeper.get("/api/v1/sources").json()["items"][0]["columns"] == 0
    workspace.build()
    (source,) = keeper.get("/api/v1/sources").json()["items"]
    columns = keeper.get("/api/v1/sources/crm/tables").json()["items"][0]["columns"]
    unread = [column["name"] for column in columns if column["meaning"] in {"other", "empty"}]
    assert "empty" in unread
    assert (source["columns"], source["columns_used"]) == (5, 5 - len(unread))
    assert [table["columns_used"] for table in source["tables"]] == [source["columns_used"]]
