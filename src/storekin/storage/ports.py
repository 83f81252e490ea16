"""Ports: what an engine must offer, whichever it is."""

from typing import Protocol

import pyarrow as pa


class PairEngine(Protocol):
    """Runs SQL over Arrow tables; adapters choose where."""

    def sql(self, query: str, **tables: pa.Table) -> pa.Table:
        """Run *query*, in DuckDB's dialect, over the tables by their names."""
        ...
