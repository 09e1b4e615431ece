"""Rows of ``record_value``, gathered attribute by attribute while a chunk of records is conformed."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

_COLUMNS = ("subject_id", "attribute", "position", "value", "compare_value", "raw", "column_name", "absence")


@dataclass
class ValueRows:
    """The values of one chunk of records.

    Grain of ``frame()``: one row per subject, attribute and position.
    """

    subject_id: pl.Series
    _entries: dict[str, list[pl.DataFrame]] = field(default_factory=dict)

    def add(self, attribute: str, column_name: str, raw: pl.Series, answer: pl.DataFrame) -> None:
        """Add one column's answer: ``value``, ``compare``, ``absence``, aligned with the records.

        Rows without a value and without a reason for its absence are left out.
        """
        rows = pl.DataFrame(
            {
                "row": pl.int_range(len(raw), eager=True),
                "value": answer["value"],
                "compare_value": answer["compare"],
                "raw": raw,
                "absence": answer["absence"],
            }
        )
        self._keep(attribute, column_name, rows)

    def add_lists(self, attribute: str, column_name: str, raw: pl.Series, answer: pl.DataFrame) -> None:
        """Add a column that may hold several values: ``values`` and ``compares`` (lists), ``absence``."""
        rows = pl.DataFrame(
            {
                "row": pl.int_range(len(raw), eager=True),
                "value": answer["values"],
                "compare_value": answer["compares"],
                "raw": raw,
                "absence": answer["absence"],
            }
        )
        present = rows.filter(pl.col("value").is_not_null() | pl.col("absence").is_not_null())
        single = present.filter(pl.col("value").list.len().fill_null(1) <= 1).with_columns(
            pl.col("value").list.first(), pl.col("compare_value").list.first()
        )
        several = present.filter(pl.col("value").list.len() > 1).explode("value", "compare_value")
        self._keep(attribute, column_name, pl.concat([single, several]))

    def frame(self) -> pl.DataFrame:
        """All rows, with the columns of ``record_value``."""
        if not self._entries:
            return pl.DataFrame(schema=dict.fromkeys(_COLUMNS, pl.String) | {"position": pl.Int16})
        return pl.concat([self._of_attribute(name, frames) for name, frames in self._entries.items()])

    def _keep(self, attribute: str, column_name: str, rows: pl.DataFrame) -> None:
        rows = rows.filter(pl.col("value").is_not_null() | pl.col("absence").is_not_null())
        if len(rows):
            named = rows.with_columns(pl.lit(column_name).alias("column_name"))
            self._entries.setdefault(attribute, []).append(named)

    def _of_attribute(self, attribute: str, frames: list[pl.DataFrame]) -> pl.DataFrame:
        rows = pl.concat(frames)
        position = pl.lit(0, dtype=pl.Int16)
        if len(frames) > 1 or rows["row"].n_unique() < len(rows):
            position = pl.int_range(pl.len()).over("row").cast(pl.Int16)
        return rows.with_columns(
            self.subject_id.gather(rows["row"]).alias("subject_id"),
            pl.lit(attribute).alias("attribute"),
            position.alias("position"),
        ).select(_COLUMNS)
