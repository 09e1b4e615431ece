"""Records in the order in which resolution counts them, without a copy of them all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from onefold.identity.model import INPUT


@dataclass(frozen=True)
class Ordered:
    """Records in the order of their subject ids; a column is brought into it when it is asked for."""

    table: pa.Table
    """``INPUT``, in any order, and with others beside those that are meant."""
    places: pa.Array | None
    """Of the records in ``table``; None where it holds them alone, and in order."""

    @classmethod
    def of(cls, records: pa.Table, kind: str | None = None) -> Ordered:
        """Some or all columns of ``INPUT``, any others left out.

        Args:
            records: in any order.
            kind: leaves out records of other kinds; those that do not say theirs are persons.
        """
        columns = [
            records.column(field.name).cast(field.type)
            if field.name in records.column_names
            else pa.nulls(len(records), field.type)
            for field in INPUT
        ]
        table = pa.table(columns, schema=INPUT)
        places = None
        if kind is not None:
            is_kind = pc.equal(pc.fill_null(table.column("kind"), "person"), kind)
            places = None if pc.all(is_kind).as_py() else pc.indices_nonzero(is_kind)
        ids = table.column("subject_id").combine_chunks()
        ids = ids if places is None else ids.take(places)
        if len(ids) > 1 and not pc.all(pc.less_equal(ids[:-1], ids[1:])).as_py():
            order = pc.sort_indices(ids)
            places = order if places is None else places.take(order)
        return cls(table, places)

    def __len__(self) -> int:
        return len(self.table if self.places is None else self.places)

    @cached_property
    def ids(self) -> pa.Array:
        """Subject ids, in order."""
        return self.column("subject_id").combine_chunks()

    def column(self, name: str) -> pa.ChunkedArray:
        """One column, in order."""
        column = self.table.column(name)
        return column if self.places is None else column.take(self.places)

    def whole(self) -> pa.Table:
        """All columns, in order."""
        return pa.table([self.column(name).combine_chunks() for name in INPUT.names], schema=INPUT)
