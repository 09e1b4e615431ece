"""Which value a profile shows, and what it says about the others."""

from __future__ import annotations

import sqlalchemy as sa

from onefold.catalog.model import Meaning
from onefold.profiles.rules import ATTRIBUTE_RULES
from onefold.profiles.tables import profile


def test_every_value_names_its_origin_its_rule_and_the_values_that_lost(bench, ana):
    bench.build(ana)
    birth_date = bench.profile_of("crm.people:1").attributes["birth_date"]

    assert birth_date == {
        "value": "1980-04-02",
        "source": "shop",
        "record_key": "a|7",
        "observed_at": "2025-01-01",
        "table": "users",
        "column": "birth_date",
        "rule": "most_precise",
        "others": [
            {
                "value": "1980",
                "source": "desk",
                "table": "users",
                "record_key": "z",
                "column": "birth_date",
                "why_lost": "most_precise",
                "systems": ["desk"],
            },
        ],
        "systems": ["shop"],
    }


def test_role_mailboxes_stand_behind_personal_ones_and_all_are_kept(bench, ana):
    bench.build(ana)
    email = bench.profile_of("crm.people:1").attributes["email"]

    assert email["value"] == "ana@x.com"
    assert email["records"] == 2
    assert email["values"] == ["ana@x.com", "info@y.com", "sales@x.com"]
    assert {other["why_lost"] for other in email["others"]} == {"personal"}


def test_halves_of_a_name_come_from_one_record(bench, company):
    company.record("a.t:1", "c", updated="2025-01-01", given_name="Maria", family_name="Puig")
    company.record("b.t:1", "c", updated="2020-01-01", given_name="Marta", family_name="Serra")
    company.record("b.t:2", "c", updated="2020-01-01", given_name="Marta", family_name="Serra", middle_name="Rosa")
    company.record("d.t:1", "c", updated="2026-01-01", given_name="M", family_name="Puig", middle_name="Eva")
    bench.build(company)
    attributes = bench.profile_of("a.t:1").attributes

    assert [attributes[part]["value"] for part in ("given_name", "middle_name", "family_name")] == [
        "Marta", "Rosa", "Serra",
    ]  # fmt: skip
    reasons = {other["value"]: other["why_lost"] for other in attributes["given_name"]["others"]}
    assert reasons == {"Maria": "most_frequent", "M": "most_complete"}


def test_a_part_that_only_a_contradicting_record_holds_stays_out(bench, company):
    company.record("a.t:1", "c", updated="2025-01-01", street="Calle Mayor 1", city="Madrid")
    company.record("b.t:1", "c", updated="2024-01-01", city="Paris", country="FR")
    bench.build(company)

    assert "country" not in bench.profile_of("a.t:1").attributes


def test_a_part_that_a_record_without_contradiction_holds_completes_the_address(bench, company):
    company.record("a.t:1", "c", updated="2025-01-01", street="Calle Mayor 1", city="Madrid")
    company.record("b.t:1", "c", updated="2024-01-01", city="Paris", country="FR")
    company.record("d.t:1", "c", updated="2020-01-01", country="ES")
    bench.build(company)
    country = bench.profile_of("a.t:1").attributes["country"]

    assert country["value"] == "ES"
    assert country["others"][0]["why_lost"] == "same_record"


def test_the_better_written_form_of_equal_values_is_shown(bench, company):
    company.record("a.t:1", "c", updated="2025-01-01", company="ACME FOODS")
    company.record("b.t:1", "c", updated="2020-01-01", company="Acme Foods")
    bench.build(company)
    shown = bench.profile_of("a.t:1").attributes["company"]

    assert (shown["value"], shown["records"], shown["rule"]) == ("Acme Foods", 2, "only_value")


def test_the_newest_status_wins_and_a_trusted_source_decides_between_equals(bench, company):
    company.record("a.t:1", "c", updated="2020-01-01", status="lead", gender="female")
    company.record("b.t:1", "c", updated="2025-01-01", status="active", gender="male")
    bench.build(company, a=1)
    attributes = bench.profile_of("a.t:1").attributes

    assert (attributes["status"]["value"], attributes["status"]["rule"]) == ("active", "newest")
    assert (attributes["gender"]["value"], attributes["gender"]["rule"]) == ("female", "source_priority")


