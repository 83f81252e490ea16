"""``python -m storekin.surfaces.cli``."""

from storekin.surfaces.cli.main import run

run()
