"""One valid request of every route that changes something. A test holds this complete."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from tests.api.people import PASSWORD
from tests.stories.killed.house import PEOPLE, Ask, House

from onefold.access.accounts.tables import sign_in_attempt, user_account
from onefold.identity.review.keeping import item_id_of, keep_questions
from onefold.identity.review.model import Question
from onefold.identity.review.tables import review_answer, review_item, review_item_subject
from onefold.identity.tables import identity_label
from onefold.kernel import utc_now

NEW = "quite another passphrase"
_CONFIG = {"onefold-config.yaml": "version: 1\nkinds:\n- settings\n"}


def _half_signed_in(house: House) -> Ask:
    _client, totp, email = house.enrolled()
    client = house.browser()
    assert client.post("/sign-in", json={"email": email, "password": PASSWORD}).json()["next"] != "done"
    return Ask("/sign-in/second-factor", {"code": totp.now()}, client=client)


def _sign_in(house: House) -> Ask:
    return Ask("/sign-in", {"email": house.person().email, "password": PASSWORD}, client=house.browser())


def _set_up(house: House) -> Ask:
    house.sql(sa.update(user_account).where(user_account.c.state == "active").values(state="disabled"))
    body = {"email": f"{house.name('o')}@example.com", "password": NEW, "display_name": "Ana"}
    return Ask("/setup", body | {"token": house.link("set_up", None)}, client=house.browser())


def _accept(house: House) -> Ask:
    token = house.link("invitation", house.invited())
    return Ask("/invitations/accept", {"token": token, "password": NEW, "display_name": "New"}, client=house.browser())


def _reset(house: House) -> Ask:
    return Ask(
        "/password/reset",
        {"token": house.link("reset", house.person().user_id), "password": NEW},
        client=house.browser(),
    )


def _forgot(house: House) -> Ask:
    house.sql(sa.delete(sign_in_attempt))
    return Ask("/password/forgot", {"email": house.person().email}, client=house.browser())


def _confirm(house: House) -> Ask:
    client = house.seat()
    totp, enrolment = house.second_factor(client)
    return Ask("/me/second-factor/confirm", {"enrolment": enrolment, "code": totp.now()}, client=client)


def _seat(path: str, body: object = None) -> Callable[[House], Ask]:
    return lambda house: Ask(path, body, client=house.seat())


def _enrolled(path: str) -> Callable[[House], Ask]:
    return lambda house: Ask(path, {"password": PASSWORD}, client=house.enrolled()[0])


def _of_person(path: str, body: object = None) -> Callable[[House], Ask]:
    return lambda house: Ask(path.format(house.person().user_id), body)


def _session(house: House) -> Ask:
    client = house.seat()
    (mine,) = client.get("/sessions").json()["items"]
    return Ask(f"/sessions/{mine['session_id']}", client=client)


def _sessions_of(house: House) -> Ask:
    user = house.person()
    house.sign_in(house.browser(), user.email)
    return Ask(f"/users/{user.user_id}/sessions")


def _other_sessions(house: House) -> Ask:
    user = house.person()
    house.sign_in(house.browser(), user.email)
    return Ask("/sessions", client=house.sign_in(house.browser(), user.email))


def _viewing(house: House) -> Ask:
    client = house.sign_in(house.browser(), house.person("administrator").email)
    assert client.post("/me/view-as", json={"role_id": "agent"}).is_success
    return Ask("/me/view-as", client=client)


def _enrolled_person(house: House) -> Ask:
    email = house.enrolled()[2]
    found = house.sql(sa.select(user_account.c.user_id).where(user_account.c.email == email)).scalar_one()
    return Ask(f"/users/{found}/second-factor")


def _changed(path: str, make: str, field: str, body: object = None) -> Callable[[House], Ask]:
    def ask(house: House) -> Ask:
        made = getattr(house, make)()
        address = path.format(made[field])
        return Ask(address, body, headers={"If-Match": made["etag"]})

    return ask


def _user_patch(house: House) -> Ask:
    path = f"/users/{house.person().user_id}"
    return Ask(path, {"display_name": "Renamed"}, headers=house.etag(path))


def _user_roles(house: House) -> Ask:
    path = f"/users/{house.person().user_id}"
    return Ask(f"{path}/roles", {"roles": ["agent", "analyst"]}, headers=house.etag(path))


def _replay_many(house: House) -> Ask:
    return Ask(f"/webhooks/{house.delivery()[0]}/replay", {"first_seq": 1, "last_seq": 10**9, "states": ["failed"]})


def _merge(house: House) -> Ask:
    gone, kept = house.tag(), house.tag()
    return Ask(f"/tags/{gone['tag_id']}/merge", {"into": kept["tag_id"]}, headers={"If-Match": gone["etag"]})


def _untag(house: House) -> Ask:
    tagged = house.make(f"{house.customer}/tags", {"name": house.name("tag")})
    return Ask(f"{house.customer}/tags/{tagged['items'][-1]['tag']['tag_id']}")


def _new_file(house: House) -> Ask:
    content = f"a letter, {house.name('number ')}".encode()
    return Ask(f"{house.customer}/files", file=("letter.txt", content, "text/plain"))


def _told(house: House) -> Ask:
    user = house.person()
    client = house.sign_in(house.browser(), user.email)
    house.make(f"{house.customer}/notes", {"body": "See @x", "mentions": [user.user_id]})
    items = client.get("/notifications").json()["items"]
    assert items
    return Ask("/notifications/read", {"notification_ids": [one["notification_id"] for one in items]}, client=client)


def _piece(house: House) -> Ask:
    upload_id = house.upload(is_sent=False)
    path = f"/uploads/{upload_id}/content"
    assert house.owner.put(path, content=PEOPLE[:20], headers={"Upload-Offset": "0"}).is_success
    return Ask(path, content=PEOPLE[20:], headers={"Upload-Offset": "20"})


def _new_source(house: House) -> Ask:
    return Ask("/sources", {"name": house.name("source"), "place": {"kind": "files", "uploads": [house.upload()]}})


def _on_source(path: str, body: object = None, *, is_versioned: bool = True) -> Callable[[House], Ask]:
    def ask(house: House) -> Ask:
        name = house.source()
        headers = house.etag(f"/sources/{name}") if is_versioned else {}
        return Ask(path.format(name), body, headers=headers)

    return ask


def _correct(house: House) -> Ask:
    """What a column means, each time another."""
    overrides = house.workspace.settings.sources["crm"].overrides
    meaning = "given_name" if "family_name" in repr(overrides) else "family_name"
    body = {"column": "first name", "meaning": meaning}
    return Ask("/sources/crm/tables/people/columns", body, headers=house.etag("/sources/crm"))


def _correct_table(house: House) -> Ask:
    """What identifies a table's rows, each time something else."""
    overrides = house.workspace.settings.sources["crm"].overrides
    key = "id" if "key='e-mail'" in repr(overrides).replace('"', "'") else "e-mail"
    return Ask("/sources/crm/tables/people", {"key": [key]}, headers=house.etag("/sources/crm"))


