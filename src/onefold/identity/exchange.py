"""The resolve step of a build where a cluster does the work: records out as Parquet, clusters and pairs back.

They never stand whole in this process's memory; the warehouse writes and reads the files.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from onefold.engines import Engine, quote_identifier, quote_literal
from onefold.identity.index_place import forget_state
from onefold.identity.model import INPUT, RULE_VERSION
from onefold.identity.parquet import Place, Resolved, resolve_parquet

if TYPE_CHECKING:
    from onefold.identity.learned import Model
    from onefold.identity.tuning import Tuning
    from onefold.identity.warehouse import Wanted

_COLUMNS = ", ".join(quote_identifier(name) for name in INPUT.names)


@dataclass(frozen=True)
class Exchange:
    """A cluster, and the folder by which this machine and its workers exchange records and results."""

    place: Place
    folder: Path


def renew_on_cluster(
    engine: Engine, wanted: Wanted, exchange: Exchange, made_from: str, progress: Callable[[str], None] | None
) -> dict[str, object]:
    """Resolve all records and write the outcome, in one transaction; returns diagnostics by kind.

    What was learned stays in force as long as it does without a cluster. There is no index of the records: a cluster
    looks at all of them.
    """
    exchange.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="resolve-", dir=exchange.folder) as folder:
        records = Path(folder) / "records.parquet"
        engine.execute(f"copy (select {_COLUMNS} from main.record) to {quote_literal(str(records))} (format parquet)")
        model = _model(engine, wanted)
        found = resolve_parquet(
            records,
            Path(folder) / "resolved",
            place=exchange.place,
            overrides=wanted.overrides,
            model=model,
            tuning=wanted.tuning,
            progress=progress,
        )
        if progress:
            progress("writing")
        learned = sorted(found.model.kinds.keys() - (model.kinds.keys() if model else set()))
        _write(engine, found, made_from, wanted.tuning, learned)
    if wanted.index_folder:
        forget_state(wanted.index_folder)
    return found.diagnostics


def _model(engine: Engine, wanted: Wanted) -> Model | None:
    from onefold.identity.learned import Model
    from onefold.identity.renewing import still_good
    from onefold.identity.warehouse import load_model

    model = None if wanted.is_relearn else load_model(engine)
    return Model(RULE_VERSION, still_good(engine, model, wanted.relearn_after)) if model else None


def _write(engine: Engine, found: Resolved, made_from: str, tuning: Tuning, learned: list[str]) -> None:
    from onefold.identity.warehouse import keep_model, remember

    clusters = quote_literal(f"{found.clusters}/*.parquet")
    with engine.transaction():
        keep_model(engine, found.model)
        engine.execute("delete from main.cluster")
        engine.execute(
            f"""
            insert into main.cluster
            select subject_id, dense_rank() over (order by cluster) - 1 as cluster from read_parquet({clusters})"""
        )
        for relation, path in (("main.match", found.matches), ("main.near_miss", found.near_misses)):
            pairs = quote_literal(f"{path}/*.parquet")
            engine.execute(f"delete from {relation}")
            engine.execute(f"insert into {relation} by name select * from read_parquet({pairs})")
        remember(engine, made_from, tuning, None, learned)
