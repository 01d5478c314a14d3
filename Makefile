# Warifu. `make help` lists the targets; each does its own set-up.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
FLASK := $(BIN)/flask --app wsgi
.DEFAULT_GOAL := help
.PHONY: help setup demo demo-reset test test-fast check bench pictures migration lock

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: .venv/.packages ## the virtual environment and everything in it; a second run costs nothing

.venv/.packages: requirements.lock setup.cfg pyproject.toml .ci/system-packages
	@.ci/system-packages
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

demo: setup ## serve the demo on PORT (default 8000); Ctrl-C ends all of it
	@exec $(FLASK) demo serve --port $(PORT)

demo-reset: setup ## throw the demo's data away
	@$(FLASK) demo reset --yes

check: setup ## format, lint, types and import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

test: check ## everything: checks, unit tests on both databases, journeys in a browser
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

test-fast: setup ## the tests without a browser and without slow ones
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not journey and not slow"

bench: setup ## measured speed against the limits of the same machine
	@$(BIN)/python -m tests.bench

pictures: setup ## drive the browser through the demo and write the pictures of the README
	@$(BIN)/python -m tests.pictures

migration: setup ## write a migration: make migration MSG="what it is for"
	@test -n "$(MSG)" || { echo 'make migration MSG="what it is for"'; exit 1; }
	@$(FLASK) db revision "$(MSG)"
	@$(BIN)/ruff check --quiet --fix portal/migrations/versions
	@$(BIN)/ruff format --quiet portal/migrations/versions

lock: setup ## write the installed versions down in requirements.lock
	@$(BIN)/pip freeze --exclude-editable > requirements.lock
