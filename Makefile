# CareHub. `make` lists what there is. Needs Python 3.11 or later and make; everything else is installed.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:
.DELETE_ON_ERROR:

# The distribution's own where it is new enough: it was compiled by a profile of what it runs, and takes a sixth less
# processor time for everything than one that pyenv compiled on the spot.
PYTHON ?= $(shell for one in /usr/bin/python3 python3; do \
	$$one -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; done; echo $$one)
VENV := .venv
BIN := $(VENV)/bin
UV := $(VENV)/uv/bin/uv
# More arguments for pytest: make test PYTEST="-k journey -x"
PYTEST ?=
# Test processes side by side; 0 is one process. More than the two processors that are usual: for half of its time a
# test waits for a clock, a process or a database. Each of them collects the whole suite for itself, 14 s of processor:
# three took 12:37, four 13:13, one run of each.
WORKERS ?= 3
# Branch coverage that core, flow and store must have, in percent.
COVERED ?= 93

export UV_PROJECT_ENVIRONMENT := $(VENV)
export UV_PYTHON := $(BIN)/python
# A start reads compiled modules, and costs half: they are made when installing, and by the tests for themselves.
export UV_COMPILE_BYTECODE := 1
unexport VIRTUAL_ENV PYTHONDONTWRITEBYTECODE

LOCK := uv.lock pyproject.toml requirements-bootstrap.txt
OURS := carehub integrations models
DEBIAN := mosquitto postgresql chromium chromium-headless-shell openssl strace fiu-utils

.PHONY: help install install-all demo test coverage proofs pictures bench sbom faults provider-matrix check format clean \
	check-format check-lint check-types check-floors check-migrations check-dead check-deps check-docker

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

# --- installing: stamps in .venv say what is there; nothing is done when they are newer than the lock -----------

$(UV): requirements-bootstrap.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "CareHub needs Python 3.11 or later; say which with PYTHON=..." >&2; exit 1; }
	[[ -x $(BIN)/python ]] || $(PYTHON) -m venv --without-pip $(VENV)
	$(PYTHON) -m venv $(VENV)/uv \
		|| { echo "Python's venv is incomplete. On Debian: sudo apt-get install python3-venv" >&2; exit 1; }
	$(VENV)/uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bootstrap.txt
	touch $@

$(VENV)/.installed: $(LOCK) | $(UV)
	@$(UV) sync --quiet --locked --inexact
	$(BIN)/python -m compileall -q $(OURS)
	touch $@

$(VENV)/.installed-all: $(LOCK) | $(UV)
	@$(UV) sync --quiet --locked --all-groups --no-group peers
	$(BIN)/python -m compileall -q $(OURS)
	touch $(VENV)/.installed $@

install: $(VENV)/.installed ## .venv with the carehub command, from the lock, by hash

install-all: $(VENV)/.installed-all ## the same with what tests and checks need

# --- running -------------------------------------------------------------------------------------------------

demo: install ## everything on this machine, with a simulated village; Ctrl-C ends it
	@exec $(BIN)/carehub demo

# --- testing -------------------------------------------------------------------------------------------------

test: install-all ## the whole suite, on SQLite and PostgreSQL, with a real broker and a real browser
	@tools/debian-packages.sh $(DEBIAN)
	mkdir -p build
	$(BIN)/python -m pytest -m 'not proof' -n $(WORKERS) --dist worksteal --durations=25 $(PYTEST)

coverage: install-all ## the same suite, and how much of core, flow and store it passes through (a quarter slower)
	@tools/debian-packages.sh $(DEBIAN)
	mkdir -p build
	$(BIN)/python -m pytest -m 'not proof' -n $(WORKERS) --cov --cov-report=term:skip-covered \
		--cov-report=xml:build/coverage.xml $(PYTEST)
	$(BIN)/coverage report --include='carehub/core/*,carehub/flow/*,carehub/store/*' --fail-under=$(COVERED) \
		>build/coverage.txt || { echo "core, flow and store are covered below $(COVERED) %: build/coverage.txt" >&2; exit 1; }

proofs: install-all ## what takes longer than a test may; properties with 500 examples each
	@tools/debian-packages.sh $(DEBIAN)
	EXAMPLES=500 $(BIN)/python -m pytest -m 'proof or hypothesis' --timeout=3600 $(PYTEST)

pictures: install-all ## each page as a picture at three sizes, by day and by night, in build/pictures
	@tools/debian-packages.sh chromium-headless-shell
	mkdir -p build/pictures
	PICTURES=build/pictures $(BIN)/python -m pytest -q -n0 --timeout=300 tests/browser/test_pages_look.py -k "can_be_read_by_everybody" $(PYTEST)

bench: install-all ## events per second, press to outbox, memory; writes build/bench.json
	@tools/debian-packages.sh mosquitto postgresql
	@$(UV) sync --quiet --locked --inexact --all-groups || echo "the engine's peers cannot be installed here; they are skipped" >&2
	mkdir -p build
	$(BIN)/python -m benchmarks $(if $(KIT),--kit $(KIT)) $(BENCH)

sbom: install ## what a hub is made of, with versions and hashes: build/sbom.json, as CycloneDX
	mkdir -p build
	$(UV) export --quiet --locked --no-dev --preview-features sbom-export --format cyclonedx1.5 --output-file build/sbom.json >/dev/null

provider-matrix: install-all ## every failure of a provider, times every channel: seconds until another one starts
	$(BIN)/python -m pytest tests/faults/test_provider_matrix.py -m "proof or not proof" -p no:randomly -n0 -q -s

faults: install-all ## every named failure, 300 kills, 1,200 power cuts; writes build/faults.json
	@tools/debian-packages.sh mosquitto strace
	$(BIN)/python -m tests.faults $(FAULTS)

# --- checking ------------------------------------------------------------------------------------------------

check: check-format check-lint check-types check-floors check-migrations check-dead check-deps check-docker ## all that can be said without running it

check-format: install-all ## ruff's form
	@$(BIN)/ruff format --check --quiet .

check-lint: install-all ## ruff's rules
	@$(BIN)/ruff check --quiet .

# Where nobody checks a second time, nothing is kept for it: a twentieth of its time.
check-types: install-all ## mypy, strict
	@$(BIN)/mypy $(if $(CI),--cache-dir=/dev/null)

check-floors: install-all ## who may import whom
	@PYTHONPATH=. $(BIN)/lint-imports

check-migrations: install-all ## a fresh database, migrated, has exactly the tables of the code
	@folder=$$(mktemp -d)
	trap 'rm -rf "$$folder"' EXIT
	export CAREHUB_DATABASE_URL="sqlite:///$$folder/check.db"
	$(BIN)/alembic upgrade head
	$(BIN)/alembic check

check-dead: install-all ## code that nobody calls
	@$(BIN)/python tools/dead_code.py

check-deps: install-all ## dependencies that nobody imports, imports that nobody declares
	@$(BIN)/deptry . --no-ansi

check-docker: install-all ## Dockerfile and compose file
	@$(BIN)/hadolint docker/Dockerfile
	$(BIN)/python tools/check_compose.py docker/compose.yaml

format: install-all ## ruff sets the form and mends what it can
	@$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .

clean: ## away with what was built; .venv and data/ stay
	@rm -rf build dist .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -print0 | xargs -0 --no-run-if-empty rm -rf
