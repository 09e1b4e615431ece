"""Writing records, each with a hash of what it is compared by, so that whoever asks what has changed reads no more."""

from __future__ import annotations

import pyarrow as pa

from onefold.engines import Engine, quote_identifier
from onefold.records.model import COMPARE_HASH


def write_records(engine: Engine, records: pa.Table, *, replace: bool = False) -> None:
    """Append rows to ``main.record``, or replace it by them; ``compare_hash`` is made here, whatever they say.

    Args:
        engine: the warehouse.
        records: ``RECORD``, or those of its columns that are wanted, ``COMPARED`` among them.
        replace: whether these are all.
    """
    named = [quote_identifier(name) for name in records.column_names if name != "compare_hash"]
    with engine.registered(records) as view:
        rows = f"select {', '.join(named)}, {COMPARE_HASH} as compare_hash from {view}"
        if replace:
            engine.execute(f"create or replace table main.record as {rows}")
        else:
            engine.execute(f"insert into main.record by name {rows}")
