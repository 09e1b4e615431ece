"""What a person sets stands on top of what was learned: it does what it says, and taking it back undoes it."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any, get_args

import numpy as np
import pytest
from made_up_people import groups, population, table

from onefold.errors import InvalidInput
from onefold.identity import Tuning, resolve_records
from onefold.identity.cluster import LINK_AT
from onefold.identity.fields import FIELDS
from onefold.settings import LINK_AT as SAID_LINK_AT
from onefold.settings import Evidence, IdentitySettings, Settings, SourceSettings, changed_identity, parse_settings

SOURCES = ("crm", "shop", "desk")


def people(count: int = 80) -> list[dict[str, Any]]:
    """Records of three sources, one in four of them thin; every person is twice in the CRM."""
    rows, whose = population(count)
    named = []
    for number, row in enumerate(rows):
        source = SOURCES[max(number % 3 - 1, 0)]
        thin = {"emails": None, "phones": None, "birth_date": None} if number % 4 == 3 else {}
        named.append(row | thin | {"subject_id": f"{source}.people:{whose[number]}-{row['subject_id']}"})
    return named


ROWS = people()


def tuned(**settings: Any) -> Tuning:
    return Tuning.of(IdentitySettings.model_validate(settings))


def found(rows: list[dict[str, Any]] = ROWS, **settings: Any) -> set[frozenset[str]]:
    return groups(resolve_records(table(rows), tuning=tuned(**settings)).clusters)


def pairs(clusters: set[frozenset[str]]) -> set[tuple[str, str]]:
    return {pair for group in clusters for pair in combinations(sorted(group), 2)}


def source_of(subject: str) -> str:
    return subject.partition(".")[0]


def test_settings_name_the_evidence_that_is_compared():
    assert get_args(Evidence) == tuple(field.name for field in FIELDS)
    assert pytest.approx(SAID_LINK_AT, abs=0.005) == 1 / (1 + np.exp(-LINK_AT))


def test_nothing_set_changes_nothing():
    plain = groups(resolve_records(table(ROWS)).clusters)
    assert found() == plain
    assert Tuning.of(IdentitySettings()).is_default
    assert found(weights={"phone": 1}, trusted_sources={}) == plain


def test_a_higher_threshold_only_parts():
    before = pairs(found())
    higher = pairs(found(link_at=0.9999))
    assert higher < before


def test_what_is_ignored_is_not_heard():
    rows = [dict(row) | {"phones": ["+49301"]} if n < 6 else dict(row) for n, row in enumerate(ROWS)]
    without = [dict(row) | {"phones": None} for row in rows]
    matches = resolve_records(table(rows), tuning=tuned(weights={"phone": "ignore"})).matches
    assert not any('"phone"' in text for text in matches["evidence"].to_pylist())
    quiet = pairs(found(rows, weights={"phone": "ignore"}))
    assert len(quiet ^ pairs(found(without))) < len(quiet) * 0.1, "as if nobody had told a phone, but for candidates"


def test_a_weight_that_is_multiplied_shows_in_the_evidence_and_the_sum():
    plain = resolve_records(table(ROWS)).matches.to_pylist()
    double = resolve_records(table(ROWS), tuning=tuned(weights={"email": 2})).matches.to_pylist()
    weighed = {(row["subject_a"], row["subject_b"]): parts(row) for row in double}
    compared = 0
    for row in plain:
        before, after = parts(row), weighed.get((row["subject_a"], row["subject_b"]))
        if after and "email" in before:
            assert after["email"] == pytest.approx(2 * before["email"], abs=0.2)
            compared += 1
    assert compared > 20
    for row in double:
        assert sum(parts(row).values()) == pytest.approx(row["weight"], abs=0.7)


def parts(row: dict[str, Any]) -> dict[str, float]:
    return {name: bits for name, (_agreement, bits) in json.loads(row["evidence"]).items()}


def test_two_records_of_a_source_that_holds_everybody_once_are_never_one():
    before = pairs(found())
    source = next(source_of(a) for a, b in sorted(before) if source_of(a) == source_of(b))
    after = found(unique_sources=[source])
    assert not any(source_of(a) == source_of(b) == source for a, b in pairs(after))
    assert any(source_of(a) == source != source_of(b) for a, b in pairs(after))


def test_what_never_differs_forbids_whatever_else_agrees():
    whole = next(row for row in ROWS if row["emails"] and row["phones"] and row["birth_date"])
    twin = whole | {"subject_id": "twin.people:1", "birth_date": "1911-11-11"}
    together = tuple(sorted((str(whole["subject_id"]), "twin.people:1")))
    assert together in pairs(found([*ROWS, twin]))
    assert together not in pairs(found([*ROWS, twin], never_across=["birth_date"]))


def test_trust_counts_identifiers_of_a_source_more_and_others_as_they_were():
    plain = {(r["subject_a"], r["subject_b"]): parts(r) for r in resolve_records(table(ROWS)).matches.to_pylist()}
    source = source_of(min(plain)[0])
    again = resolve_records(table(ROWS), tuning=tuned(trusted_sources={source: 2})).matches.to_pylist()
    seen = set()
    for row in again:
        pair = (row["subject_a"], row["subject_b"])
        if pair not in plain or "email" not in plain[pair]:
            continue
        trusted = sum(source_of(name) == source for name in pair)
        assert parts(row)["email"] == pytest.approx(plain[pair]["email"] * 2**trusted, abs=0.3)
        seen.add(trusted)
    assert {0, 1} <= seen or {1, 2} <= seen


def test_the_order_of_settings_does_not_matter_and_another_setting_is_another_tuning():
    one = tuned(weights={"phone": 0.5, "email": 2}, never_across=["birth_date", "national_id"])
    same = tuned(weights={"email": 2.0, "phone": 0.5}, never_across=["national_id", "birth_date"])
    assert (one, one.fingerprint) == (same, same.fingerprint)
    assert one.fingerprint != tuned(weights={"phone": 0.5}).fingerprint != ""
    assert tuned(weights={"phone": 0}) == tuned(weights={"phone": "ignore"})


@pytest.mark.parametrize(
    ("identity", "named"),
    [
        ({"link_at": 1}, "identity.link_at"),
        ({"weights": {"fax": 2}}, "given_name"),
        ({"weights": {"phone": -1}}, "identity.weights.phone"),
        ({"unique_sources": ["nowhere"]}, "no source 'nowhere' is connected"),
        ({"trusted_sources": {"nowhere.people": 2}}, "no source 'nowhere' is connected"),
        ({"never_across": ["shoe"]}, "identity.never_across"),
        ({"threshold": 0.5}, "identity.threshold"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_name(identity, named):
    with pytest.raises(InvalidInput, match=named.replace(".", r"\.")):
        parse_settings({"identity": identity, "sources": {"crm": {"location": "x.csv"}}}, origin="onefold.yaml")


def test_what_is_left_out_of_a_change_stays_and_null_is_as_learned():
    settings = Settings(
        sources={"crm": SourceSettings(location="x.csv")},
        identity=IdentitySettings(link_at=0.7, unique_sources=["crm"]),
    )
    changed = changed_identity(settings, {"link_at": None, "weights": {"phone": 2}})
    assert (changed.link_at, changed.weights, changed.unique_sources) == (None, {"phone": 2}, ["crm"])
    with pytest.raises(InvalidInput, match="already"):
        changed_identity(settings, {"link_at": 0.7})
