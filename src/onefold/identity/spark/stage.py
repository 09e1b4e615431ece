"""Where results between the steps of a run are kept: as Parquet, so that no step is ever computed twice.

Spark recomputes what a lost worker held from its inputs. With every step's result on disk that is one step and not the
whole run, and plans stay short in loops.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


@dataclass(frozen=True)
class Stage:
    """A folder of intermediate results that the driver and all workers see under one path."""

    session: SparkSession
    folder: str

    def below(self, name: str) -> Stage:
        """A folder inside this one."""
        return Stage(self.session, f"{self.folder}/{name}")

    def keep(self, frame: DataFrame, name: str) -> DataFrame:
        """Compute ``frame`` now, and go on from what was written."""
        path = f"{self.folder}/{name}"
        frame.write.mode("overwrite").parquet(path)
        return self.session.read.schema(frame.schema).parquet(path)
