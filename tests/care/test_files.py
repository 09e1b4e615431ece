"""Files: what they are said to be, on customers in scope, whole or not at all."""

from __future__ import annotations

import hashlib
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from tests.care import contents
from tests.care.office import V1, error_of, etag, send

from onefold.access.audit.tables import audit_entry
from onefold.api.care.files import file_store
from onefold.care import sweep_files, timeline_entries
from onefold.care.customers import ids_leading_to
from onefold.care.tables import file
from onefold.errors import NotFound
from onefold.profiles import see_customer


def kept(office):
    """Names of all contents on disk, unfinished ones too."""
    folder = office.workspace.path / "files" / "care"
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.name != ".lock")


def rows(office):
    with office.database.read() as connection:
        return connection.execute(sa.select(file)).all()


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("scan.png", contents.png(), "image/png"),
        ("photo.JPG", contents.JPEG, "image/jpeg"),
        ("dot.gif", contents.GIF, "image/gif"),
        ("offer.pdf", contents.PDF, "application/pdf"),
        ("letter.docx", contents.DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("sums.xlsx", contents.XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("letter.odt", contents.ODT, "application/vnd.oasis.opendocument.text"),
        ("all.zip", contents.ZIP, "application/zip"),
        ("note.txt", "Ωμέγα, 王芳, <b>not a page</b>".encode(), "text/plain"),
        ("list.csv", "name;city\nZoë;Αθήνα\n".encode("utf-16"), "text/csv"),
        ("mail.eml", b"From: a@b\r\n\r\n<html><b>hello</b></html>", "message/rfc822"),
        ("گزارش ۱۴۰۵.pdf", contents.PDF, "application/pdf"),
    ],
)
def test_what_is_called_what_it_is_is_kept_byte_by_byte(desk, name, content, media_type):
    ana = desk.client(desk.ana)
    answer = send(ana, desk.ids["a"], name, content, "application/octet-stream")
    assert answer.status_code == 201, answer.text
    assert answer.json()["media_type"] == media_type
    assert answer.json()["sha256"] == hashlib.sha256(content).hexdigest()
    got = ana.get(f"{V1}/files/{answer.json()['file_id']}/content")
    assert got.content == content
    assert got.headers["Content-Type"].partition(";")[0] == media_type


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", contents.HTML),
        ("page.txt", contents.HTML),
        ("page.txt", b"\xef\xbb\xbf \n<html>"),
        ("page.csv", b"<?xml version='1.0'?><x/>"),
        ("page.csv", "<html>".encode("utf-16")),
        ("drawing.svg", contents.SVG),
        ("drawing.png", contents.SVG),
        ("drawing.txt", contents.SVG),
        ("poly.gif", b"GIF89a/*<script>alert(1)</script>*/=1;"),
        ("poly.pdf", b"%PDF-1.7\n<html><script>alert(1)</script>"),
        ("poly.jpg", b"\xff\xd8\xff\xe0<svg onload=alert(1)>"),
        ("setup.exe", b"MZ\x90\x00"),
        ("setup.pdf", b"MZ\x90\x00"),
        ("setup.png", b"\x7fELF\x02\x01"),
        ("run.txt", b"#!/bin/sh\nrm -rf /\n"),
        ("run.bat", b"del *"),
        ("script.js", b"alert(1)"),
        ("photo.png", contents.JPEG),
        ("photo.pdf", contents.png()),
        ("all.docx", contents.ZIP),
        ("all.zip", contents.DOCX),
        ("macros.docx", contents.MACROS),
        ("broken.zip", b"PK\x03\x04" + b"\x00" * 50),
        ("binary.txt", b"text\x00more"),
        ("latin.txt", "Zoë".encode("latin-1")),
        ("late.txt", b"x" * 5000 + b"\xff\xfe"),
        ("empty.txt", b""),
        ("unknown.xyz", b"abc"),
        ("noending", b"abc"),
        ("offer.pdf", b" %PDF-1.7"),
    ],
)
def test_what_is_not_taken_or_not_what_it_says_leaves_nothing(desk, name, content):
    answer = send(desk.client(desk.ana), desk.ids["a"], name, content, "application/octet-stream")
    assert answer.status_code == 422, answer.text
    assert error_of(answer) == "invalid_input"
    assert rows(desk) == []
    assert kept(desk) == []


@pytest.mark.parametrize("declared", ["text/html", "image/svg+xml", "application/pdf", "application/javascript"])
def test_a_declared_type_that_contradicts_the_content_is_refused(desk, declared):
    answer = send(desk.client(desk.ana), desk.ids["a"], "scan.png", contents.png(), declared)
    assert error_of(answer) == "invalid_input"
    assert kept(desk) == []