def test_a_verified_phone_stands_before_a_newer_one(bench, company):
    company.record("a.t:1", "c", updated="2020-01-01", phone="+34600000001", flag__phone_verified="yes")
    company.record("b.t:1", "c", updated="2025-01-01", phone="+34600000002", flag__phone_verified="no")
    bench.build(company)
    phone = bench.profile_of("a.t:1").attributes["phone"]

    assert (phone["value"], phone["rule"]) == ("+34600000001", "verified")


def test_columns_that_say_different_things_stay_apart(bench, company):
    company.record("a.t:1", "c", category__industry="Food", category__segment="SMB")
    bench.build(company)
    attributes = bench.profile_of("a.t:1").attributes

    assert attributes["category:industry"]["value"] == "Food"
    assert attributes["category:segment"]["value"] == "SMB"


def test_the_raw_value_is_kept_where_it_differs_and_long_text_is_cut(bench, company):
    company.record("a.t:1", "c", language="ca", text__notes="x" * 5000)
    company.values[0]["raw"] = "Català"
    bench.build(company)
    attributes = bench.profile_of("a.t:1").attributes

    assert attributes["language"]["raw"] == "Català"
    assert len(attributes["text:notes"]["value"]) == 1000


def test_absent_values_are_no_values(bench, company):
    company.record("a.t:1", "c", phone="+34600000001", language="ca")
    company.values[0] |= {"value": None, "compare_value": None, "absence": "placeholder"}
    bench.build(company)

    assert "phone" not in bench.profile_of("a.t:1").attributes


def test_quotes_backslashes_and_control_characters_survive_as_json(bench, company):
    nasty = 'Ana "\\" \n\t</script> 张偉 محمد'
    company.record("a.t:1", "c", full_name=nasty, status='a"b')
    bench.build(company)

    assert bench.profile_of("a.t:1").attributes["full_name"]["value"] == nasty
    assert bench.profile_of("a.t:1").display_name == nasty


def test_many_values_are_listed_up_to_twenty_and_counted_beyond(bench, company):
    for number in range(30):
        company.record(f"a.t:{number:02}", "c", updated=f"2020-01-{number % 28 + 1:02}", email=f"e{number}@x.com")
    bench.build(company)
    email = bench.profile_of("a.t:00").attributes["email"]

    assert len(email["others"]) == 20
    assert email["more"] == 9


def test_the_order_of_rows_never_matters(bench, ana):
    bench.build(ana)
    first = bench.everything()
    ana.records.reverse()
    ana.values.reverse()
    ana.events.reverse()
    with bench.database.write() as connection:
        connection.execute(sa.delete(profile))
    bench.build(ana)

    assert bench.everything() == first


def test_every_meaning_of_a_customers_column_has_a_rule():
    no_attributes = {Meaning.RECORD_KEY, Meaning.FOREIGN_KEY, Meaning.JSON, Meaning.EMPTY}

    assert set(ATTRIBUTE_RULES) == set(Meaning) - no_attributes


def test_a_fuller_name_that_the_others_agree_with_is_shown(bench, company):
    company.record("a.t:1", "c", given_name="Àngels", family_name="Fontanals", updated="2025-01-01")
    company.record("b.t:1", "c", given_name="Àngels", family_name="Fontanals", updated="2025-02-01")
    company.record("c.t:1", "c", given_name="Àngels", family_name="Fontanals Bonet", updated="2019-01-01")
    bench.build(company)
    assert bench.profile_of("a.t:1").display_name == "Àngels Fontanals Bonet"


def test_a_longer_name_that_nobody_agrees_with_is_not_shown(bench, company):
    company.record("a.t:1", "c", given_name="Maria", family_name="Lopez", updated="2025-01-01")
    company.record("b.t:1", "c", given_name="Maria", family_name="Lopez", updated="2025-02-01")
    company.record("c.t:1", "c", given_name="Mary Ann", family_name="Lopes Costa", updated="2025-03-01")
    bench.build(company)
    assert bench.profile_of("a.t:1").display_name == "Maria Lopez"
