"""Databases as sources, and many sources at once, through the command line."""

from __future__ import annotations

import psycopg
from tests.stories.conftest import PEOPLE, write_csv


def test_a_database_is_connected_built_and_read_again_for_what_changed(onefold, workspace, postgres_url):
    with psycopg.connect(postgres_url, autocommit=True) as shop:
        shop.execute(
            "create table members"
            " (id serial primary key, name text, email text, phone text, updated_at timestamptz not null)"
        )
        shop.execute(
            "create table visits (id serial primary key, member_id int references members (id), at timestamptz)"
        )
        for given, family, email, phone, *_ in PEOPLE:
            shop.execute(
                "insert into members (name, email, phone, updated_at) values (%s, %s, %s, '2025-01-01')",
                [f"{given} {family}", email, phone],
            )
        shop.execute(
            "insert into visits (member_id, at) select 1 + n %% 8, '2025-02-01' from generate_series(1, 40) n", []
        )
        onefold("connect", "club", postgres_url, folder=workspace)
        onefold("build", folder=workspace)
        card = onefold("customer", "club.members:1", "--json", folder=workspace).json
        assert {"club", "crm"} <= {record["source"] for record in card["records"]}
        shop.execute("update members set email = 'ana.club@mail.example', updated_at = now() where id = 1")
        shop.execute("delete from visits where id = 40")
        done = onefold("build", "--json", folder=workspace).json
        changes = {
            t["table"]: (t["inserted"], t["updated"], t["deleted"]) for t in done["tables"] if t["source"] == "club"
        }
        assert changes == {"members": (0, 1, 0), "visits": (0, 0, 1)}
        again = onefold("customer", "ana.club@mail.example", "--json", folder=workspace).json
        assert again["customer_id"] == card["customer_id"]


def test_a_wrong_password_is_said_and_never_shown(onefold, workspace, postgres_url):
    wrong = "postgresql://postgres:s3cret-pass@127.0.0.1:1/nothing"
    failed = onefold("connect", "club", wrong, folder=workspace, code=5)
    assert "s3cret-pass" not in failed.err + failed.out
    assert "club" in failed.err
    onefold("connect", "club", wrong, "--no-check", folder=workspace)
    failed = onefold("build", folder=workspace, code=5)
    assert "s3cret-pass" not in failed.err + failed.out
    assert onefold("customer", "crm:C-001", "--json", folder=workspace).json, "the other sources are up to date"


def test_twenty_five_sources_build_and_say_when_they_were_read(onefold, tmp_path):
    onefold("init", "wide")
    folder = tmp_path / "wide"
    for number in range(25):
        rows = [[f"K{number}-{n}", f"{given} {family}", email] for n, (given, family, email, *_) in enumerate(PEOPLE)]
        path = write_csv(tmp_path / f"system{number}.csv", ["id", "name", "email"], rows)
        onefold("connect", f"system{number}", path, "--no-check", folder=folder)
    onefold("build", folder=folder)
    listed = onefold("sources", "--json", folder=folder).json
    assert len(listed) == 25
    assert all(entry["last_read"] for entry in listed)
    report = onefold("report", "--json", folder=folder).json
    assert (report["records"], report["customers"]) == (200, 8)
