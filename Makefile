# `make run` and `make test` need Python 3.11 or newer, make and git; the rest they fetch.
.DEFAULT_GOAL := help
.PHONY: help run test check lint types imports unit e2e bench rotate dump operator arrange costs revision lock clean chromium
.DELETE_ON_ERROR:

PYTHON ?= python3
BIN := .venv/bin
RUNTIME := .venv/.runtime-installed
DEVELOPMENT := .venv/.development-installed
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# Tests start hundreds of processes, and each would compile all of it anew.
unexport PYTHONDONTWRITEBYTECODE
# Everything is listed and pinned, so nothing is resolved: a release of tomorrow changes nothing here.
PYTEST := $(BIN)/python -m pytest
# What failed is run once more, alone: a machine that was busy is no fault of ours. Both are printed.
AGAIN := $(PYTEST) --last-failed --last-failed-no-failures none
# Three files at once, the longest first (LONG_FILES in tests/conftest.py): each waits a third of its
# time, for its database, an app or a browser, so two would leave two cores idle so long.
THREE := -n 3 --dist loadfile --no-loadscope-reorder
INSTALL := -m pip install --quiet --no-deps --requirement

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUNTIME) ## start the app on http://localhost:3000 (PORT=... for another port)
	@exec $(BIN)/python -m assistant

test: check e2e ## run every check and every test

check: lint types imports unit ## run everything but the browser tests

lint: $(DEVELOPMENT) ## format and style
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(DEVELOPMENT) ## static types
	$(BIN)/mypy

imports: $(DEVELOPMENT) ## imports point down only
	$(BIN)/lint-imports

unit: $(DEVELOPMENT) ## unit and database tests
	$(PYTEST) tests --ignore=tests/e2e $(THREE) || $(AGAIN) tests --ignore=tests/e2e

e2e: $(DEVELOPMENT) chromium ## stories in a real browser
	$(PYTEST) tests/e2e $(THREE) || $(AGAIN) tests/e2e

bench: $(DEVELOPMENT) chromium ## print the figures of speed and size
	$(BIN)/python -m tests.bench

WHAT ?= data
rotate: $(RUNTIME) ## give every user a new key while the app serves (WHAT=keys: wrap the keys anew)
	@$(BIN)/python -m assistant.rotate $(WHAT)

TO ?=
dump: $(RUNTIME) ## dump the database, and apart from it the users' keys of now (TO=folder)
	@$(BIN)/python -m assistant.dump $(TO)

# Not the USER of the environment, which every shell has.
WHO = $(if $(filter command,$(firstword $(origin USER))),$(USER))
arrange: $(RUNTIME) ## give somebody a plan by arrangement (WHO="name or id" MAIL=... USD=... SEATS=1)
	@$(BIN)/python -m assistant.arrange "$(WHO)" "$(MAIL)" "$(USD)" $(SEATS)

operator: $(RUNTIME) ## let somebody open the operator's page (USER="name or id"; REMOVE=1: no more)
	@$(BIN)/python -m assistant operator $(if $(REMOVE),remove,add) "$(WHO)"

costs: $(RUNTIME) ## print what a user costs in a month, and which settings keep the margin
	@$(BIN)/python -m assistant.costs

revision: $(DEVELOPMENT) ## write the next migration from the models (WORDS="what it brings")
	@$(BIN)/python -m tests.new_revision $(WORDS)

lock: $(DEVELOPMENT) ## write the pinned requirements anew from pyproject.toml
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --python-version 3.11 --universal --generate-hashes \
		--quiet -o requirements.txt
	$(BIN)/uv pip compile pyproject.toml --python-version 3.11 --universal --generate-hashes \
		--quiet --extra dev -c requirements.txt -o requirements-dev.txt

clean: ## remove the environment and what was built; the data stay
	rm -rf .venv .web .build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

chromium: $(DEVELOPMENT)
	@.ci/chromium

$(RUNTIME): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: PYTHON=/path/to/python3.11 make run" >&2; exit 1; }
	@$(PYTHON) -m venv .venv
	@echo "Installing the packages (about a minute, once) ..."
	@$(BIN)/python $(INSTALL) requirements.txt
	@touch $@

$(DEVELOPMENT): requirements-dev.txt $(RUNTIME)
	@echo "Installing what the tests need (about a minute, once) ..."
	@$(BIN)/python $(INSTALL) requirements-dev.txt
	@touch $@