def _layout(house: House) -> Ask:
    body = {"fields": ["name", "status", "language"], "shown": 1}
    answer = house.owner.put("/card-layouts/agent", json=body, headers=house.etag("/card-layouts/agent"))
    assert answer.is_success, answer.text
    return Ask("/card-layouts/agent", body | {"shown": 2}, headers=house.etag("/card-layouts/agent"))


def _opened(house: House) -> Ask:
    assert house.owner.post(f"{house.customer}/opened", json={"field": "email"}).is_success
    return Ask(f"{house.customer}/opened", {"field": "email"})


def _pick(house: House) -> Ask:
    return Ask(house.picked(None), {"value": "1981-05-21", "reason": "She said so."}, headers=house.profile_version())


def _unpick(house: House) -> Ask:
    return Ask(house.picked("1981-05-21"), headers=house.profile_version())


def _hand_over(house: House) -> Ask:
    body = {"to": house.person().user_id, "message": house.name("Please go on "), "task": {"title": "Call back"}}
    return Ask(f"{house.customer}/handover", body)


def _build(house: House) -> Ask:
    house.no_jobs()
    return Ask("/builds", {"sources": []})


def _apply(house: House) -> Ask:
    text = f"name: {house.name('acme')}\nregion: ES\n"
    return Ask("/config/apply", {"files": _CONFIG | {"settings/workspace.yaml": text}})


def _quarantine(house: House) -> Ask:
    states = [house.owner.get("/quarantine", params={"state": state}).json() for state in ("open", "replayed")]
    (row, *_rest) = [row for page in states for row in page["items"]]
    values = {"id": house.name("9"), "first name": "Eva", "last name": "Nova", "e-mail": "eva@mail.example"}
    return Ask("/quarantine/replay", {"rows": [{"quarantine_id": row["quarantine_id"], "values": values}]})


def _asked(path: str, body: object) -> Callable[[House], Ask]:
    def ask(house: House) -> Ask:
        house.no_jobs()
        return Ask(path, body)

    return ask


