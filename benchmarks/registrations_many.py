"""How ten million registrations are matched: seconds and memory, step by step.

    python benchmarks/registrations_many.py [--parts 10] [--rows 1000000] [--work DIR]

Each part is made by ``benchmarks/registrations.py`` with a seed of its own, so that
agents and sellers stay within their part; identifiers, names and streets are of one
space, and meet by chance as they would. Beside each step stand the memory that is held
after it, and the most that was held during it.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from registrations import judge_groups, make

from storekin.adapters.files.tables import empty_table
from storekin.identity.blocking import propose_pairs
from storekin.identity.hubs import judge_commonness
from storekin.identity.model import load_identity_model
from storekin.identity.scoring import weigh
from storekin.identity.values import collect_values
from storekin.kernels.compiled import prepare
from storekin.workflows.registrations import RegistrationFindings, find_groups


class Steps:
    """Prints what each step took, and the memory of the process."""

    def __init__(self) -> None:
        self.began = time.perf_counter()
        self.most = 0.0
        self.ended = Event()
        self.watcher = Thread(target=self._watch, daemon=True)
        self.watcher.start()

    def _watch(self) -> None:
        while not self.ended.wait(0.1):
            self.most = max(self.most, resident())

    def tell(self, step: str) -> None:
        """Print one step."""
        took = time.perf_counter() - self.began
        now = resident()
        print(
            f"| {step} | {took:.1f} | {now:.2f} | {max(self.most, now):.2f} |",
            flush=True,
        )
        self.began, self.most = time.perf_counter(), 0.0


def resident() -> float:
    """Give the memory of this process in gigabytes."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * 4096 / 1e9


def write_parts(parts: int, rows: int, path: Path) -> None:
    """Make the parts, one after another, into one file."""
    writer = None
    for part in range(parts):
        table = make(rows, 40, 100 + part, large=False)
        stores = pc.binary_join_element_wise(
            pa.scalar(f"{part:03d}"), table["store"].cast(pa.string()), "-"
        )
        registrants = pc.add(table["registrant"].cast(pa.int64()), part * 10_000_000)
        table = table.set_column(
            table.schema.get_field_index("store"), "store", stores
        ).set_column(
            table.schema.get_field_index("registrant"), "registrant", registrants
        )
        if writer is None:
            writer = pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def measure(path: Path) -> None:
    """Clean, compare and group the registrations of a file."""
    prepare()
    print("| step | s | GB after | most GB |")
    print("| --- | --- | --- | --- |")
    steps = Steps()
    table = pq.read_table(path)
    table = table.take(pc.sort_indices(table["store"])).combine_chunks()
    ids = table["store"].to_pylist()
    truth = table["registrant"].to_numpy().astype(np.int32)
    named = empty_table("registrations").column_names
    table = pa.table(
        {
            name: table[name]
            if name in table.column_names
            else pa.nulls(table.num_rows, pa.string())
            for name in named
            if name != "submitted"
        }
    )
    steps.tell("read")
    values = collect_values(ids, table, empty_table("access"))
    del table
    pa.default_memory_pool().release_unused()
    steps.tell("clean")
    model = load_identity_model().among(len(values))
    commonness = judge_commonness(values, model)
    steps.tell("hubs")
    left, right = propose_pairs(values, commonness)
    steps.tell(f"candidates: {len(left):,}")
    evidence = weigh(left, right, values, commonness, model)
    steps.tell(f"evidence: {len(evidence):,}")
    found = RegistrationFindings(
        values=values,
        commonness=commonness,
        model=model,
        left=left,
        right=right,
        evidence=evidence,
        prior_bits=model.prior_bits(len(values)),
    )
    groups = find_groups(found)
    steps.tell("groups")
    hits, pairs, most = judge_groups(groups.group, truth)
    print(f"\n{pairs:,} pairs in groups, {hits:,} right, {most} sellers in one at most")


def main() -> None:
    """Make the file in a process of its own, and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parts", type=int, default=10)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--make", type=Path, help="only make the file")
    chosen = parser.parse_args()
    if chosen.make is not None:
        write_parts(chosen.parts, chosen.rows, chosen.make)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = (chosen.work or Path(folder)) / f"{chosen.parts}x{chosen.rows}.parquet"
        if not path.exists():
            sizes = ["--parts", str(chosen.parts), "--rows", str(chosen.rows)]
            command = [sys.executable, __file__, *sizes, "--make", str(path)]
            subprocess.run(command, check=True)
        measure(path)


if __name__ == "__main__":
    main()
