"""Who belongs to which organisation, told with made-up companies."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from tests.identity.levels.town import NOW, organisation, person, settle

from onefold.catalog import Column, Join, Meaning, Role, Table
from onefold.engines import Engine
from onefold.identity.levels import write_keys
from onefold.identity.tables import organisation_link, organisation_member
from onefold.records.companies import company_words
from onefold.storage import AppDatabase


@pytest.fixture
def database(tmp_path):
    opened = AppDatabase.open(f"sqlite:///{tmp_path / 'app.db'}")
    yield opened
    opened.close()


@pytest.fixture
def work(database):
    """Runs the rules and tells who belongs where, and how it is said."""

    def run(*rows, keys=()):
        plan = settle(database, rows, keys)
        return {
            (row["customer_id"].strip(), row["organisation_id"]): [one["kind"] for one in json.loads(row["reasons"])]
            for row in plan.memberships.to_pylist()
        }

    return run


def test_a_company_name_without_its_legal_form_says_where_somebody_belongs(work):
    import polars as pl

    written = company_words(pl.Series(["Acme Tools GmbH", "ACME TOOLS"])).to_list()
    rows = [organisation("Acme Tools GmbH", company=written[0]) | {"customer": "acme"}]
    assert work(*rows, person("Ana Puig", company=written[1])) == {("Ana Puig", "acme"): ["name"]}


def test_subsidiaries_of_one_name_stay_apart_by_country_and_nobody_is_guessed(work):
    rows = [
        organisation("Acme") | {"customer": "acme de", "country": "DE"},
        organisation("Acme") | {"customer": "acme es", "country": "ES"},
        person("Ana Puig", company="acme", country="ES"),
        person("Bernd Kohl", company="acme", country="DE"),
        person("Carla Mas", company="acme"),
        person("Dan Low", company="acme", country="GB"),
    ]
    assert work(*rows) == {("Ana Puig", "acme es"): ["name"], ("Bernd Kohl", "acme de"): ["name"]}


def test_a_domain_that_one_organisation_claims_is_its_own(work):
    rows = [organisation("Acme", domain="acme.example"), person("Ana Puig", email="ana@acme.example")]
    assert work(*rows) == {("Ana Puig ana@acme.example", "Acme"): ["domain"]}


def test_a_domain_is_learned_from_most_of_its_people(work):
    rows = [
        organisation("Acme"),
        person("Ana Puig", company="acme", email="a@acme-mail.example"),
        person("Bernat Mas", company="acme", email="b@acme-mail.example"),
        person("Carla Low", email="c@acme-mail.example"),
    ]
    assert work(*rows)[("Carla Low c@acme-mail.example", "Acme")] == ["domain"]


def test_public_providers_belong_to_nobody_though_an_organisation_writes_from_there(work):
    rows = [organisation("Acme", email="acme@gmail.com"), person("Ana Puig", email="ana@gmail.com")]
    assert work(*rows) == {}
    crowd = [person(f"Some Body{chr(97 + n % 26)}{chr(97 + n // 26)}", email=f"s{n}@big.example") for n in range(40)]
    assert work(organisation("Acme", domain="big.example"), *crowd) == {}


def test_a_domain_that_two_organisations_claim_belongs_to_neither(work):
    rows = [
        organisation("Acme", domain="group.example"),
        organisation("Bolt", domain="group.example"),
        person("Ana Puig", email="ana@group.example"),
    ]
    assert work(*rows) == {}


def test_a_key_says_it_and_several_ways_count_together(work, database):
    rows = [organisation("Acme"), person("Ana Puig", company="acme", job_title="Buyer"), person("Bo Low")]
    assert work(*rows, keys=[(1, 0, "member"), (2, 0, "member")]) == {
        ("Ana Puig", "Acme"): ["key", "name"],
        ("Bo Low", "Acme"): ["key"],
    }
    with database.read() as connection:
        ana = connection.execute(sa.select(organisation_member).order_by("customer_id")).first()
    assert (ana.role, ana.subject_id, ana.is_main, ana.strength) == ("Buyer", "crm.people:1", True, 0.997)
    assert ana.since.year == 2024
    assert ana.until is None


def test_who_no_record_names_any_more_belonged_until_then_and_may_come_back(database):
    rows = [organisation("Acme"), person("Ana Puig", company="acme", customer="ana")]
    left = [rows[0], person("Ana Puig", customer="ana")]
    later = NOW + timedelta(days=9)

    def row():
        with database.read() as connection:
            return connection.execute(sa.select(organisation_member)).one()

    settle(database, rows)
    settle(database, left, now=later)
    assert (row().until.date(), row().is_main) == (later.date(), False)
    settle(database, left, now=later + timedelta(days=1))
    assert row().until.date() == later.date()
    settle(database, rows, now=later + timedelta(days=2))
    assert (row().until, row().is_main) == (None, True)


def test_organisations_are_linked_only_where_a_record_says_so(database):
    rows = [organisation("Acme"), organisation("Acme Iberia"), organisation("Bolt")]
    settle(database, rows)
    with database.read() as connection:
        assert connection.execute(sa.select(organisation_link)).all() == []
    settle(database, rows, [(1, 0, "parent")])
    settle(database, rows, [], now=NOW + timedelta(days=1))
    with database.read() as connection:
        link = connection.execute(sa.select(organisation_link)).one()
    assert (link.organisation_id, link.other_id, link.kind) == ("Acme Iberia", "Acme", "parent")
    assert link.until is not None


def test_a_column_that_speaks_of_a_parent_and_holds_keys_of_its_own_table_links_organisations():
    columns = tuple(
        Column(name, Meaning.OTHER, 1.0, "") for name in ("id", "parent account", "parent code", "account manager")
    )
    table = Table("crm", "accounts", Role.ORGANISATIONS, 1.0, "", ("id",), 3, columns)
    engine = Engine.open()
    engine.execute("create schema landed")
    engine.execute(
        """create table landed."crm.accounts" as
        select * from (values ('A', 'A', '', 'x1', 'B', null), ('B', 'B', 'A', 'x2', 'B', null))
            v(_key, id, "parent account", "parent code", "account manager", _to_build)"""
    )
    write_keys(engine, [table])
    assert engine.rows("select * from main.organisation_key") == [("crm.accounts:B", "crm.accounts:A", "parent")]
    engine.close()


def test_keys_are_found_along_the_joins_of_the_catalogue_but_names_are_no_keys():
    def table(name, role, joins, *columns):
        found = tuple(Column(column, meaning, 1.0, "") for column, meaning in columns)
        return Table("crm", name, role, 1.0, "", ("id",), 2, found, joins)

    def join(column, target, to="id"):
        return Join(column, "crm", target, to, 1.0, 1.0, "")

    by_name = (("company", Meaning.COMPANY), ("account", Meaning.FOREIGN_KEY))
    tables = [
        table("contacts", Role.PEOPLE, (join("account", "accounts"), join("company", "accounts", "name")), *by_name),
        table("accounts", Role.ORGANISATIONS, (join("parent_account", "accounts"),)),
    ]
    engine = Engine.open()
    engine.execute("create schema landed")
    engine.execute(
        """create table landed."crm.contacts" as
        select * from (values ('1', 'A', 'b', null), ('2', 'Z', 'a', null)) v(_key, account, company, _to_build)"""
    )
    engine.execute(
        """create table landed."crm.accounts" as
        select * from (values ('A', 'A', 'a', null, null), ('B', 'B', 'b', 'A', null))
            v(_key, id, name, parent_account, _to_build)"""
    )
    write_keys(engine, tables)
    assert sorted(engine.rows("select * from main.organisation_key")) == [
        ("crm.accounts:B", "crm.accounts:A", "parent"),
        ("crm.contacts:1", "crm.accounts:A", "member"),
    ]
    engine.close()
