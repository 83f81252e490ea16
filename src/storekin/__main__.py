"""``python -m storekin``."""

from storekin.surfaces.cli.main import run

run()
