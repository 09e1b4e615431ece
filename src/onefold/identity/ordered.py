"""Records in the order in which resolution counts them, without a copy of them all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
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
    def of(cls, records: pa.Table) -> Ordered:
        """Some or all columns of ``INPUT``, any others left out, in any order."""
        columns = [
            records.column(field.name).cast(field.type)
            if field.name in records.column_names
            else pa.nulls(len(records), field.type)
            for field in INPUT
        ]
        table = pa.table(columns, schema=INPUT)
        ids = table.column("subject_id").combine_chunks()
        is_ordered = len(ids) < 2 or pc.all(pc.less_equal(ids[:-1], ids[1:])).as_py()
        return cls(table, None if is_ordered else pc.sort_indices(ids))

    def of_kind(self, kind: str) -> tuple[Ordered, npt.NDArray[np.bool_]]:
        """Records of one kind, and which of these they are; those that do not say theirs are persons."""
        is_kind = pc.equal(pc.fill_null(self.column("kind"), "person"), kind)
        where = is_kind.to_numpy()
        if where.all():
            return self, where
        chosen = pc.indices_nonzero(is_kind)
        return Ordered(self.table, chosen if self.places is None else self.places.take(chosen)), where

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
