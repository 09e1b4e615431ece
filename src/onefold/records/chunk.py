"""One chunk of landed rows of people or organisations, on its way into ``record`` and ``record_value``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl
import pyarrow as pa

from onefold.catalog.model import Column, Meaning, Role, Table
from onefold.records.model import RECORD
from onefold.records.name_columns import NameContext
from onefold.records.values import ValueRows


@dataclass(frozen=True)
class PeoplePlan:
    """Everything that decides how the rows of one table are conformed."""

    table: Table
    mapping_hash: str
    names: NameContext
    default_region: str | None
    """Region of national phone numbers where the row names no country."""
    other_regions: tuple[str, ...]
    """Regions seen in the workspace."""


class Chunk:
    """``fields`` become columns of ``record``, ``values`` rows of ``record_value``."""

    def __init__(self, rows: pl.DataFrame, plan: PeoplePlan) -> None:
        self.rows = rows
        self.plan = plan
        self.is_organisation = plan.table.role is Role.ORGANISATIONS
        prefix = f"{plan.table.source}.{plan.table.name}:"
        self.subject_id = rows.select(pl.lit(prefix) + pl.col("_key")).to_series().alias("subject_id")
        self.values = ValueRows(self.subject_id)
        self.fields: dict[str, pl.Series] = {}

    def columns(self, *meanings: Meaning) -> list[Column]:
        """The columns of these meanings that the rows have."""
        return [c for c in self.plan.table.with_meaning(*meanings) if c.name in self.rows.columns]

    def raw(self, column: Column) -> pl.Series:
        """What the source says."""
        return self.rows[column.name]

    def null(self, dtype: Any = pl.String) -> pl.Series:
        """A column of nothing."""
        return pl.Series([None], dtype=dtype).new_from_index(0, len(self.rows))

    def first(self, field: str, values: pl.Series) -> None:
        """Keep the first value that any column offers for a field of the record."""
        known = self.fields.get(field)
        self.fields[field] = values if known is None else known.zip_with(known.is_not_null(), values)

    def extend(self, field: str, values: pl.Series) -> None:
        """Append values (strings or lists) to a list field, each value once."""
        lists = (
            values
            if values.dtype == pl.List(pl.String)
            else pl.DataFrame({"v": values})
            .select(pl.when(pl.col("v").is_not_null()).then(pl.concat_list("v")))
            .to_series()
        )
        known = self.fields.get(field)
        if known is not None:
            empty = pl.lit([], dtype=pl.List(pl.String))
            lists = (
                pl.DataFrame({"a": known, "b": lists})
                .select(
                    pl.when(pl.col("a").is_not_null() | pl.col("b").is_not_null()).then(
                        pl.col("a")
                        .fill_null(empty)
                        .list.concat(pl.col("b").fill_null(empty))
                        .list.unique(maintain_order=True)
                    )
                )
                .to_series()
            )
        self.fields[field] = lists

    def record(self) -> pa.Table:
        """The ``RECORD`` rows."""
        table = self.plan.table
        constants = {"source": table.source, "table_name": table.name, "mapping_hash": self.plan.mapping_hash}
        columns: dict[str, pa.Array] = {}
        for field in RECORD:
            if field.name in constants:
                series = pl.Series([constants[field.name]]).new_from_index(0, len(self.rows))
            elif field.name == "subject_id":
                series = self.subject_id
            elif field.name == "record_key":
                series = self.rows["_key"]
            elif field.name == "row_hash":
                series = self.rows["_hash"]
            elif field.name in self.fields:
                series = self.fields[field.name]
            else:
                columns[field.name] = pa.nulls(len(self.rows), field.type)
                continue
            columns[field.name] = series.to_arrow().cast(field.type)
        return pa.table(columns, schema=RECORD)
