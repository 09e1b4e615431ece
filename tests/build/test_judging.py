"""A build says how sure one may be of each customer, and draws the pairs by which people measure its map."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from tests.build.test_steward import ACCESS, PEOPLE, Company, company, crm  # noqa: F401 - a fixture

from onefold.build.labelling import label_pair
from onefold.build.steward import decide
from onefold.identity.quality import measure_quality, next_pairs
from onefold.identity.tables import identity_label, quality_pair
from onefold.kernel import utc_now
from onefold.profiles import get_card
from onefold.profiles.tables import profile_summary

GIVEN = ("Ines", "Jorge", "Katia", "Lars", "Mona", "Nils", "Olga", "Piet", "Rosa", "Sven")


def crowd(at: Company) -> None:
    """Forty people, most of them in both systems."""
    for number in range(40):
        name = f"{GIVEN[number % 10]},Fam{number * 7:03d}ery"
        born = f"19{50 + number}-0{number % 9 + 1}-1{number % 8}"
        at.people["crm"][str(100 + number)] = f"{name},p{number}@mail{number}.example,+3461000{number:04d},{born}"
        at.people["shop"][str(100 + number)] = f"{name},,+3461000{number:04d},{born if number % 3 else ''}"


def sure(at: Company) -> dict[str, tuple[float | None, ...]]:
    with at.open() as workspace, workspace.database.read() as connection:
        columns = ("identity_confidence", "identity_is_one", "identity_is_whole")
        rows = connection.execute(sa.select(profile_summary.c.customer_id, *(profile_summary.c[c] for c in columns)))
        return {row[0]: tuple(row[1:]) for row in rows}


def label_all(at: Company, truth: Any) -> int:
    """Answer every pair that is asked about."""
    count = 0
    with at.open() as workspace, workspace.database.write() as connection:
        for pair in next_pairs(connection, 1000):
            answer = "same" if truth(pair.subject_a, pair.subject_b) else "different"
            label_pair(connection, ACCESS, pair.subject_a, pair.subject_b, answer, utc_now())
            count += 1
    return count


def measured(at: Company) -> Any:
    with at.open() as workspace, workspace.database.read() as connection:
        return measure_quality(connection)


def is_same(a: str, b: str) -> bool:
    return a.partition(":")[2] == b.partition(":")[2]


def test_a_build_says_how_sure_one_may_be_and_a_decision_makes_it_sure_at_once(company):  # noqa: F811
    company.people["shop"] = {"9": PEOPLE["1"]}
    owners = company.build()
    said = sure(company)
    assert set(said) == set(owners.values())
    for confidence, is_one, is_whole in said.values():
        assert 0 < confidence <= min(is_one, is_whole) + 0.001 <= 1.001
    alone = said[owners[crm(2)]]
    assert alone[1] == 1.0, "one record is one customer"
    with company.open() as workspace, workspace.database.read() as connection:
        card = get_card(connection, ACCESS, owners[crm(1)])
    assert card.identity is not None
    assert card.identity.confidence == said[owners[crm(1)]][0]
    before = company.owners()
    company.do(decide, "same", [crm(1)], [crm(2)], "her maiden name")
    after = sure(company)
    united = company.owners()[crm(1)]
    assert after[united][1] > 0.9, "what people decided is known"
    company.build()
    assert sure(company)[united] == after[united], "the next build judges alike"
    assert before != company.owners()


def test_an_unchanged_build_draws_and_judges_nothing_anew(company):  # noqa: F811
    company.people["shop"] = {"9": PEOPLE["1"]}
    company.build()
    seen = company.seen(), sure(company)
    company.build()
    assert (company.seen(), sure(company)) == seen


def test_labels_measure_the_map_and_bind_nothing(company):  # noqa: F811
    crowd(company)
    owners = company.build()
    assert measured(company).estimate is None
    count = label_all(company, is_same)
    found = measured(company)
    assert found.labelled == count >= 20
    assert found.estimate.precision.low <= 1.0 == found.estimate.precision.high
    assert found.contradictions == ()
    assert company.build() == owners
    assert [past.build_no for past in measured(company).history] == [2]


def test_labels_of_records_that_changed_do_not_count_until_they_change_back(company):  # noqa: F811
    crowd(company)
    company.build()
    label_all(company, is_same)
    before = measured(company).labelled
    facts = company.people["crm"]["101"]
    company.people["crm"]["101"] = facts.replace("Jorge", "Georg")
    company.build()
    found = measured(company)
    assert found.stale > 0
    assert found.labelled == before - found.stale
    company.people["crm"]["101"] = facts
    company.build()
    assert (measured(company).stale, measured(company).labelled) == (0, before)


def test_a_pair_that_was_labelled_is_not_asked_about_again(company):  # noqa: F811
    crowd(company)
    company.build()
    with company.open() as workspace, workspace.database.write() as connection:
        (first,) = next_pairs(connection, 1)
        made = label_pair(connection, ACCESS, first.subject_b, first.subject_a, "unsure", utc_now())
        assert (made.subject_a, made.subject_b, made.stratum) == (first.subject_a, first.subject_b, first.stratum)
        assert next_pairs(connection, 1)[0] != first
        again = label_pair(connection, ACCESS, first.subject_a, first.subject_b, "same", utc_now())
        kept = connection.execute(sa.select(identity_label.c.label_id).where(identity_label.c.withdrawn_at.is_(None)))
        assert kept.scalars().all() == [again.label_id]
        assert connection.execute(sa.select(sa.func.count()).select_from(quality_pair)).scalar_one() > 20


def test_a_wrong_pair_in_a_customer_is_named_among_the_contradictions(company):  # noqa: F811
    company.people["shop"] = {"9": PEOPLE["1"]}
    company.build()
    with company.open() as workspace, workspace.database.write() as connection:
        made = label_pair(connection, ACCESS, crm(1), "shop.shop:9", "different", utc_now())
    assert [one.label_id for one in measured(company).contradictions] == [made.label_id]
    company.do(decide, "different", [crm(1)], ["shop.shop:9"], "as labelled")
    assert measured(company).contradictions == ()
