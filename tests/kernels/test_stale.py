"""A compiled kernel is forgotten when its source, or one that it calls, is newer."""

import os
from pathlib import Path

from storekin.kernels.compiled import forget_stale


def test_what_calls_a_changed_kernel_is_compiled_anew(tmp_path: Path) -> None:
    """The changed one, its caller, and that one's caller; nothing else."""
    head = "from storekin.kernels.{} import something\n"
    sources = {
        "changed": "x = 1\n",
        "caller": head.format("changed"),
        "caller_of_caller": head.format("caller"),
        "other": "y = 2\n",
    }
    built = tmp_path / "__pycache__"
    built.mkdir()
    for name, text in sources.items():
        source, index = tmp_path / f"{name}.py", built / f"{name}.run-3.py311.nbi"
        source.write_text(text, "utf-8")
        index.touch()
        os.utime(source, (100, 100))
        os.utime(index, (200, 200))
    forget_stale(tmp_path, [built])
    assert len(list(built.iterdir())) == 4
    os.utime(tmp_path / "changed.py", (300, 300))
    forget_stale(tmp_path, [built])
    assert [path.name for path in built.iterdir()] == ["other.run-3.py311.nbi"]
