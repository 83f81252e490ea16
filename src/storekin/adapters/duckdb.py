"""The pair engine on DuckDB: in process, in memory, spilling to disk when it must."""

import tempfile
from types import TracebackType
from typing import Self

import pyarrow as pa


class DuckDbEngine:
    """Runs SQL in DuckDB. Use it in a ``with`` block: it owns a spill folder."""

    def __init__(self, *, memory: str = "4GB", threads: int | None = None) -> None:
        import duckdb

        self._spill = tempfile.TemporaryDirectory(prefix="storekin-spill-")
        self._connection = duckdb.connect()
        self._connection.execute(f"set memory_limit = '{memory}'")
        self._connection.execute(f"set temp_directory = '{self._spill.name}'")
        self._connection.execute("set enable_progress_bar = false")
        if threads is not None:
            self._connection.execute(f"set threads = {int(threads)}")

    def sql(self, query: str, **tables: pa.Table) -> pa.Table:
        """Run *query* over the tables by their names."""
        cursor = self._connection.cursor()
        try:
            for name, table in tables.items():
                cursor.register(name, table)
            result: pa.Table = cursor.sql(query).to_arrow_table()
        finally:
            cursor.close()
        return result

    def close(self) -> None:
        """End the connection and take the spill folder away."""
        self._connection.close()
        self._spill.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
