# Two commands for users (make demo, make test), one for developers (make check).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed

.PHONY: demo test check lint types layers format clean lock

demo: $(RUNTIME)
	@$(BIN)/storekin demo demo
	@$(BIN)/storekin scan demo --policy aliexpress --out demo-report

test: $(DEV)
	$(BIN)/python -m pytest

check: lint types layers test

lint: $(DEV)
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/ruff check src tests benchmarks

types: $(DEV)
	$(BIN)/mypy

layers: $(DEV)
	$(BIN)/lint-imports

format: $(DEV)
	$(BIN)/ruff format src tests benchmarks
	$(BIN)/ruff check --fix src tests benchmarks

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

# Versions and hashes come from the lock files; the package itself needs no index.
$(RUNTIME): requirements/runtime.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements/dev.lock $(RUNTIME)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@touch $@

lock:
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 --extra train pyproject.toml requirements/build.in -o requirements/runtime.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 --extra dev pyproject.toml requirements/build.in -o requirements/dev.lock

clean:
	rm -rf $(VENV) demo demo-report .pytest_cache .mypy_cache .ruff_cache .hypothesis