def test_a_download_is_never_a_page(desk):
    ana = desk.client(desk.ana)
    name = 'Angebot "für" Zoë; x=1.pdf'
    added = send(ana, desk.ids["a"], name, contents.PDF).json()
    got = ana.get(f"{V1}/files/{added['file_id']}/content")
    said = got.headers["Content-Disposition"]
    assert said.startswith("attachment; ")
    assert "\r" not in said
    assert "\n" not in said
    assert unquote(said.rpartition("UTF-8''")[2]) == added["name"]["text"]
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Security-Policy"].startswith("sandbox;")
    assert "no-store" in got.headers["Cache-Control"]
    assert error_of(ana.get(f"{V1}/files/{added['file_id']}/preview")) == "unsupported"


def test_a_picture_is_shown_only_while_it_is_one(desk):
    ana = desk.client(desk.ana)
    added = send(ana, desk.ids["a"], "scan.png", contents.png()).json()
    assert added["is_preview"] is True
    shown = ana.get(f"{V1}/files/{added['file_id']}/preview")
    assert shown.headers["Content-Type"] == "image/png"
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert shown.headers["Content-Security-Policy"].startswith("sandbox;")
    path = file_store(desk.workspace).path_of(added["sha256"])
    path.write_bytes(contents.HTML)
    assert error_of(ana.get(f"{V1}/files/{added['file_id']}/preview")) == "unsupported"


@pytest.mark.parametrize(
    ("name", "kept_as"),
    [
        ("../../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\windows\\system32\\x.txt", "x.txt"),
        ("/abs/olute.txt", "olute.txt"),
        ("C:\\x.txt", "x.txt"),
        ("invoice\u202etxt.fdp.txt", "invoicetxt.fdp.txt"),
        ("a\x7f.txt", "a.txt"),
        ("con.txt", "_con.txt"),
        (".htaccess.txt", "htaccess.txt"),
        ("x" * 400 + ".txt", "x" * 176 + ".txt"),
        ("پ" * 200 + ".txt", "پ" * 88 + ".txt"),
        ("نامه\u200cها.txt", "نامه\u200cها.txt"),
    ],
)
def test_no_name_is_a_path_or_misleads(desk, name, kept_as):
    added = send(desk.client(desk.ana), desk.ids["a"], name, b"hello")
    assert added.status_code == 201, added.text
    assert added.json()["name"]["text"] == kept_as
    assert kept(desk) == [hashlib.sha256(b"hello").hexdigest()]


def test_files_of_a_customer_out_of_scope_are_not_found_by_any_door(desk):
    theirs = send(desk.client(desk.sol), desk.ids["b"], "scan.png", contents.png()).json()["file_id"]
    ana = desk.client(desk.ana)
    headers = {"If-Match": '"1"'}
    doors = [
        ana.get(f"{V1}/customers/{desk.ids['b']}/files"),
        send(ana, desk.ids["b"], "x.txt", b"x"),
        ana.get(f"{V1}/files/{theirs}"),
        ana.get(f"{V1}/files/{theirs}/content"),
        ana.get(f"{V1}/files/{theirs}/preview"),
        ana.put(f"{V1}/files/{theirs}", json={"name": "x.png"}, headers=headers),
        ana.delete(f"{V1}/files/{theirs}", headers=headers),
    ]
    assert [door.status_code for door in doors] == [404] * len(doors)
    never = ana.get(f"{V1}/files/file_none/content").text.replace("file_none", "X")
    assert doors[3].text.replace(theirs, "X") == never
    assert len(kept(desk)) == 1


def test_only_who_added_a_file_or_administers_files_removes_it(desk):
    ana, ben = desk.client(desk.ana), desk.client(desk.ben)
    added = send(ana, desk.ids["a"], "x.txt", b"x").json()
    headers = {"If-Match": '"1"'}
    assert error_of(ben.delete(f"{V1}/files/{added['file_id']}", headers=headers)) == "not_allowed"
    boss = desk.client(desk.person("Mia", "manager"))
    assert boss.delete(f"{V1}/files/{added['file_id']}", headers=headers).status_code == 204
    assert kept(desk) == []


def test_the_same_content_is_kept_once_and_as_long_as_one_file_names_it(desk):
    ana = desk.client(desk.ana)
    first = send(ana, desk.ids["a"], "one.txt", b"same").json()
    second = send(ana, desk.ids["a"], "two.txt", b"same").json()
    assert len(kept(desk)) == 1
    ana.delete(f"{V1}/files/{first['file_id']}", headers={"If-Match": '"1"'})
    assert ana.get(f"{V1}/files/{second['file_id']}/content").content == b"same"
    ana.delete(f"{V1}/files/{second['file_id']}", headers={"If-Match": '"1"'})
    assert kept(desk) == []


def test_renaming_keeps_the_ending_and_asks_for_the_version(desk):
    ana = desk.client(desk.ana)
    path = f"{V1}/files/{send(ana, desk.ids['a'], 'x.txt', b'x').json()['file_id']}"
    read = ana.get(path)
    assert error_of(ana.put(path, json={"name": "x.html"}, headers=etag(read))) == "invalid_input"
    assert ana.put(path, json={"name": "../y.txt"}, headers=etag(read)).json()["name"]["text"] == "y.txt"
    assert ana.put(path, json={"name": "z.txt"}, headers=etag(read)).status_code == 412
    assert ana.put(path, json={"name": "z.txt"}).status_code == 428