_PAIR = {"a": ["crm:2"], "b": ["crm:3"]}


def _unbound(house: House) -> None:
    """Two records of different customers, about whom nobody has decided anything."""
    houses = {name: house.owner.get(f"/identity/resolve/crm.people:{name}").json()["customer_id"] for name in "23"}
    for one in house.owner.get("/identity/overrides").json()["items"]:
        _withdraw(house, one["override_id"])
    if len(set(houses.values())) == 1:
        _withdraw(
            house, house.make("/identity/overrides", {"kind": "different", **_PAIR})["overrides"][0]["override_id"]
        )


def _withdraw(house: House, override_id: str) -> None:
    path = f"/identity/overrides/{override_id}"
    assert house.owner.post(f"{path}/withdraw", headers=house.etag(path)).is_success


def _united(house: House) -> Any:
    _unbound(house)
    return house.make("/identity/overrides", {"kind": "same", **_PAIR})


def _decision(house: House) -> Ask:
    _unbound(house)
    return Ask("/identity/overrides", {"kind": "same", **_PAIR, "reason": "one person"})


def _withdrawal(house: House) -> Ask:
    _unbound(house)
    made = house.make("/identity/overrides", {"kind": "different", **_PAIR})
    path = f"/identity/overrides/{made['overrides'][0]['override_id']}"
    return Ask(f"{path}/withdraw", headers=house.etag(path))


def _undo(house: House) -> Ask:
    run = _united(house)["run_id"]
    (change,) = house.owner.get("/identity/changes", params={"run": run}).json()["items"]
    return Ask(f"/identity/changes/{change['change_id']}/undo", {"reason": "two people"})


def _label(house: House) -> Ask:
    for one in house.owner.get("/identity/quality/labels").json()["items"]:
        assert house.owner.delete(f"/identity/quality/labels/{one['label_id']}").is_success
    return Ask("/identity/quality/labels", {"subject_a": "crm:2", "subject_b": "crm:3", "answer": "different"})


def _unlabel(house: House) -> Ask:
    made = house.make("/identity/quality/labels", {"subject_a": "crm:2", "subject_b": "crm:3", "answer": "unsure"})
    return Ask(f"/identity/quality/labels/{made['label_id']}")


def _doubt(house: House) -> tuple[str, dict[str, str]]:
    """A case about whom nobody has said anything: its address, and the header that answers it; and its pattern."""
    _unbound(house)
    for table in (review_answer, review_item_subject, review_item, identity_label):
        house.sql(sa.delete(table))
    evidence = {"given_name": ("same", 8.0), "email": ("different", -2.0)}
    sides = ("crm.people:2",), ("crm.people:3",)
    question = Question("pair", *sides, ("crm.people:2", "crm.people:3"), evidence, 6.0, 0.6, fingerprint="x")
    with house.database.write() as connection:
        keep_questions(connection, [question], build_no=1, key=house.workspace.key, most=9, now=utc_now())
    path = f"/identity/review/{item_id_of(question)}"
    return path, house.etag(path)


def _answer(house: House) -> Ask:
    path, headers = _doubt(house)
    return Ask(f"{path}/answer", {"answer": "same", "reason": "one person"}, headers=headers)


def _take_back(house: House) -> Ask:
    path, headers = _doubt(house)
    assert house.owner.post(f"{path}/answer", json={"answer": "same"}, headers=headers).is_success
    return Ask(f"{path}/answer", headers=house.etag(path))


def _answer_pattern(house: House) -> Ask:
    path, _headers = _doubt(house)
    house.no_jobs()
    key = house.owner.get(path).json()["item"]["pattern"]["key"]
    return Ask(f"/identity/review/patterns/{key}/answer", {"answer": "different"})


