"""Coming in, and everything that must not come in."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pyotp
import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from tests.api.people import PASSWORD, add_person, browser, signed_in

from onefold.access.accounts import SessionLengths, attempts, mint_link_token, passwords, second_factor
from onefold.access.accounts.tables import session, sign_in_attempt, user_account
from onefold.kernel import utc_now

NEW = "quite another passphrase"


def post(client, path, **body):
    return client.post(f"/api/v1{path}", json=body)


def code_of(answer):
    return answer.json()["error"]["code"]


def link_of(workspace, purpose, user_id=None):
    with workspace.database.write() as connection:
        return mint_link_token(connection, purpose, user_id)


def age(workspace, table, column, by):
    with workspace.database.write() as connection:
        connection.execute(sa.update(table).values({column: utc_now() - by}))


def enrol(client):
    offer = post(client, "/me/second-factor").json()
    totp = pyotp.TOTP(offer["secret"])
    codes = post(client, "/me/second-factor/confirm", enrolment=offer["enrolment"], code=totp.now())
    assert codes.status_code == 200, codes.text
    return totp, codes.json()["codes"]


def later_code(totp, monkeypatch, steps=1):
    """The code of a later step, and a server clock that has come there."""
    moment = utc_now() + timedelta(seconds=second_factor.STEP_SECONDS * steps)
    monkeypatch.setattr("onefold.access.accounts.signing_in.utc_now", lambda: moment)
    return totp.at(moment)


def test_the_first_owner_comes_in_by_the_link_of_the_terminal_once(workspace):
    token = link_of(workspace, "set_up")
    client = browser(workspace)
    assert client.get("/api/v1/sign-in/options").json()["is_set_up"] is False
    assert post(client, "/links/look-up", token=token).json()["purpose"] == "set_up"
    owner = {"token": token, "email": "Ana@Example.com ", "display_name": "Ana", "password": PASSWORD}
    assert post(client, "/setup", **owner).json() == {"next": "done"}
    me = client.get("/api/v1/me").json()
    assert me["email"] == "ana@example.com"
    assert me["roles"] == [{"name": "owner", "title": "Owner"}]
    assert ["administer", "settings"] in me["permissions"]
    assert post(browser(workspace), "/setup", **owner).status_code == 404
    assert client.get("/api/v1/sign-in/options").json()["is_set_up"] is True


def test_a_second_set_up_link_makes_no_second_owner(workspace):
    add_person(workspace)
    token = link_of(workspace, "set_up")
    answer = post(browser(workspace), "/setup", token=token, email="b@c.de", display_name="B", password=PASSWORD)
    assert (answer.status_code, code_of(answer)) == (409, "conflict")


def test_a_person_signs_in_and_out(workspace):
    add_person(workspace)
    client = signed_in(workspace, "ANA@example.com")
    assert client.get("/api/v1/me").json()["name"] == "Ana"
    kept = dict(client.cookies)
    assert client.post("/api/v1/sign-out").status_code == 204
    assert not client.cookies
    client.cookies.update(kept)
    assert client.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ana@example.com", "wrong password here"),
        ("nobody@example.com", PASSWORD),
        ("not an address", PASSWORD),
        ("' or 1=1 --", "' or 1=1 --"),
        ("𝓪𝓷𝓪@example.com", PASSWORD),
        ("ana@example.com", ""),
    ],
)
def test_wrong_credentials_are_refused_in_the_same_words(workspace, email, password):
    add_person(workspace)
    answer = post(browser(workspace), "/sign-in", email=email, password=password)
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == "e-mail or password is not right"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("email", ["ana@example.com\x00", "nobody@example.com\x00", "ana@example.com\ud800"])
def test_what_is_no_text_is_refused_before_any_account_is_looked_for(workspace, email):
    add_person(workspace)
    content = json.dumps({"email": email, "password": PASSWORD})
    headers = {"Content-Type": "application/json"}
    answer = browser(workspace).post("/api/v1/sign-in", content=content, headers=headers)
    assert (answer.status_code, code_of(answer)) == (422, "invalid_input")
    assert answer.json()["error"]["field"] == "email"
    assert "set-cookie" not in answer.headers


def test_a_disabled_or_invited_account_looks_like_none(workspace):
    user = add_person(workspace)
    for state in ("disabled", "invited"):
        with workspace.database.write() as connection:
            connection.execute(
                sa.update(user_account).values(state=state).where(user_account.c.user_id == user.user_id)
            )
        answer = post(browser(workspace), "/sign-in", email=user.email, password=PASSWORD)
        assert answer.json()["error"]["message"] == "e-mail or password is not right"


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(workspace):
    add_person(workspace)
    answer = post(browser(workspace), "/sign-in", email="ana@example.com", password=PASSWORD)
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("onefold_session=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    secure = post(
        browser(workspace, base_url="https://localhost"), "/sign-in", email="ana@example.com", password=PASSWORD
    )
    cookie = secure.headers["set-cookie"].lower()
    assert cookie.startswith("__host-onefold_session=")
    assert "; secure" in cookie
    assert "domain=" not in cookie


@pytest.mark.parametrize("token", ["", "x", "a" * 5000, "é\u202e", "null", "../../etc", "%00", "' or ''='"])
def test_forged_cookies_are_nobodys(workspace, token):
    add_person(workspace)
    client = browser(workspace)
    answer = client.get("/api/v1/me", headers={"Cookie": f"onefold_session={token}".encode()})
    assert (answer.status_code, code_of(answer)) == (401, "not_signed_in")


def test_a_tampered_cookie_is_nobodys(workspace):
    add_person(workspace)
    client = signed_in(workspace)
    token = client.cookies["onefold_session"]
    client.cookies.clear()
    client.cookies.set("onefold_session", token[:-1] + ("A" if token[-1] != "A" else "B"))
    assert client.get("/api/v1/me").status_code == 401


def test_the_database_holds_no_token_that_signs_in(workspace):
    add_person(workspace)
    client = signed_in(workspace)
    token = client.cookies["onefold_session"]
    with workspace.database.read() as connection:
        row = connection.execute(sa.select(session)).one()
    assert token not in str(row)


@pytest.mark.parametrize(("column", "by"), [("last_seen_at", SessionLengths().idle), ("expires_at", timedelta())])
def test_sessions_end_when_idle_and_for_good(workspace, column, by):
    add_person(workspace)
    client = signed_in(workspace)
    age(workspace, session, column, by)
    assert client.get("/api/v1/me").status_code == 401


def test_sessions_last_as_long_as_the_settings_say_the_open_ones_too(workspace):
    add_person(workspace)
    client = signed_in(workspace)
    age(workspace, session, "last_seen_at", timedelta(minutes=31))
    assert client.get("/api/v1/me").status_code == 200
    with (workspace.path / "onefold.yaml").open("a", encoding="utf-8") as file:
        file.write("sessions:\n  idle_minutes: 30\n  longest_hours: 2\n")
    age(workspace, session, "last_seen_at", timedelta(minutes=31))
    assert client.get("/api/v1/me").status_code == 401
    client = signed_in(workspace)
    assert client.get("/api/v1/me").status_code == 200
    [mine] = client.get("/api/v1/sessions").json()["items"]
    lasts = datetime.fromisoformat(mine["expires_at"]) - datetime.fromisoformat(mine["created_at"])
    assert lasts == timedelta(hours=2)


def test_signing_in_never_keeps_a_token_that_the_browser_came_with(workspace):
    add_person(workspace)
    client = browser(workspace)
    client.cookies.set("onefold_session", "planted-by-somebody-else")
    post(client, "/sign-in", email="ana@example.com", password=PASSWORD)
    first = [cookie.value for cookie in client.cookies.jar if cookie.value != "planted-by-somebody-else"][-1]
    client.cookies.clear()
    client.cookies.set("onefold_session", first)
    post(client, "/sign-in", email="ana@example.com", password=PASSWORD)
    fresh = browser(workspace)
    fresh.cookies.set("onefold_session", first)
    assert fresh.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize("token", [None, "", "wrong", "é"])
def test_a_change_without_the_token_of_the_page_is_refused(workspace, token):
    add_person(workspace)
    client = signed_in(workspace)
    del client.headers["X-CSRF-Token"]
    headers = {} if token is None else {"X-CSRF-Token": token.encode()}
    answer = client.patch("/api/v1/me", json={"locale": {"language": "fa"}}, headers=headers)
    assert (answer.status_code, answer.json()["error"]["reason"]) == (403, "csrf")
    assert client.get("/api/v1/me").json()["locale"]["language"] is None


def test_the_page_token_of_another_session_is_refused(workspace):
    add_person(workspace)
    one, other = signed_in(workspace), signed_in(workspace)
    answer = one.patch("/api/v1/me", json={}, headers={"X-CSRF-Token": other.headers["X-CSRF-Token"]})
    assert answer.status_code == 403


def test_guessing_is_slowed_down_for_real_and_unknown_accounts_alike(workspace):
    add_person(workspace)
    waits = []
    for email in ("ana@example.com", "nobody@example.com"):
        client = browser(workspace)
        statuses = [post(client, "/sign-in", email=email, password="wrong guess").status_code for _ in range(6)]
        assert statuses == [401] * attempts.FREE_BY_ACCOUNT + [429]
        locked = post(client, "/sign-in", email=email, password=PASSWORD)
        waits.append(locked.headers["retry-after"])
        assert locked.status_code == 429
    assert waits[0] == waits[1]


def test_waits_grow_and_a_right_password_after_the_wait_ends_them(workspace, monkeypatch):
    add_person(workspace)
    client = browser(workspace)
    for _ in range(5):
        post(client, "/sign-in", email="ana@example.com", password="wrong guess")
    for expected in (1, 2, 4):
        locked = post(client, "/sign-in", email="ana@example.com", password="wrong guess")
        assert 0 < int(locked.headers["retry-after"]) <= expected + 1
        age(workspace, sign_in_attempt, "last_failed_at", timedelta(seconds=expected + 1))
        assert post(client, "/sign-in", email="ana@example.com", password="wrong guess").status_code == 401
    age(workspace, sign_in_attempt, "last_failed_at", timedelta(minutes=1))
    assert post(client, "/sign-in", email="ana@example.com", password=PASSWORD).status_code == 200
    assert post(browser(workspace), "/sign-in", email="ana@example.com", password="wrong guess").status_code == 401


def test_an_address_that_tries_many_accounts_must_wait(workspace, monkeypatch):
    monkeypatch.setattr(attempts, "FREE_BY_ADDRESS", 8)
    client = browser(workspace)
    statuses = [post(client, "/sign-in", email=f"u{n}@example.com", password="wrong").status_code for n in range(10)]
    assert statuses == [401] * 8 + [429] * 2


def test_many_guesses_at_once_gain_nothing(workspace):
    add_person(workspace)
    client = browser(workspace)
    with ThreadPoolExecutor(12) as pool:
        answers = list(
            pool.map(
                lambda n: post(client, "/sign-in", email="ana@example.com", password=f"guess {n}").status_code,
                range(30),
            )
        )
    assert set(answers) <= {401, 429}
    assert answers.count(401) <= attempts.FREE_BY_ACCOUNT + 1


def test_unknown_accounts_take_as_long_as_known_ones(workspace, monkeypatch):
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=2, memory_cost=32768, parallelism=1))
    monkeypatch.setattr(attempts, "FREE_BY_ACCOUNT", 1000)
    add_person(workspace)
    passwords.warm_up()
    client = browser(workspace)
    took = {"ana@example.com": [], "nobody@example.com": []}
    for _ in range(9):
        for email, times in took.items():
            began = time.perf_counter()
            post(client, "/sign-in", email=email, password="wrong guess")
            times.append(time.perf_counter() - began)
    known, unknown = (sorted(times)[2] for times in took.values())  # a low quartile: noise only adds
    assert 0.6 < known / unknown < 1.67


def test_passwords_are_hashed_again_when_the_parameters_grow(workspace, monkeypatch):
    user = add_person(workspace)
    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    monkeypatch.setattr(passwords, "HASHER", stronger)
    signed_in(workspace)
    with workspace.database.read() as connection:
        kept = connection.scalar(sa.select(user_account.c.password_hash).where(user_account.c.user_id == user.user_id))
    assert not stronger.check_needs_rehash(kept)
    signed_in(workspace)


def test_a_second_factor_is_asked_for_and_until_then_nothing_is_shown(workspace, monkeypatch):
    add_person(workspace)
    totp, _ = enrol(signed_in(workspace))
    client = browser(workspace)
    half = post(client, "/sign-in", email="ana@example.com", password=PASSWORD)
    assert half.json() == {"next": "second_factor"}
    assert client.get("/api/v1/me").status_code == 401
    before = client.cookies["onefold_session"]
    assert code_of(post(client, "/sign-in/second-factor", code="000000")) == "wrong_credentials"
    assert post(client, "/sign-in/second-factor", code=later_code(totp, monkeypatch)).json() == {"next": "done"}
    assert client.cookies["onefold_session"] != before
    assert client.get("/api/v1/me").json()["has_second_factor"] is True


def test_a_code_is_used_once(workspace, monkeypatch):
    add_person(workspace)
    totp, _ = enrol(signed_in(workspace))
    code = later_code(totp, monkeypatch)
    outcomes = []
    for _ in range(2):
        client = browser(workspace)
        post(client, "/sign-in", email="ana@example.com", password=PASSWORD)
        outcomes.append(post(client, "/sign-in/second-factor", code=code).status_code)
    assert outcomes == [200, 401]


def test_the_code_that_enrolled_does_not_sign_in(workspace):
    add_person(workspace)
    owner = signed_in(workspace)
    offer = post(owner, "/me/second-factor").json()
    code = pyotp.TOTP(offer["secret"]).now()
    assert post(owner, "/me/second-factor/confirm", enrolment=offer["enrolment"], code=code).status_code == 200
    client = browser(workspace)
    post(client, "/sign-in", email="ana@example.com", password=PASSWORD)
    assert post(client, "/sign-in/second-factor", code=code).status_code == 401


def test_the_same_code_from_two_browsers_at_once_signs_in_one(workspace, monkeypatch):
    add_person(workspace)
    totp, _ = enrol(signed_in(workspace))
    code = later_code(totp, monkeypatch)
    clients = [browser(workspace) for _ in range(4)]
    for client in clients:
        post(client, "/sign-in", email="ana@example.com", password=PASSWORD)
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda one: post(one, "/sign-in/second-factor", code=code).status_code, clients))
    assert outcomes.count(200) == 1
    assert set(outcomes) <= {200, 401, 429}


def test_a_recovery_code_stands_in_once_however_it_is_typed(workspace):
    add_person(workspace)
    _, codes = enrol(signed_in(workspace))
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    outcomes = []
    for typed in (codes[0].upper().replace("-", " "), codes[0], codes[1]):
        client = browser(workspace)
        post(client, "/sign-in", email="ana@example.com", password=PASSWORD)
        outcomes.append(post(client, "/sign-in/second-factor", code=typed).status_code)
    assert outcomes == [200, 401, 200]


def test_guessing_codes_locks_the_account(workspace):
    add_person(workspace)
    enrol(signed_in(workspace))
    client = browser(workspace)
    post(client, "/sign-in", email="ana@example.com", password=PASSWORD)
    statuses = [post(client, "/sign-in/second-factor", code=f"{n:06}").status_code for n in range(8)]
    assert 429 in statuses
    assert statuses.count(401) <= attempts.FREE_BY_ACCOUNT


def test_digits_of_any_script_are_digits(workspace, monkeypatch):
    add_person(workspace)
    totp, _ = enrol(signed_in(workspace))
    persian = later_code(totp, monkeypatch).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    client = browser(workspace)
    post(client, "/sign-in", email="ana@example.com", password=PASSWORD)
    assert post(client, "/sign-in/second-factor", code=persian).status_code == 200


def test_the_seed_is_sealed_in_the_database(workspace):
    add_person(workspace)
    totp, codes = enrol(signed_in(workspace))
    with workspace.database.read() as connection:
        kept = str(connection.execute(sa.select(user_account)).all())
    assert totp.secret not in kept
    assert not any(code in kept for code in codes)


def test_the_second_factor_is_removed_only_with_the_password(workspace):
    add_person(workspace)
    client = signed_in(workspace)
    enrol(client)
    assert post(client, "/me/second-factor/remove", password="wrong").status_code == 422
    assert post(client, "/me/second-factor/remove", password=PASSWORD).status_code == 204
    assert signed_in(workspace).get("/api/v1/me").json()["has_second_factor"] is False


def test_a_new_password_ends_all_other_sessions(workspace):
    add_person(workspace)
    one, other = signed_in(workspace), signed_in(workspace)
    assert post(one, "/me/password", current="wrong", new=NEW).status_code == 422
    assert post(one, "/me/password", current=PASSWORD, new="short").status_code == 422
    assert post(one, "/me/password", current=PASSWORD, new=NEW).status_code == 204
    assert one.get("/api/v1/me").status_code == 200
    assert other.get("/api/v1/me").status_code == 401
    signed_in(workspace, password=NEW)


def test_a_reset_link_works_once_ends_sessions_and_keeps_the_second_factor(workspace, monkeypatch):
    user = add_person(workspace)
    client = signed_in(workspace)
    enrol(client)
    token = link_of(workspace, "reset", user.user_id)
    stranger = browser(workspace)
    assert post(stranger, "/links/look-up", token=token).json()["email"] == "ana@example.com"
    assert post(stranger, "/password/reset", token=token, password="ana@example.com").status_code == 422
    assert post(stranger, "/password/reset", token=token, password=NEW).status_code == 204
    assert post(stranger, "/password/reset", token=token, password=NEW).status_code == 404
    assert client.get("/api/v1/me").status_code == 401
    assert post(stranger, "/sign-in", email="ana@example.com", password=NEW).json() == {"next": "second_factor"}


def test_a_link_used_by_two_at_once_serves_one(workspace):
    user = add_person(workspace)
    token = link_of(workspace, "reset", user.user_id)
    clients = [browser(workspace) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(
            pool.map(lambda one: post(one, "/password/reset", token=token, password=NEW).status_code, clients)
        )
    assert sorted(outcomes) == [204, 404, 404, 404]


def test_links_expire_and_do_not_stand_in_for_each_other(workspace):
    user = add_person(workspace)
    client = browser(workspace)
    token = link_of(workspace, "reset", user.user_id)
    assert post(client, "/invitations/accept", token=token, password=NEW).status_code == 404
    set_up_body = {"token": token, "email": "a@b.cd", "display_name": "A", "password": NEW}
    assert post(client, "/setup", **set_up_body).status_code == 404
    from onefold.access.accounts.tables import one_time_token

    age(workspace, one_time_token, "expires_at", timedelta())
    assert post(client, "/password/reset", token=token, password=NEW).status_code == 404


def test_a_newer_link_makes_the_older_void(workspace):
    user = add_person(workspace)
    older, newer = link_of(workspace, "reset", user.user_id), link_of(workspace, "reset", user.user_id)
    assert post(browser(workspace), "/links/look-up", token=older).status_code == 404
    assert post(browser(workspace), "/links/look-up", token=newer).status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"email": 1}', b'{"email": "\\ud800", "password": "x"}', b"\xff\xfe"]
)
def test_broken_bodies_are_refused_in_the_one_shape(workspace, body):
    answer = browser(workspace).post("/api/v1/sign-in", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 401, 422}
    assert set(answer.json()["error"]) >= {"code", "message", "hint", "is_transient"}


def test_what_was_typed_as_a_password_is_never_said_back(workspace):
    answer = browser(workspace).post("/api/v1/sign-in", json={"email": "a@b.cd", "password": ["hunter2hunter2"]})
    assert answer.status_code == 422
    assert "hunter2" not in answer.text
