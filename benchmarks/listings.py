"""The listings matcher: how good, how fast, against whom. Prints Markdown tables.

    python benchmarks/listings.py pools DATA/shopee/shopee_train.parquet
    python benchmarks/listings.py pairs DATA
    python benchmarks/listings.py rate DATA
    python benchmarks/listings.py honesty DATA/shopee/shopee_train.parquet
    python benchmarks/listings.py copies LISTINGS.parquet [--fit OTHERS.parquet]
    python benchmarks/listings.py growth LISTINGS.parquet [--sizes 100000,1000000]
    python benchmarks/listings.py screening LISTINGS.parquet
    python benchmarks/listings.py limits LISTINGS.parquet
    python benchmarks/listings.py skew
    python benchmarks/listings.py scan
    python benchmarks/listings.py all DATA --listings LISTINGS.parquet
        [--fit OTHERS.parquet] [--many MORE.parquet] [--into docs/benchmarks.md]

DATA is a folder of public sets (``shopee``, ``product_pairs``, ``wdc_lspc``,
``wdc_products_80cc``); LISTINGS has ``title`` and ``cluster``, and may have ``price``.
Models are fitted here and thrown away. Peers run in the same run where installed:
scikit-learn's TF-IDF beside ``pools``, rensa beside ``growth``, ``screening`` and
``scan``, pandas beside ``scan``. With ``--into`` each table also takes the place of the
one that stands in a document between its two marks. ``all`` measures everything, a part
at a time, in about an hour; ``growth`` takes the first titles of ``--many``.
"""

import argparse
import contextlib
import io
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
SIZES = "100000,300000,1000000"


def parts_of(document: Path, name: str) -> tuple[str, str]:
    """Give what stands before and after a table's place, its marks included."""
    begin, end = f"<!-- listings.py {name} -->", f"<!-- end of {name} -->"
    before, opened, rest = document.read_text("utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not opened or not closed:
        sys.exit(f"{document}: put {begin} and {end} where the table belongs")
    return before + begin, end + after


def put_into(document: Path, name: str, table: str) -> None:
    """Put a table in the place of the one between its marks."""
    before, after = parts_of(document, name)
    document.write_text(f"{before}\n\n{table.strip()}\n\n{after}", "utf-8")


class Both(io.StringIO):
    """Keep what is printed, and show it."""

    def __init__(self, shown: io.TextIOBase) -> None:
        super().__init__()
        self.shown = shown

    def write(self, text: str) -> int:
        """Write to both."""
        self.shown.write(text)
        self.shown.flush()
        return super().write(text)


def measure_scan() -> None:
    """From CSV to report, by ``scan.py``."""
    scan = subprocess.Popen(
        [sys.executable, str(HERE / "scan.py")], stdout=subprocess.PIPE, text=True
    )
    for line in scan.stdout or ():
        print(line, end="")
    if scan.wait():
        sys.exit("scan.py failed")


def measure_all(chosen: argparse.Namespace) -> None:
    """Measure everything, a part at a time, each in a process of its own."""
    data, listings = chosen.path, chosen.listings
    shopee = data / "shopee" / "shopee_train.parquet"
    parts: list[list[str | Path]] = [
        ["pools", shopee],
        ["screening", listings],
        ["growth", chosen.many or listings, "--sizes", chosen.sizes],
        ["limits", listings],
        ["skew"],
        ["scan"],
        ["rate", data],
        ["honesty", shopee],
        ["pairs", data],
        ["copies", listings, *(("--fit", chosen.fit) if chosen.fit else ())],
    ]
    into = ("--into", chosen.into) if chosen.into else ()
    if chosen.into:
        for name, *_ in parts:
            parts_of(chosen.into, str(name))  # before an hour's work
    for part in parts:
        print(f"\n{part[0]}\n", flush=True)
        command = [sys.executable, __file__, *map(str, (*part, *into))]
        subprocess.run(command, check=True)


def main() -> None:
    """Run one of the measurements, or all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = (
        "pools", "pairs", "rate", "honesty", "copies", "growth", "screening", "limits",
        "skew", "scan", "all",
    )  # fmt: skip
    parser.add_argument("what", choices=names)
    parser.add_argument("path", type=Path, nargs="?")
    parser.add_argument("--sizes", default=SIZES, help="titles to join (growth)")
    parser.add_argument("--fit", type=Path, help="listings to fit a model to (copies)")
    parser.add_argument("--listings", type=Path, help="near copies (all)")
    parser.add_argument("--many", type=Path, help="more of them for growth (all)")
    parser.add_argument("--into", type=Path, help="a document with places for tables")
    chosen = parser.parse_args()
    for name in ("path", "fit", "listings", "many", "into"):
        given = getattr(chosen, name)
        if given is not None:
            if not given.exists():
                parser.error(f"there is no {given}")
            setattr(chosen, name, given.resolve())
    if chosen.path is None and chosen.what not in ("skew", "scan"):
        parser.error("name the file or folder to measure on")
    if chosen.what == "all":
        if chosen.listings is None:
            parser.error("all: name a file of near copies with --listings")
        measure_all(chosen)
        return
    import listings_quality as quality
    import listings_speed as speed

    sizes = [int(size) for size in chosen.sizes.split(",")]
    measures: dict[str, Callable[[], None]] = {
        "pools": lambda: quality.measure_pools(chosen.path),
        "pairs": lambda: quality.measure_pairs(chosen.path),
        "honesty": lambda: quality.measure_honesty(chosen.path),
        "copies": lambda: quality.measure_copies(chosen.path, chosen.fit),
        "rate": lambda: speed.measure_rate(chosen.path),
        "growth": lambda: speed.measure_growth(chosen.path, sizes),
        "screening": lambda: speed.measure_screening(chosen.path),
        "limits": lambda: speed.measure_limits(chosen.path),
        "skew": speed.measure_skew,
        "scan": measure_scan,
    }
    if chosen.into is not None:
        parts_of(chosen.into, chosen.what)  # before an hour's work
    printed = Both(sys.stdout)
    with contextlib.redirect_stdout(printed):
        measures[chosen.what]()
    if chosen.into is not None:
        put_into(chosen.into, chosen.what, printed.getvalue())


if __name__ == "__main__":
    main()
