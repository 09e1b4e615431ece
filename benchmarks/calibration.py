"""Claim: one default calibration says of each customer how sure one may be, and tens of labels measure a map.

Usage: python benchmarks/calibration.py RECORDS TRUTH [RECORDS TRUTH …] [--labels 30 60 120] [--runs 40] [--fit]

RECORDS and TRUTH as in ``identity.py``. For each set: reliability of ``is_one``, ``is_whole`` and ``confidence``
against the truth, with expected calibration error and Brier score; then a simulated steward answers from the truth,
or errs in 3 % of the answers, and it is counted how far the estimates of precision and recall are off, how wide their
intervals are, and how often those hold the truth. ``--fit`` learns the default calibration again from all given sets,
each family of sets weighing the same, and shows how it does on the family that it has not seen.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from identity import read_truth
from measure import print_machine
from onefold.engines import Engine
from onefold.identity import calibration
from onefold.identity.bonds import Bonds
from onefold.identity.calibration import Shifts, learn_shifts, one_features, whole_features
from onefold.identity.confidence import FACTS_SQL, expected_of, rate_customers
from onefold.identity.estimating import Answers, Estimate, Stratum, estimate, next_strata
from onefold.identity.framing import _beyond, _strata, draw_pairs, list_units
from onefold.identity.links import gathered_links
from onefold.identity.resolution import resolve_records

_BATCH = 5
_ERRING = 0.03
_BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


@dataclass
class Case:
    """One resolved set with its truth."""

    name: str
    engine: Engine
    precision: float
    recall: float


def open_case(records: Path, known: Path, folder: Path) -> Case:
    """Resolve a set and put it beside its truth."""
    engine = Engine.open(folder / f"{records.stem}.duckdb")
    if not engine.columns("main", "truth"):
        table = pq.read_table(records)
        found = resolve_records(table)
        for name, data in (
            ("record", table),
            ("cluster", found.clusters),
            ("match", found.matches),
            ("near_miss", found.near_misses),
        ):
            engine.write(f"main.{name}", data, replace=True)
        engine.execute(
            """
            create or replace table main.customer_subject as
            select subject_id, 'c' || cluster as customer_id, r.kind
            from main.cluster join main.record r using (subject_id)"""
        )
        target = folder / f"{records.stem}.truth.parquet"
        read_truth(known, target)
        engine.execute(
            f"""
            create or replace table main.truth as
            select r.subject_id, c.customer_id, coalesce(t.person_id::varchar, 'alone ' || r.subject_id) as person_id
            from main.record r join main.customer_subject c using (subject_id)
            left join read_parquet('{target}') t on t.rec_id::varchar = r.record_key"""
        )
    both, joined, true = engine.rows(
        """
        with cells as (select customer_id, person_id, count(*)::double as n from main.truth group by all)
        select
            (select sum(n * (n - 1) / 2) from cells),
            (select sum(n * (n - 1) / 2) from (select sum(n) as n from cells group by customer_id)),
            (select sum(n * (n - 1) / 2) from (select sum(n) as n from cells group by person_id))"""
    )[0]
    return Case(records.stem, engine, both / joined, both / true)


def customers_of(case: Case) -> dict[str, Any]:
    """Per customer what it was rated, what it is, and what the rating was made from."""
    engine = case.engine
    facts = engine.arrow(FACTS_SQL)
    with engine.registered(facts, "facts"):
        table = engine.arrow(
            """
            with cells as (select customer_id, person_id, count(*) as n from main.truth group by all),
            persons as (select person_id, sum(n) as n from cells group by person_id),
            real as (
                select
                    c.customer_id,
                    count(*) = 1 as really_one,
                    arg_max(c.n = p.n, (c.n, c.person_id)) as really_whole
                from cells c join persons p using (person_id) group by c.customer_id
            )
            select f.*, r.really_one, r.really_whole, s.is_one, s.is_whole, s.confidence
            from facts f join real r using (customer_id) join main.customer_confidence s using (customer_id)
            where s.confidence is not null order by customer_id"""
        )
    found = {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names if "_a" not in name}
    return found | {"expected": expected_of(engine, found["records"])}


def print_reliability(title: str, said: Any, real: Any) -> None:
    """How often what was said came true."""
    brier, error = float(((said - real) ** 2).mean()), calibration_error(said, real)
    print(f"  {title:11} mean {said.mean():.3f} true {real.mean():.3f}  ECE {error:.3f}  Brier {brier:.4f}")
    cells = []
    for low, high in pairwise(_BINS):
        inside = (said >= low) & ((said < high) | (high == 1.0))
        if inside.any():
            cells.append(
                f"{low:.2f}–{high:.2f}: {said[inside].mean():.2f}→{real[inside].mean():.2f} ({inside.sum():,})"
            )
    print("              " + "  ".join(cells))


def calibration_error(said: Any, real: Any) -> float:
    """Expected calibration error over ten bins of equal width."""
    place = np.minimum((said * 10).astype(int), 9)
    return float(
        sum(abs(said[place == n].mean() - real[place == n].mean()) * (place == n).mean() for n in set(place.tolist()))
    )


def simulate(strata: list[Stratum], pairs: pa.Table, labels: int, erring: float, seed: int) -> Any:
    """The answers of one steward after so many labels."""
    dice = np.random.default_rng(seed)
    pools: dict[str, list[bool]] = {}
    for stratum, is_same in zip(pairs["stratum"].to_pylist(), pairs["is_same"].to_pylist(), strict=True):
        pools.setdefault(stratum, []).append(is_same != (dice.random() < erring))
    said: Counter[tuple[str, bool]] = Counter()
    used: Counter[str] = Counter()
    while sum(used.values()) < labels:
        answers = answers_of(said)
        left = {key: len(pool) - used[key] for key, pool in pools.items()}
        chosen = next_strata(strata, answers, left, min(_BATCH, labels - sum(used.values())))
        if not chosen:
            break
        for key in chosen:
            said[key, pools[key][used[key]]] += 1
            used[key] += 1
    return answers_of(said)


def answers_of(said: Counter[tuple[str, bool]]) -> dict[str, Answers]:
    """By stratum."""
    return {key: Answers(said[key, True], said[key, False]) for key in {key for key, _ in said}}


def print_simulation(case: Case, strata: list[Stratum], draws: list[pa.Table], sizes: list[int]) -> Shifts:
    """How close and how wide the estimates are; returns what one steward's most labels teach."""
    shifts = Shifts()
    prior = estimate(strata, {})
    print(f"  without labels: {told(prior)}")
    for erring in (0.0, _ERRING):
        for size in sizes:
            found = []
            for seed, pairs in enumerate(draws):
                answers = simulate(strata, pairs, size, erring, seed)
                found.append(estimate(strata, answers))
                if not erring and not seed:
                    shifts = learn_shifts(strata, answers)
                    example = f"{told(found[-1])}"
            cells = []
            for name, truth in (("precision", case.precision), ("recall", case.recall)):
                got = [getattr(one, name) for one in found]
                off = np.mean([abs(one.value - truth) for one in got])
                width = np.mean([one.high - one.low for one in got])
                holds = np.mean([one.low <= truth <= one.high for one in got])
                cells.append(f"{name} off {off:.3f}, width {width:.3f}, holds {holds:.0%}")
            print(f"  {size:4} labels, {erring:.0%} wrong: {'; '.join(cells)}")
    print(f"  one steward after {sizes[-1]}: {example}; truth {case.precision:.3f}, {case.recall:.3f}")
    return shifts


