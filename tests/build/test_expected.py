"""What settings that are asked about would do to precision and recall, by the model's word and by people's."""

from __future__ import annotations

import pyarrow as pa
import pytest
import sqlalchemy as sa

from onefold.build.expected import Range, expect
from onefold.identity.estimating import FEWEST
from onefold.identity.labels import Person, keep_label
from onefold.identity.model import CLUSTER
from onefold.identity.tables import quality_pair, quality_stratum
from onefold.kernel import utc_now

LINK = pa.schema([("subject_a", pa.string()), ("subject_b", pa.string()), ("probability", pa.float32())])


def resolution(groups, links):
    """``groups`` of subjects, and links with their probabilities."""
    rows = sorted((subject, number) for number, group in enumerate(groups) for subject in group)
    clusters = pa.Table.from_pylist([{"subject_id": subject, "cluster": number} for subject, number in rows], CLUSTER)
    matches = [{"subject_a": a, "subject_b": b, "probability": odds} for a, b, odds in links]
    return clusters, pa.Table.from_pylist(matches, LINK)


PRESENT = resolution([["a", "b"], ["c", "d"], ["e"], ["f"]], [("a", "b", 0.9), ("c", "d", 0.6), ("e", "f", 0.7)])
ASKED = resolution([["a", "b"], ["c"], ["d"], ["e", "f"]], [("a", "b", 0.9), ("e", "f", 0.8)])


@pytest.fixture
def connection(app_database):
    with app_database.write() as opened:
        yield opened


def exactly(share):
    return Range(pytest.approx(share, abs=1e-4), pytest.approx(share, abs=1e-4))


def test_without_labels_the_links_are_counted_with_the_probabilities_of_now(connection):
    found = expect(connection, PRESENT, ASKED)
    assert (found.source, found.labels) == ("model", 0)
    assert (found.precision_before, found.precision_after) == (exactly((0.9 + 0.6) / 2), exactly((0.9 + 0.7) / 2))
    assert (found.recall_before, found.recall_after) == (exactly(1.5 / 2.2), exactly(1.6 / 2.2))
    assert (found.united.pairs, found.united.right) == (1, exactly(0.7))
    assert (found.parted.pairs, found.parted.right) == (1, exactly(0.6))


def test_a_link_that_the_settings_of_now_do_not_see_is_worth_anything_below_one_half(connection):
    asked = resolution([["a", "b"], ["c", "d"], ["e", "f"]], [*zip("ace", "bdf", (0.9, 0.6, 0.7), strict=True)])
    present = resolution([["a", "b"], ["c", "d"], ["e"], ["f"]], [("a", "b", 0.9), ("c", "d", 0.6)])
    found = expect(connection, present, asked)
    assert found.united.right == Range(0.0, 0.5)
    assert found.precision_after == Range(pytest.approx(1.5 / 3, abs=1e-4), pytest.approx(2.0 / 3, abs=1e-4))
    assert found.recall_before == Range(pytest.approx(1.5 / 2, abs=1e-4), 1.0)
    assert found.parted.right is None


def test_where_nothing_is_linked_nothing_is_expected(connection):
    alone = resolution([["a"], ["b"]], [])
    found = expect(connection, alone, alone)
    assert (found.precision_before, found.recall_after, found.united.right) == (None, None, None)


def test_enough_labels_judge_both_maps(connection):
    """Of a stratum of joined pairs, half are found to be two people; a setting parts exactly these."""
    pairs = [(f"l{number:02}", f"r{number:02}") for number in range(2 * FEWEST)]
    stratum = {"stratum": "weak", "is_joined": True, "place": 0, "pairs": 4000.0, "expected": 0.5, "is_seen": True}
    connection.execute(sa.insert(quality_stratum).values(stratum))
    for place, (a, b) in enumerate(pairs):
        row = {"subject_a": a, "subject_b": b, "stratum": "weak", "place": place, "probability": 0.5}
        connection.execute(sa.insert(quality_pair).values(row | {"digest_a": "", "digest_b": "", "evidence": {}}))
    steward = Person("Stew", "usr_stew", utc_now())
    for number, pair in enumerate(pairs):
        keep_label(connection, pair, "different" if number % 2 else "same", steward)
    links = [(a, b, 0.5) for a, b in pairs]
    present = resolution(pairs, links)
    kept = [[a, b] if number % 2 == 0 else [a] for number, (a, b) in enumerate(pairs)]
    asked = resolution([*kept, *[[b] for _, b in pairs[1::2]]], links[::2])
    found = expect(connection, present, asked)
    assert (found.source, found.labels) == ("labels", len(pairs))
    assert found.precision_before.low < 0.5 < found.precision_before.high
    assert found.precision_before.high < 0.75
    assert found.precision_after.low > 0.85
    assert found.recall_after.value > 0.9
    assert (found.united.pairs, found.parted.pairs) == (0, FEWEST)


def test_too_few_labels_are_told_and_do_not_judge(connection):
    keep_label(connection, ("a", "b"), "same", Person("Stew", "usr_stew", utc_now()))
    found = expect(connection, PRESENT, ASKED)
    assert (found.source, found.labels) == ("model", 0)  # it was not drawn from any stratum
