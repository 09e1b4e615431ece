"""The warehouse: where scans over all customers run. DuckDB in this process; nobody outside asks which engine it is."""

from onefold.engines.duckdb import Engine, quote_identifier, quote_literal

__all__ = ["Engine", "quote_identifier", "quote_literal"]
