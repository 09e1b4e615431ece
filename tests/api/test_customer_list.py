"""Lists of customers over HTTP: paging, exports, facets, tags for many, saved views."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parents[1] / "profiles"))

from listed import customer_id, write

PEOPLE = [
    {"display_name": f"Name {n:02}", "sort_name": f"name {n:02}", "status": "active" if n % 3 else "lost",
     "country": "GR" if n % 2 else "ES", "email": f"p{n}@x.com", "words": ["name", f"{n:02}"],
     "attributes": {"category:segment": "vip" if n < 5 else "new"}}
    for n in range(23)
]  # fmt: skip


@pytest.fixture
def listed(client, workspace):
    with workspace.database.write() as connection:
        write(connection, PEOPLE)
    return client


def all_pages(client, **query):
    items, cursor = [], None
    while True:
        answer = client.get("/api/v1/customers", params={**query, "limit": 7, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return items


def test_pages_of_any_order_hold_everybody_once(listed):
    for query in ({}, {"sort": "-status,display_name"}, {"q": "name"}, {"q": "name", "sort": "country"},
                  {"sort": "-category:segment"}):  # fmt: skip
        found = [row["customer_id"] for row in all_pages(listed, **query)]
        assert sorted(found) == sorted(customer_id(n) for n in range(23))
    assert [row["values"]["display_name"] for row in all_pages(listed)] == [row["display_name"] for row in PEOPLE]


def test_filter_fields_and_count_are_answered_together(listed):
    query = {"filter": 'country = "GR" and not status = "lost"', "fields": "display_name,category:segment",
             "count": "exact", "limit": 2}  # fmt: skip
    answer = listed.get("/api/v1/customers", params=query).json()
    assert answer["count"] == len([n for n in range(23) if n % 2 and n % 3])
    assert answer["count_is_estimate"] is False
    assert answer["items"][0]["values"] == {"display_name": "Name 01", "category:segment": "vip"}


@pytest.mark.parametrize(
    "query",
    [
        {"filter": "foo = 1"}, {"filter": "status = "}, {"sort": "foo"}, {"sort": "status,status"}, {"sort": "tag"},
        {"fields": "nope"}, {"cursor": "!!"}, {"cursor": "WzFd", "sort": "status"}, {"limit": "0"}, {"count": "all"},
        {"cursor": "W1siYSJdLHt9LDFd", "q": "name"}, {"filter": 'last_score = "x"'},
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_refused_in_the_one_shape(listed, query):
    answer = listed.get("/api/v1/customers", params=query)
    assert answer.status_code == 422
    assert {"code", "message", "hint", "is_transient"} <= set(answer.json()["error"])


def test_facets_and_attributes_say_what_there_is(listed):
    facet = listed.get("/api/v1/customers/facets", params={"attribute": "category:segment", "filter": 'status="lost"'})
    assert {item["value"]: item["customers"] for item in facet.json()["items"]} == {"vip": 2, "new": 6}
    some = listed.get("/api/v1/customers/facets", params={"attribute": "email", "containing": "P2@"}).json()["items"]
    assert [item["value"] for item in some] == ["p2@x.com"]
    attributes = {item["name"]: item for item in listed.get("/api/v1/customers/attributes").json()["items"]}
    assert attributes["category:segment"]["column"] == "segment"
    assert attributes["last_contact_at"] | {"policy": None} == attributes["last_contact_at"]


def test_exports_hold_what_the_list_shows_in_every_format(listed):
    body = {"filter": 'country = "GR"', "fields": ["display_name", "email", "last_contact_at", "records"]}
    expected = sorted(customer_id(n) for n in range(23) if n % 2)

    def export(form):
        answer = listed.post("/api/v1/customers/export", json={**body, "format": form})
        assert answer.status_code == 200, answer.text
        assert f".{form}" in answer.headers["content-disposition"]
        return answer.content

    lines = [json.loads(line) for line in export("ndjson").splitlines()]
    assert sorted(row["customer_id"] for row in lines) == expected
    assert set(lines[0]) == {"customer_id", *body["fields"]}
    assert sorted(pa_csv.read_csv(io.BytesIO(export("csv")))["customer_id"].to_pylist()) == expected
    table = pq.read_table(io.BytesIO(export("parquet")))
    assert sorted(table["customer_id"].to_pylist()) == expected
    assert [str(field.type) for field in table.schema] == [
        "string",
        "string",
        "string",
        "timestamp[us, tz=UTC]",
        "int64",
    ]


def test_an_export_is_audited_at_its_start_and_with_its_count_at_its_end(listed):
    listed.post("/api/v1/customers/export", json={"q": "name 01", "fields": ["email"], "format": "csv"})
    entries = [entry for entry in listed.get("/api/v1/audit").json()["items"] if "export" in entry["action"]]
    assert {entry["action"] for entry in entries} == {"exported", "export_ended"}
    ended = next(entry for entry in entries if entry["action"] == "export_ended")
    assert ended["details"]["customers"] == 1
    assert ended["details"]["is_complete"] is True


def test_no_cell_of_an_export_runs_in_a_spreadsheet(client, workspace):
    evil = [
        '=HYPERLINK("http://x")',
        "@sum(a)",
        "+cmd|' /C calc'!A0",
        "\t=1",
        "-2+3",
        "＝1",
        'a"b,c\nd',
        "+34600111222",
    ]
    with workspace.database.write() as connection:
        write(connection, [{"display_name": name} for name in evil])
    body = {"fields": ["display_name"], "format": "csv"}
    table = pa_csv.read_csv(
        io.BytesIO(client.post("/api/v1/customers/export", json=body).content),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(column_types={"display_name": "string"}),
    )
    shown = {name for name in table["display_name"].to_pylist() if name}
    assert shown == {f"'{name}" if name[0] in "=@\t＝" or name[:2] in ("+c", "-2") else name for name in evil}


def test_many_are_tagged_at_once_and_a_rehearsal_changes_nothing(listed):
    made = listed.post("/api/v1/tags", json={"name": "VIP"}).json()["tag_id"]
    body = {"filter": 'status = "lost"', "add": [made]}
    rehearsed = listed.post("/api/v1/customers/tags", json={**body, "dry_run": True}).json()
    assert rehearsed == {"customers": 8, "changed": 0, "is_dry_run": True}
    assert all_pages(listed, filter='tag = "VIP"') == []
    assert listed.post("/api/v1/customers/tags", json={**body, "limit": 3}).status_code == 422
    assert listed.post("/api/v1/customers/tags", json=body).json()["changed"] == 8
    assert len(all_pages(listed, filter='tag = "VIP"')) == 8
    some = {"ids": [customer_id(0), "cus_unknown"], "remove": [made]}
    assert listed.post("/api/v1/customers/tags", json=some).json() == {
        "customers": 1,
        "changed": 1,
        "is_dry_run": False,
    }
    assert len(all_pages(listed, filter='tag = "VIP"')) == 7
    assert listed.post("/api/v1/customers/tags", json={"add": [made]}).status_code == 422


VIEW = {"name": "Lost in Greece", "filter": 'country = "GR" and status = "lost"', "sort": "-last_contact_at",
        "columns": ["display_name", "category:segment"]}  # fmt: skip


def test_a_view_is_saved_changed_and_deleted_and_nobody_overwrites_anybody(client):
    made = client.post("/api/v1/views", json=VIEW, headers={"Idempotency-Key": "k1"})
    again = client.post("/api/v1/views", json=VIEW, headers={"Idempotency-Key": "k1"})
    assert made.status_code == 201
    assert made.json() == again.json()
    address = f"/api/v1/views/{made.json()['view_id']}"
    etag = client.get(address).headers["etag"]
    changed = client.put(address, json={**VIEW, "name": "Lost"}, headers={"If-Match": etag})
    assert changed.json()["name"] == "Lost"
    assert client.put(address, json=VIEW, headers={"If-Match": etag}).status_code == 412
    assert client.put(address, json=VIEW).status_code == 428
    assert [view["name"] for view in client.get("/api/v1/views").json()["items"]] == ["Lost"]
    assert client.delete(address, headers={"If-Match": etag}).status_code == 412
    assert client.delete(address, headers={"If-Match": changed.headers["etag"]}).status_code == 204
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "change",
    [{"name": "  "}, {"filter": "foo = 1"}, {"filter": "("}, {"sort": "x"}, {"columns": ["x"]}, {"more": 1}],
)
def test_a_view_that_no_list_could_show_is_refused(client, change):
    assert client.post("/api/v1/views", json={**VIEW, **change}).status_code == 422
    assert client.get("/api/v1/views").json()["items"] == []


def test_a_view_is_seen_by_its_owner_and_by_the_roles_it_is_shared_with(app_database):
    from listed import access_of

    from onefold.access import Access, Actor, Layer, Role
    from onefold.errors import NotAllowed, NotFound
    from onefold.profiles.views import ViewDraft, change_view, create_view, get_view, list_views

    mine = access_of()
    other = Access(Actor("usr_b", "user", "Bob"), layers=(Layer((Role("agent", "Agent", permissions={
        "customer": ("read",), "view": ("read", "create", "update")}),)),))  # fmt: skip
    with app_database.write() as connection:
        view = create_view(connection, other, ViewDraft("Private", shared_with=()))
        with pytest.raises(NotFound):
            get_view(connection, mine, view.view_id)
        assert list_views(connection, mine) == []
        shared = create_view(connection, other, ViewDraft("Ours", shared_with=("agent",)))
        third = Access(Actor("usr_c", "user", "Cleo"), layers=other.layers)
        assert [one.view_id for one in list_views(connection, third)] == [shared.view_id]
        with pytest.raises(NotAllowed, match="somebody else"):
            change_view(connection, third, shared.view_id, 1, ViewDraft("Mine"))
        with pytest.raises(NotAllowed, match="roles of your own"):
            create_view(connection, other, ViewDraft("Up", shared_with=("owner",)))


def test_an_export_of_many_customers_keeps_to_the_memory_of_a_batch(app_database):
    import tracemalloc

    from listed import EVERYTHING

    from onefold.profiles.listing import Wanted
    from onefold.profiles.streaming import CustomerStream, Format
    from onefold.profiles.tables import profile_summary

    row = {"kind": "person", "display_name": "x" * 500, "events": 1, "records": 1, "systems": 1}
    with app_database.write() as connection:
        rows = [{"customer_id": f"cus_{n:016}", **row} for n in range(60_000)]
        connection.execute(sa.insert(profile_summary), rows)
        del rows
    for form in Format:
        with app_database.read() as connection:
            stream = CustomerStream(connection, EVERYTHING, Wanted(), ["display_name"], form)
            tracemalloc.start()
            size = sum(map(len, stream))
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert stream.rows == 60_000
        assert stream.is_complete
        assert peak < 40_000_000, form
        assert size > 60_000 * 16 or form is Format.PARQUET