def told(found: Estimate) -> str:
    """An estimate in words."""
    both = (found.precision, found.recall)
    return ", ".join(f"{one.value:.3f} ({one.low:.3f}–{one.high:.3f})" for one in both)


def run(case: Case, sizes: list[int], runs: int) -> dict[str, Any]:
    """Everything about one set."""
    print(f"\n{case.name}: precision {case.precision:.4f}, recall {case.recall:.4f}")
    engine = case.engine
    with gathered_links(engine, Bonds()):
        rate_customers(engine)
        rated = customers_of(case)
        show(rated)
        list_units(engine)
        strata = [*_strata(engine), _beyond(engine)]
        draws = [with_truth(engine, draw_pairs(engine, f"run {number}")) for number in range(runs)]
        print_strata(engine, strata)
        if runs:
            shifts = print_simulation(case, strata, draws, sizes)
            rate_customers(engine, shifts=shifts)
            print(f"  recalibrated by these labels: {shifts}")
            show(customers_of(case))
        engine.execute("drop table frame_unit")
    return rated


def show(rated: dict[str, Any]) -> None:
    """Reliability of all three probabilities."""
    several = rated["records"] > 1
    one, whole = rated["really_one"].astype(float), rated["really_whole"].astype(float)
    print_reliability("is one", rated["is_one"][several], one[several])
    print_reliability("is whole", rated["is_whole"], whole)
    print_reliability("confidence", rated["confidence"], one * whole)