REQUESTS: dict[str, Callable[[House], Ask]] = {
    "POST /sign-in": _sign_in,
    "POST /sign-in/second-factor": _half_signed_in,
    "POST /sign-out": _seat("/sign-out"),
    "POST /setup": _set_up,
    "POST /links/look-up": lambda h: Ask(
        "/links/look-up", {"token": h.link("reset", h.person().user_id)}, client=h.browser()
    ),
    "POST /invitations/accept": _accept,
    "POST /password/forgot": _forgot,
    "POST /password/reset": _reset,
    "PATCH /me": lambda h: Ask("/me", {"appearance": {"theme": "dark"}}, client=h.seat()),
    "POST /me/password": _seat("/me/password", {"current": PASSWORD, "new": NEW}),
    "POST /me/second-factor": _seat("/me/second-factor"),
    "POST /me/second-factor/confirm": _confirm,
    "POST /me/second-factor/recovery-codes": _enrolled("/me/second-factor/recovery-codes"),
    "POST /me/second-factor/remove": _enrolled("/me/second-factor/remove"),
    "PATCH /users/{user_id}": _user_patch,
    "DELETE /users/{user_id}": lambda h: Ask(f"/users/{h.invited()}", headers={"If-Match": '"1"'}),
    "POST /invitations": lambda h: Ask(
        "/invitations", {"email": f"{h.name('i')}@example.com", "display_name": "I", "roles": ["agent"]}
    ),
    "POST /users/{user_id}/link": _of_person("/users/{}/link"),
    "DELETE /users/{user_id}/sessions": _sessions_of,
    "DELETE /users/{user_id}/second-factor": _enrolled_person,
    "DELETE /sessions": _other_sessions,
    "DELETE /sessions/{session_id}": _session,
    "POST /keys": lambda h: Ask("/keys", {"name": h.name("key")}),
    "PATCH /keys/{key_id}": _changed("/keys/{}", "key", "key_id", {"name": "other"}),
    "DELETE /keys/{key_id}": _changed("/keys/{}", "key", "key_id"),
    "POST /roles": lambda h: Ask("/roles", {"name": h.name("Role "), "permissions": {"customer": ["read"]}}),
    "POST /roles/preview": lambda h: Ask(
        "/roles/preview", {"role": {"name": "R", "permissions": {"customer": ["read"]}}}
    ),
    "PUT /roles/{role_id}": lambda h: _changed(
        "/roles/{}", "role", "role_id", {"name": h.name("Role "), "permissions": {"customer": ["read", "export"]}}
    )(h),
    "DELETE /roles/{role_id}": _changed("/roles/{}", "role", "role_id"),
    "PUT /users/{user_id}/roles": _user_roles,
    "POST /me/view-as": lambda h: Ask(
        "/me/view-as", {"role_id": "agent"}, client=h.sign_in(h.browser(), h.person("administrator").email)
    ),
    "DELETE /me/view-as": _viewing,
    "POST /webhooks": lambda h: Ask(
        "/webhooks", {"name": h.name("hook"), "url": "http://127.0.0.1:9/hook", "kinds": ["note.created"]}
    ),
    "PUT /webhooks/{webhook_id}": _changed(
        "/webhooks/{}", "hook", "webhook_id", {"name": "other", "url": "http://127.0.0.1:9/b", "kinds": ["*"]}
    ),
    "DELETE /webhooks/{webhook_id}": _changed("/webhooks/{}", "hook", "webhook_id"),
    "POST /webhooks/{webhook_id}/secret": _changed("/webhooks/{}/secret", "hook", "webhook_id"),
    "POST /webhooks/{webhook_id}/ping": _changed("/webhooks/{}/ping", "hook", "webhook_id"),
    "POST /webhooks/{webhook_id}/replay": _replay_many,
    "POST /deliveries/{delivery_id}/replay": lambda h: Ask(f"/deliveries/{h.delivery()[1]}/replay"),
    "POST /customers/export": lambda h: Ask("/customers/export", {"format": "ndjson"}),
    "POST /customers/tags": lambda h: Ask("/customers/tags", {"ids": h.customers[:2], "add": [h.tag()["tag_id"]]}),
    "POST /views": lambda h: Ask("/views", {"name": h.name("view"), "filter": 'tier = "gold"'}),
    "PUT /views/{view_id}": lambda h: _changed("/views/{}", "view", "view_id", {"name": h.name("view")})(h),
    "DELETE /views/{view_id}": _changed("/views/{}", "view", "view_id"),
    "PUT /card-layouts/{role_id}": _layout,
    "POST /customers/{customer_id}/notes": lambda h: Ask(f"{h.customer}/notes", {"body": h.name("Called ")}),
    "PUT /notes/{note_id}": _changed("/notes/{}", "note", "note_id", {"body": "Called twice."}),
    "DELETE /notes/{note_id}": _changed("/notes/{}", "note", "note_id"),
    "POST /customers/{customer_id}/handover": _hand_over,
    "PUT /customers/{key}/picks/{attribute}": _pick,
    "DELETE /customers/{key}/picks/{attribute}": _unpick,
    "POST /tasks": lambda h: Ask("/tasks", {"title": h.name("Send "), "due_on": "2026-11-30"}),
    "POST /customers/{customer_id}/tasks": lambda h: Ask(f"{h.customer}/tasks", {"title": h.name("Send ")}),
    "PUT /tasks/{task_id}": _changed("/tasks/{}", "task", "task_id", {"title": "Sent", "state": "done"}),
    "POST /tags": lambda h: Ask("/tags", {"name": h.name("tag"), "colour": "gold"}),
    "PUT /tags/{tag_id}": lambda h: _changed("/tags/{}", "tag", "tag_id", {"name": h.name("tag")})(h),
    "DELETE /tags/{tag_id}": _changed("/tags/{}", "tag", "tag_id"),
    "POST /tags/{tag_id}/merge": _merge,
    "POST /customers/{customer_id}/tags": lambda h: Ask(f"{h.customer}/tags", {"name": h.name("tag")}),
    "DELETE /customers/{customer_id}/tags/{tag_id}": _untag,
    "POST /customers/{customer_id}/files": _new_file,
    "PUT /files/{file_id}": _changed("/files/{}", "file", "file_id", {"name": "other.txt"}),
    "DELETE /files/{file_id}": _changed("/files/{}", "file", "file_id"),
    "POST /notifications/read": _told,
    "POST /identity/overrides": _decision,
    "POST /identity/overrides/{override_id}/withdraw": _withdrawal,
    "POST /identity/changes/{change_id}/undo": _undo,
    "POST /identity/runs/{run_id}/undo": lambda h: Ask(f"/identity/runs/{_united(h)['run_id']}/undo", {}),
    "POST /identity/what-if": _asked("/identity/what-if", {"link_at": 0.8}),
    "POST /identity/plan": _asked("/identity/plan", {"sources": []}),
    "POST /identity/quality/labels": _label,
    "DELETE /identity/quality/labels/{label_id}": _unlabel,
    "POST /identity/match": lambda _house: Ask(
        "/identity/match", {"record": {"given_name": "Ana", "family_name": "García"}}
    ),
    "POST /identity/review/{item_id}/answer": _answer,
    "DELETE /identity/review/{item_id}/answer": _take_back,
    "POST /identity/review/patterns/{key}/answer": _answer_pattern,
    "POST /sources/{name}/preview-meaning": lambda h: Ask(
        "/sources/crm/preview-meaning", {"table": "people", "column": "first name", "meaning": "family_name"}
    ),
    "PATCH /sources/{name}/tables/{table}/columns": _correct,
    "PATCH /sources/{name}/tables/{table}": _correct_table,
    "POST /sources": _new_source,
    "POST /sources/test": lambda h: Ask(
        "/sources/test", {"name": "trial", "place": {"kind": "files", "uploads": [h.upload()]}}
    ),
    "PATCH /sources/{name}": _on_source("/sources/{}", {"owner": "Sales", "priority": 3}),
    "DELETE /sources/{name}": _on_source("/sources/{}"),
    "POST /sources/{name}/test": _on_source("/sources/{}/test", is_versioned=False),
    "POST /uploads": lambda h: Ask("/uploads", {"name": "people.csv", "size_bytes": len(PEOPLE)}),
    "DELETE /uploads/{upload_id}": lambda h: Ask(f"/uploads/{h.upload()}"),
    "PUT /uploads/{upload_id}/content": _piece,
    "POST /uploads/look": lambda h: Ask("/uploads/look", {"uploads": [h.upload()]}),
    "POST /builds": _build,
    "POST /schedules": lambda h: Ask("/schedules", {"cron": "30 6 * * 1-5", "time_zone": "Europe/Madrid"}),
    "PUT /schedules/{schedule_id}": _changed(
        "/schedules/{}", "schedule", "schedule_id", {"cron": "0 7 * * *", "time_zone": "Europe/Madrid"}
    ),
    "DELETE /schedules/{schedule_id}": _changed("/schedules/{}", "schedule", "schedule_id"),
    "POST /quarantine/replay": _quarantine,
    "POST /jobs/{job_id}/cancel": lambda h: Ask(f"/jobs/{h.job()}/cancel"),
    "POST /jobs/{job_id}/retry": lambda h: Ask(f"/jobs/{h.job('failed')}/retry"),
    "POST /config/plan": lambda h: Ask(
        "/config/plan", {"files": _CONFIG | {"settings/workspace.yaml": "name: other\n"}}
    ),
    "POST /config/apply": _apply,
    "POST /customers/{customer_id}/opened": _opened,
    "POST /customers/{customer_id}/visits": lambda h: Ask(f"{h.customer}/visits", client=h.seat()),
}
