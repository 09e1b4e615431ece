from __future__ import annotations

import itertools
import random
from pathlib import Path

import pyarrow as pa
import pytest

from onefold.demo import DemoCompany, Score, check_company
from onefold.errors import InvalidInput, NotFound


def _identities(truth: pa.Table, customers: list[str]) -> pa.Table:
    return truth.select(["source", "table", "record_key"]).append_column("customer_id", pa.array(customers))


def _shuffled_map(truth: pa.Table) -> list[str]:
    """A map with both kinds of mistakes: some records apart, some strangers together."""
    chance = random.Random(1)
    people = truth["person_id"].to_pylist()
    return [f"x{chance.randrange(900)}" if chance.random() < 0.2 else person for person in people]


def test_the_truth_scores_full_marks(company: DemoCompany, truth: pa.Table) -> None:
    score = check_company(company.directory, _identities(truth, truth["person_id"].to_pylist()))
    assert (score.pair_precision, score.pair_recall, score.bcubed_f1) == (1, 1, 1)
    assert score.people == score.customers == score.people_exact == company.people
    assert score.records_missing == score.household_pairs_merged == 0
    assert {recall for recall, _ in score.recall_by_difficulty.values()} == {1.0}


def test_keeping_every_record_apart_finds_nothing_and_errs_nowhere(company: DemoCompany, truth: pa.Table) -> None:
    score = check_company(company.directory, _identities(truth, list(map(str, range(truth.num_rows)))))
    assert (score.pair_precision, score.pair_recall, score.largest_customer) == (1, 0, 1)
    assert score.customers == score.records


def test_records_that_the_map_lacks_are_customers_of_their_own(company: DemoCompany, truth: pa.Table) -> None:
    whole = _identities(truth, truth["person_id"].to_pylist())
    score = check_company(company.directory, whole.slice(0, whole.num_rows // 2))
    assert score.records_missing > 0
    assert score.pair_precision == 1
    assert 0 < score.pair_recall < 1


def test_figures_agree_with_counting_every_pair(company: DemoCompany, truth: pa.Table) -> None:
    customers = _shuffled_map(truth)
    score = check_company(company.directory, _identities(truth, customers))
    expected = _counted_pair_by_pair(truth, customers)
    assert (score.pair_precision, score.pair_recall) == pytest.approx(expected["precision_recall"])
    assert score.household_pairs_merged == expected["household_pairs"]
    for name, (found, true) in expected["by_difficulty"].items():
        assert score.recall_by_difficulty[name] == pytest.approx((found / true, true)), name


def _counted_pair_by_pair(truth: pa.Table, customers: list[str]) -> dict:
    columns = (truth[name].to_pylist() for name in ("person_id", "household_id", "hard"))
    rows = [(*row, customer) for *row, customer in zip(*columns, customers, strict=True) if "test_row" not in row[2]]
    true = found = held = homes = 0
    by_difficulty: dict[str, list[int]] = {}
    for (a, home_a, hard_a, x), (b, home_b, hard_b, y) in itertools.combinations(rows, 2):
        held += x == y
        homes += x == y and a != b and home_a == home_b
        if a == b:
            true += 1
            found += x == y
            for flag in {*hard_a, *hard_b} or {"none"}:
                counts = by_difficulty.setdefault(flag, [0, 0])
                counts[0] += x == y
                counts[1] += 1
    return {
        "precision_recall": (found / held, found / true),
        "household_pairs": homes,
        "by_difficulty": by_difficulty,
    }


def test_order_of_rows_and_names_of_tables_do_not_matter(company: DemoCompany, truth: pa.Table) -> None:
    identities = _identities(truth, _shuffled_map(truth))
    order = list(range(identities.num_rows))
    random.Random(2).shuffle(order)
    renamed = identities.take(order).drop_columns("table").append_column("table", pa.array(["t"] * len(order)))
    assert check_company(company.directory, renamed) == check_company(company.directory, identities)


@pytest.mark.parametrize("lacking", ["source", "record_key", "customer_id"])
def test_identities_without_a_needed_column_are_refused(company: DemoCompany, truth: pa.Table, lacking: str) -> None:
    identities = _identities(truth, truth["person_id"].to_pylist()).drop_columns(lacking)
    with pytest.raises(InvalidInput, match=lacking):
        check_company(company.directory, identities)


def test_identities_that_name_a_record_twice_are_refused(company: DemoCompany, truth: pa.Table) -> None:
    identities = _identities(truth, truth["person_id"].to_pylist())
    with pytest.raises(InvalidInput, match="more than once"):
        check_company(company.directory, pa.concat_tables([identities, identities.slice(100, 1)]))


def test_identities_of_some_other_company_are_refused(company: DemoCompany, truth: pa.Table) -> None:
    strange = truth.set_column(2, "record_key", pa.array([f"?{n}" for n in range(truth.num_rows)]))
    with pytest.raises(InvalidInput, match="none of"):
        check_company(company.directory, _identities(strange, truth["person_id"].to_pylist()))


def test_a_folder_without_truth_is_refused(tmp_path: Path, truth: pa.Table) -> None:
    with pytest.raises(NotFound):
        check_company(tmp_path, _identities(truth, truth["person_id"].to_pylist()))


def test_score_is_a_value() -> None:
    # dataclasses have no public way to ask
    assert Score.__dataclass_params__.frozen  # type: ignore[attr-defined]