def with_truth(engine: Engine, pairs: pa.Table) -> pa.Table:
    """The pairs with whether they are one person, in the order in which they were drawn."""
    with engine.registered(pairs, "drawn"):
        return engine.arrow(
            """
            select d.stratum, a.person_id = b.person_id as is_same
            from drawn d join main.truth a on a.subject_id = d.subject_a join main.truth b on b.subject_id = d.subject_b
            order by d.stratum, d.place"""
        )


def print_strata(engine: Engine, strata: list[Stratum]) -> None:
    """What each stratum holds, expected and true."""
    rows = dict(
        engine.rows(
            """
            select u.stratum, sum(u.pairs * (a.person_id = b.person_id)::int) / sum(u.pairs)
            from frame_unit u
            join main.truth a on a.subject_id = u.subject_a join main.truth b on b.subject_id = u.subject_b
            group by u.stratum"""
        )
    )
    for one in strata:
        rate = rows.get(one.key, float("nan"))
        print(f"    {one.key:15} {one.pairs:12,.0f} pairs  expected {one.expected:.4f}  true {rate:.4f}")


def fit(cases: dict[str, dict[str, Any]]) -> None:
    """The weights of the default calibration, and how they do on a family of sets that they were not made from."""
    families = {name: name.rstrip("0123456789").split("_")[0] for name in cases}
    for target, names, real, weights in (
        ("ONE_WEIGHTS", ("weakest", "worst", "doubt", "support", "records"), "really_one", calibration.ONE_WEIGHTS),
        ("WHOLE_WEIGHTS", ("outside", "content", "expected"), "really_whole", calibration.WHOLE_WEIGHTS),
    ):
        build = one_features if target == "ONE_WEIGHTS" else whole_features
        parts = {}
        for name, rated in cases.items():
            chosen = rated["records"] > 1 if target == "ONE_WEIGHTS" else rated["records"] > 0
            features = build(*(rated[column][chosen].astype(float) for column in names))
            parts[name] = (features, rated[real][chosen].astype(float))
        print(f"\n{target} = {tuple(np.round(logistic(parts, families), 3).tolist())}  (in use: {weights})")
        for name, (features, truth) in parts.items():
            others = {key: part for key, part in parts.items() if families[key] != families[name]}
            if others:
                said = calibration.weigh(features, logistic(others, families).tolist())
                error = calibration_error(said, truth)
                print(f"  {name} unseen: mean {said.mean():.3f} true {truth.mean():.3f} ECE {error:.3f}")


def logistic(parts: dict[str, Any], families: dict[str, str]) -> Any:
    """Logistic regression by Newton's method; every family of sets weighs the same, and a little towards zero."""
    sizes: Counter[str] = Counter()
    for name, (_, truth) in parts.items():
        sizes[families[name]] += len(truth)
    total = sum(sizes.values()) / len(sizes)
    x = np.concatenate([np.c_[np.ones(len(truth)), features] for features, truth in parts.values()])
    y = np.concatenate([truth for _, truth in parts.values()])
    w = np.concatenate([np.full(len(truth), total / sizes[families[name]]) for name, (_, truth) in parts.items()])
    ridge = np.eye(x.shape[1])
    ridge[0, 0] = 0
    b = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-(x @ b)))
        step = np.linalg.solve((x * (w * p * (1 - p))[:, None]).T @ x + ridge, x.T @ (w * (y - p)) - ridge @ b)
        b += np.clip(step, -3, 3)
    return b


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="+", type=Path, help="pairs of RECORDS TRUTH")
    parser.add_argument("--labels", nargs="+", type=int, default=[30, 60, 120])
    parser.add_argument("--runs", type=int, default=40, help="simulated stewards per set; 0: only the reliability")
    parser.add_argument("--fit", action="store_true", help="learn the default calibration again")
    parser.add_argument("--keep", type=Path, help="a folder for the resolved sets, to be used again")
    arguments = parser.parse_args()
    if len(arguments.data) % 2:
        parser.error("every set takes two files: RECORDS TRUTH")
    print_machine()
    rated = {}
    with tempfile.TemporaryDirectory(prefix="onefold-bench-") as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(exist_ok=True)
        for records, known in zip(arguments.data[::2], arguments.data[1::2], strict=True):
            case = open_case(records, known, folder)
            rated[case.name] = run(case, arguments.labels, arguments.runs)
            case.engine.close()
    if arguments.fit:
        fit(rated)


if __name__ == "__main__":
    main()
