"""Uploads: in pieces, resumable after anything, and nothing that is not a table."""

from __future__ import annotations

import io
import zipfile

import pytest
from tests.api.test_sources import MANAGER, PEOPLE, keeper, person, uploaded  # noqa: F401 - a fixture

from onefold.access import Role
from onefold.sources.uploads import safe_name

URL = "/api/v1/uploads"


def put(client, upload_id, offset, piece):
    return client.put(f"{URL}/{upload_id}/content", content=piece, headers={"Upload-Offset": str(offset)})


def test_a_file_comes_in_pieces_and_goes_on_after_a_restart(keeper, workspace):  # noqa: F811
    content = PEOPLE.encode()
    upload_id = keeper.post(URL, json={"name": "people.csv", "size_bytes": len(content)}).json()["upload_id"]
    assert put(keeper, upload_id, 0, content[:50]).json()["received_bytes"] == 50
    part = next((workspace.path / "files/uploads" / upload_id).iterdir())
    part.write_bytes(part.read_bytes() + b"half a piece that nobody acknowledged")
    keeper.close()
    again = person(workspace, Role("keeper", "Keeper", permissions=MANAGER))
    (waiting,) = again.get(URL).json()["items"]
    assert (waiting["received_bytes"], waiting["is_complete"]) == (50, False)
    early = again.post(f"{URL}/look", json={"uploads": [upload_id]})
    assert early.status_code == 409
    assert put(again, upload_id, 10, content[10:]).json()["error"]["received_bytes"] == 50
    assert put(again, upload_id, 50, content[50:]).json()["is_complete"]
    (stored,) = (workspace.path / "files/uploads" / upload_id).iterdir()
    assert stored.name == "people.csv"
    assert stored.read_bytes() == content
    assert put(again, upload_id, len(content), b"more").status_code == 409


def test_a_cancelled_upload_leaves_nothing(keeper, workspace):  # noqa: F811
    upload_id = uploaded(keeper)
    assert keeper.delete(f"{URL}/{upload_id}").status_code == 204
    assert not (workspace.path / "files/uploads" / upload_id).exists()
    assert keeper.get(f"{URL}/{upload_id}").status_code == 404


def test_another_persons_upload_is_not_found(keeper, workspace):  # noqa: F811
    upload_id = uploaded(keeper)
    other = person(workspace, Role("keeper", "Keeper", permissions=MANAGER), actor_id="usr_other")
    assert other.get(f"{URL}/{upload_id}").status_code == 404
    assert other.delete(f"{URL}/{upload_id}").status_code == 404
    assert put(other, upload_id, 0, b"x").status_code == 404
    place = {"kind": "files", "uploads": [upload_id]}
    assert other.post("/api/v1/sources", json={"name": "spy", "place": place}).status_code == 404


def test_what_is_too_large_is_refused_before_and_while_it_comes(keeper, workspace):  # noqa: F811
    with workspace.edit_settings() as document:
        document["server"] = {"upload_limit_mb": 1}
    assert keeper.post(URL, json={"name": "a.csv", "size_bytes": 2 << 20}).status_code == 413
    upload_id = keeper.post(URL, json={"name": "a.csv", "size_bytes": 5}).json()["upload_id"]
    assert put(keeper, upload_id, 0, b"123456").status_code == 422
    assert put(keeper, upload_id, 0, b"x" * ((8 << 20) + 1)).status_code == 413
    assert keeper.get(f"{URL}/{upload_id}").json()["received_bytes"] == 0


@pytest.mark.parametrize("name", ["a.exe", "noending", "a.csv.exe", ".csv/../../x", "a.html", "a.gz", "..", "a.py"])
def test_files_that_cannot_be_tables_are_refused_by_name(keeper, name):  # noqa: F811
    assert keeper.post(URL, json={"name": name, "size_bytes": 10}).status_code == 422


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("..\\..\\windows\\a.csv", "a.csv"),
        ("a*b?[c].csv", "a_b_c.csv"),
        ("$(reboot).csv.gz", "reboot.csv.gz"),
        ("客户.xlsx", "file.xlsx"),
        ("\x00evil\n.csv", "evil.csv"),
        (".csv", "file.csv"),
        ("x" * 300 + ".csv", "x" * 100 + ".csv"),
        ("~root.csv", "root.csv"),
    ],
)
def test_names_become_safe(name, safe):
    assert safe_name(name) == safe


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b"MZ\x90\x00this is a program"),
        ("a.parquet", b"PAR1 not really"),
        ("a.sqlite", b"SQLite format 3\x00" + b"\xff" * 200),
        ("a.json", b"{" * 100_000),
        ("a.csv", bytes(range(256)) * 64),
        ("a.csv.gz", b"\x1f\x8b\x08\x00broken"),
        ("a.zip", b"PK\x03\x04broken"),
    ],
)
def test_what_only_pretends_to_be_a_table_is_told_and_not_connected(keeper, workspace, name, content):  # noqa: F811
    upload_id = uploaded(keeper, name, content)
    look = keeper.post(f"{URL}/look", json={"uploads": [upload_id]})
    if look.status_code == 200:  # text of any kind is a table of one column at worst
        assert name == "a.csv"
        return
    assert look.status_code in {422, 502}, look.text
    assert str(workspace.path) not in look.text
    place = {"kind": "files", "uploads": [upload_id]}
    assert keeper.post("/api/v1/sources", json={"name": "crm", "place": place}).status_code in {201, 422, 502}


def test_an_archive_with_a_path_out_of_it_writes_nothing(keeper, workspace):  # noqa: F811
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("../../../escaped.csv", PEOPLE)
    upload_id = uploaded(keeper, "a.zip", archive.getvalue())
    keeper.post(f"{URL}/look", json={"uploads": [upload_id]})
    assert not list(workspace.path.parent.rglob("escaped.csv"))


def test_files_that_a_source_no_longer_reads_are_forgotten_in_time(keeper, workspace):  # noqa: F811
    from datetime import timedelta

    from onefold.kernel import utc_now
    from onefold.sources import forget_abandoned
    from onefold.sources.tables import upload

    first, second = uploaded(keeper), uploaded(keeper)
    place = {"kind": "files", "uploads": [first]}
    assert keeper.post("/api/v1/sources", json={"name": "crm", "place": place}).status_code == 201
    etag = {"If-Match": keeper.get("/api/v1/sources").headers["ETag"]}
    newer = {"place": {"kind": "files", "uploads": [second]}}
    assert keeper.patch("/api/v1/sources/crm", json=newer, headers=etag).status_code == 200
    with workspace.database.write() as connection:
        connection.execute(upload.update().values(updated_at=utc_now() - timedelta(days=3)))
        assert forget_abandoned(connection, workspace.path) == 1
    assert [folder.name for folder in (workspace.path / "files/uploads").iterdir()] == [second]