def test_a_repeated_upload_under_one_key_adds_one_file(desk):
    ana = desk.client(desk.ana)
    path, key = f"{V1}/customers/{desk.ids['a']}/files", {"Idempotency-Key": "k"}
    first = ana.post(path, files={"file": ("x.txt", b"x")}, headers=key)
    again = ana.post(path, files={"file": ("x.txt", b"x")}, headers=key)
    assert first.json() == again.json()
    other = ana.post(path, files={"file": ("x.txt", b"other")}, headers=key)
    assert error_of(other) == "conflict"
    assert len(rows(desk)) == 1


def test_a_policy_hides_contents_and_names(desk):
    from onefold.access.tables import role
    from onefold.kernel import utc_now

    with desk.database.write() as connection:
        connection.execute(
            role.insert().values(
                role_id="rol_f",
                name="Masked",
                description="",
                is_shipped=False,
                denials={},
                version=1,
                masks={"file.name": "hidden", "file.content": "hidden"},
                updated_at=utc_now(),
                permissions={"customer": ["read"], "file": ["read"]},
            )
        )
    added = send(desk.client(desk.ana), desk.ids["a"], "secret.png", contents.png()).json()
    masked = desk.client(desk.person("Mo", "rol_f"))
    assert "secret" not in masked.get(f"{V1}/customers/{desk.ids['a']}/files").text
    for door in ("content", "preview"):
        assert error_of(masked.get(f"{V1}/files/{added['file_id']}/{door}")) == "not_allowed"


def test_files_follow_a_merge_and_come_back(desk):
    ids = desk.customers("p", "q r")
    full = desk.client()
    send(full, ids["p"], "of p.txt", b"p")
    send(full, ids["q"], "of q.txt", b"q")
    merged = desk.customers("p q r")

    def names(customer_id):
        items = full.get(f"{V1}/customers/{customer_id}/files").json()["items"]
        return sorted(one["name"]["text"] for one in items)

    assert names(merged["p"]) == ["of p.txt", "of q.txt"]
    desk.customers("p", "q r")
    assert (names(ids["p"]), names(ids["q"])) == (["of p.txt"], ["of q.txt"])


def test_a_download_is_audited(desk):
    ana = desk.client(desk.ana)
    added = send(ana, desk.ids["a"], "x.txt", b"x").json()
    ana.get(f"{V1}/files/{added['file_id']}/content")
    with desk.database.read() as connection:
        read = sa.select(audit_entry).where(audit_entry.c.action == "file.read")
        assert [(one.actor_id, one.resource_id) for one in connection.execute(read)] == [(desk.ana, added["file_id"])]


def test_what_no_file_names_is_swept_and_nothing_else(desk):
    added = send(desk.client(desk.ana), desk.ids["a"], "x.txt", b"x").json()
    store = file_store(desk.workspace)
    with store.receive(100) as incoming:
        incoming.write(b"orphan")
        with store.kept(incoming):
            assert sweep_files(desk.database, store) == 0  # somebody is just keeping it
    with store.receive(100) as sending:
        sending.write(b"half")
        assert len(kept(desk)) == 3
        assert sweep_files(desk.database, store) == 1
        assert len(kept(desk)) == 2  # what is still being sent is left alone
    assert kept(desk) == [added["sha256"]]


def test_the_timeline_shows_what_people_did_and_only_what_one_may_see(desk):
    ana = desk.client(desk.ana)
    ana.post(f"{V1}/customers/{desk.ids['a']}/notes", json={"body": "called"})
    made = ana.post(f"{V1}/tasks", json={"title": "call", "customer_id": desk.ids["a"]})
    path = f"{V1}/tasks/{made.json()['task_id']}"
    ana.put(path, json={"title": "call", "state": "done"}, headers=etag(made))
    send(ana, desk.ids["a"], "x.txt", b"x")

    def entries(user, **options):
        with desk.database.read() as connection:
            sight = see_customer(connection, desk.access(user), desk.ids["a"])
            return timeline_entries(connection, sight, ids_leading_to(connection, sight.customer_id), **options)

    assert [one.kind for one in entries(desk.ana)] == ["file_added", "task_done", "note_written"]
    assert [one.text.text for one in entries(desk.ana)] == ["x.txt", "call", "called"]
    first = entries(desk.ana, limit=1)
    rest = entries(desk.ana, before=(first[0].happened_at, first[0].entry_id))
    assert [one.kind for one in rest] == ["task_done", "note_written"]
    with pytest.raises(NotFound):
        entries(desk.sol)
    analyst = desk.person("Nia", "executive")
    assert [one.kind for one in entries(analyst)] == ["task_done"]
