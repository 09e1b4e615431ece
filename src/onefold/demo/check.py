"""Scores an identity map against the truth from counts of (person, customer) cells; no pair is ever built."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from onefold.demo.model import Difficulty, HouseholdScore, Score
from onefold.errors import InvalidInput, NotFound

_Labels = npt.NDArray[np.int64]


def check_company(directory: Path, identities: pa.Table, households: pa.Table | None = None) -> Score:
    """See ``onefold.demo.check_company``."""
    truth = _read_truth(directory / "truth" / "truth.parquet")
    customers, missing = _customers_of(truth, identities)
    people = _codes(truth["person_id"])
    cells = _Cells(people, customers)
    precision, recall = cells.pair_precision_recall()
    b_precision, b_recall = cells.bcubed_precision_recall()
    return Score(
        records=len(people),
        records_missing=missing,
        people=cells.people,
        customers=cells.customers,
        pair_precision=precision,
        pair_recall=recall,
        pair_f1=_f1(precision, recall),
        bcubed_precision=b_precision,
        bcubed_recall=b_recall,
        bcubed_f1=_f1(b_precision, b_recall),
        people_exact=cells.people_exact(),
        largest_customer=int(cells.customer_sizes.max()),
        household_pairs_merged=_household_pairs(truth, customers, cells),
        households=None if households is None else _household_score(truth, identities, households),
        recall_by_difficulty=_recall_by_difficulty(truth, people, customers),
    )


class _Cells:
    """How many records each pair of (person, customer) shares."""

    def __init__(self, people: _Labels, customers: _Labels) -> None:
        self.person_sizes, self.customer_sizes = np.bincount(people), np.bincount(customers)
        self.people, self.customers = len(self.person_sizes), len(self.customer_sizes)
        keys, self.counts = np.unique(people * self.customers + customers, return_counts=True)
        self.person, self.customer = np.divmod(keys, self.customers)

    def pair_precision_recall(self) -> tuple[float, float]:
        found = _pairs(self.counts)
        held, true = _pairs(self.customer_sizes), _pairs(self.person_sizes)
        return (found / held if held else 1.0), (found / true if true else 1.0)

    def bcubed_precision_recall(self) -> tuple[float, float]:
        squares = self.counts.astype(np.float64) ** 2
        records = self.counts.sum()
        precision = (squares / self.customer_sizes[self.customer]).sum() / records
        recall = (squares / self.person_sizes[self.person]).sum() / records
        return float(precision), float(recall)

    def people_exact(self) -> int:
        whole = (self.counts == self.person_sizes[self.person]) & (self.counts == self.customer_sizes[self.customer])
        return int(whole.sum())


def _read_truth(path: Path) -> pa.Table:
    """People records in truth order, without test rows."""
    if not path.exists():
        raise NotFound(f"no truth in {path.parent}", hint="Write a demo company: onefold demo")
    truth = pq.read_table(path)
    flags = truth["hard"].combine_chunks()
    is_test = pc.equal(flags.flatten(), Difficulty.TEST_ROW.value)
    test_rows = flags.value_parent_indices().filter(is_test).to_numpy()
    keep = np.ones(truth.num_rows, dtype=bool)
    keep[test_rows] = False
    return truth.filter(pa.array(keep))


def _customers_of(truth: pa.Table, identities: pa.Table) -> tuple[_Labels, int]:
    """A customer label per truth row, and how many rows the map lacks."""
    needed = ["source", "record_key", "customer_id"]
    lacking = [name for name in needed if name not in identities.column_names]
    if lacking:
        raise InvalidInput(
            f"identities lack {', '.join(lacking)}",
            hint="Give columns source, table, record_key, customer_id.",
        )
    identities = identities.select(needed).cast(pa.schema([(name, pa.string()) for name in needed]))
    place = pa.array(np.arange(truth.num_rows))
    joined = truth.select(needed[:2]).append_column("place", place).join(identities, needed[:2], join_type="left outer")
    if joined.num_rows != truth.num_rows:
        raise InvalidInput(
            "identities name a record more than once", hint="Give one row per source, table, record_key."
        )
    joined = joined.sort_by("place")
    labels = joined["customer_id"]
    missing = labels.null_count
    if missing == truth.num_rows:
        raise InvalidInput(
            "identities know none of the demo company's records",
            hint="Sources must be named as in DemoCompany.sources and record keys be the tables' own keys.",
        )
    codes = _codes(labels)
    absent = np.flatnonzero(labels.combine_chunks().is_null().to_numpy(zero_copy_only=False))
    codes[absent] = codes.max() + 1 + np.arange(len(absent))
    return np.unique(codes, return_inverse=True)[1].astype(np.int64), missing


def _household_pairs(truth: pa.Table, customers: _Labels, cells: _Cells) -> int:
    """Pairs of one customer and household but two people; ``household_id`` of every person is set."""
    homes = _Cells(_codes(truth["household_id"]), customers)
    return int(_pairs(homes.counts) - _pairs(cells.counts))


def _household_score(truth: pa.Table, identities: pa.Table, households: pa.Table) -> HouseholdScore:
    """Compare who shares a household with who does in truth."""
    import polars as pl

    known = pl.DataFrame(truth.select(["source", "record_key", "person_id", "household_id"])).join(
        pl.DataFrame(identities.select(["source", "record_key", "customer_id"])), ["source", "record_key"]
    )
    homes = known.select("person_id", true="household_id").unique()
    # the person of most records; of several the first in the alphabet
    counted = known.group_by("customer_id", "person_id").len().sort("len", "person_id", descending=[True, False])
    person_of = counted.unique("customer_id", keep="first", maintain_order=True)
    held = person_of.join(pl.DataFrame(households.select(["customer_id", "household_id"])), "customer_id")
    living = held.select("person_id", "household_id").unique().join(homes, "person_id")
    pairs = living.join(living, "household_id", suffix="_other").filter(pl.col("person_id") < pl.col("person_id_other"))
    pairs = pairs.unique(["person_id", "person_id_other"])
    found, right = len(pairs), int((pairs["true"] == pairs["true_other"]).sum())
    true = int(_pairs(homes.group_by("true").len()["len"].to_numpy()))
    return HouseholdScore(right / found if found else 1.0, right / true if true else 1.0, found, true)


def _recall_by_difficulty(truth: pa.Table, people: _Labels, customers: _Labels) -> dict[str, tuple[float, int]]:
    flags = truth["hard"].combine_chunks()
    rows, names = flags.value_parent_indices().to_numpy(), flags.flatten().to_pylist()
    hard_rows: dict[str, list[int]] = {}
    for row, name in zip(rows.tolist(), names, strict=True):
        hard_rows.setdefault(name, []).append(row)
    any_hard = np.zeros(len(people), dtype=bool)
    any_hard[rows] = True
    easy = _Cells(people[~any_hard], customers[~any_hard]) if not any_hard.all() else None
    result = {}
    if easy is not None and _pairs(easy.person_sizes):
        result["none"] = (_pairs(easy.counts) / _pairs(easy.person_sizes), int(_pairs(easy.person_sizes)))
    whole = _Cells(people, customers)
    for name in sorted(hard_rows):
        rest = np.ones(len(people), dtype=bool)
        rest[hard_rows[name]] = False
        others = _Cells(people[rest], customers[rest]) if rest.any() else None
        true = _pairs(whole.person_sizes) - (_pairs(others.person_sizes) if others else 0)
        found = _pairs(whole.counts) - (_pairs(others.counts) if others else 0)
        if true:
            result[name] = (found / true, int(true))
    return result


def _codes(column: pa.ChunkedArray) -> _Labels:
    """Consecutive labels; nulls become 0 and are for the caller to replace."""
    indices = column.combine_chunks().dictionary_encode().indices
    codes: _Labels = pc.fill_null(indices, 0).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes


def _pairs(sizes: npt.NDArray[np.int64]) -> float:
    large = sizes.astype(np.float64)
    return float((large * (large - 1) / 2).sum())


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
