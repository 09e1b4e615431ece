"""``onefold.yaml`` belongs to the person who edits it."""

from __future__ import annotations

import psycopg


def test_commands_keep_a_persons_comments_and_order(onefold, workspace, company):
    path = workspace / "onefold.yaml"
    text = path.read_text().replace("  crm:\n", "  # asked for by Sales\n  crm:\n    # exported every night\n")
    path.write_text(text)
    onefold("connect", "crm", company / "crm_contacts.csv", "--owner", "Ines", folder=workspace)
    onefold("build", folder=workspace)
    onefold("mapping", "set", "crm.crm_contacts.mobile", "phone", folder=workspace)
    kept = path.read_text()
    assert "# asked for by Sales" in kept
    assert "# exported every night" in kept
    assert kept.index("crm:") < kept.index("shop:") < kept.index("desk:")
    assert "owner: Ines" in kept


def test_a_password_comes_from_the_secrets_file_and_stays_there(onefold, workspace, postgres_url):
    with psycopg.connect(postgres_url, autocommit=True) as club:
        club.execute("create table members (id int primary key, name text, email text)")
    password = postgres_url.partition("//")[2].partition("@")[0].partition(":")[2]
    assert password
    with (workspace / "secrets").open("a", encoding="utf-8") as file:
        file.write(f"CLUB_PASSWORD={password}\n")
    onefold("connect", "club", postgres_url.replace(password, "${CLUB_PASSWORD}"), folder=workspace)
    assert onefold("build", folder=workspace).out
    assert password not in (workspace / "onefold.yaml").read_text()
    assert (workspace / "secrets").stat().st_mode & 0o077 == 0
    failed = onefold("connect", "club", "postgresql://a:${NO_SUCH}@127.0.0.1/x", folder=workspace, code=2)
    assert "NO_SUCH" in failed.err
