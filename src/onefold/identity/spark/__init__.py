"""Resolution spread over the workers of a Spark cluster; ``onefold.identity.parquet`` is its door."""
