"""Score clusters against the truth: pairwise and B-cubed precision, recall, F1.

Usage: python benchmarks/score.py CLUSTERS TRUTH

CLUSTERS: Parquet or CSV with rec_id, cluster_id. TRUTH: the same with rec_id, person_id. A record that CLUSTERS
leaves out counts as a customer of its own. B-cubed as in Bagga and Baldwin, 1998.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

import duckdb

STEPS = """
with records as (
  -- grain: one row per record of the truth
  select t.person_id, coalesce(cast(c.cluster_id as varchar), 'alone:' || t.rec_id) as cluster_id
  from truth as t left join clusters as c using (rec_id)
),
cells as (
  -- grain: one row per person and cluster that share records
  select person_id, cluster_id, count(*)::double as n from records group by all
),
persons as (select person_id, sum(n) as size from cells group by all),
found as (select cluster_id, sum(n) as size from cells group by all)
select
  (select sum(n * (n - 1) / 2) from cells) as both,
  (select sum(size * (size - 1) / 2) from persons) as wanted,
  (select sum(size * (size - 1) / 2) from found) as given,
  (select sum(n * n / f.size) / sum(n) from cells join found as f using (cluster_id)) as b3_precision,
  (select sum(n * n / p.size) / sum(n) from cells join persons as p using (person_id)) as b3_recall,
  (select max(size) from found) as largest,
  (select count(*) from found) as customers,
  (select count(*) from persons) as people
"""


def score(clusters: Any, truth: Any) -> dict[str, float]:
    """Score relations that DuckDB can read: ``clusters`` (rec_id, cluster_id) and ``truth`` (rec_id, person_id)."""
    connection = duckdb.connect()
    connection.register("clusters", clusters)
    connection.register("truth", truth)
    both, wanted, given, b3_precision, b3_recall, largest, customers, people = connection.execute(STEPS).fetchone()
    precision, recall = both / given if given else 1.0, both / wanted if wanted else 1.0
    return {
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(_harmonic(precision, recall), 4),
        "b3_precision": round(b3_precision, 4),
        "b3_recall": round(b3_recall, 4),
        "b3_f1": round(_harmonic(b3_precision, b3_recall), 4),
        "largest": int(largest),
        "customers": customers,
        "people": people,
    }


def _harmonic(a: float, b: float) -> float:
    return 2 * a * b / (a + b) if a + b else 0.0


def _read(path: str) -> Any:
    if path.endswith(".parquet"):
        return duckdb.read_parquet(path).to_arrow_table()
    return duckdb.read_csv(path, all_varchar=True).to_arrow_table()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clusters")
    parser.add_argument("truth")
    arguments = parser.parse_args()
    print(json.dumps(score(_read(arguments.clusters), _read(arguments.truth))))
