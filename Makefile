# The two commands that people need are `make start` and `make test`; see README.md.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: start test evidence audit lint messages bench faults rehearse docs lock clean

start: $(VENV)/.installed
	@exec $(BIN)/python -m processing start

# Linter, types, imports, audit of the dependencies, every test, coverage: tests/everything.py has the steps.
test: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.everything

# The long acceptance list in the browser, with its timings printed, and the laws on many more examples.
evidence: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.chromium
	HYPOTHESIS_PROFILE=thorough $(BIN)/pytest -n 2 --timeout 1200 tests/property
	$(BIN)/pytest -s -m "evidence or timed" tests/browser

# Known faults of the locked packages; without an answer this fails, where `make test` only says so.
audit: $(VENV)/.installed-dev
	AUDIT_REQUIRED=1 $(BIN)/python -m tests.audit

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Bring the catalogues of French and Dutch in line with the words that are used, and say how many lack a translation.
messages: $(VENV)/.installed
	$(BIN)/python -m processing.language.messages

bench: $(VENV)/.installed-bench
	$(BIN)/python -m benchmarks

# Break everything that can break, for real; about ten minutes. As root it fills a small disk too.
faults: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks.faults

# Run the deployment once in a folder: the image's steps, production settings, TLS, PostgreSQL; some minutes, as root.
rehearse: $(VENV)/.installed-dev
	$(BIN)/python -m deploy.rehearse

# The documentation as a site in site/; a broken link fails. Nothing is fetched, neither now nor by a reader.
docs: $(VENV)/.installed-dev
	$(BIN)/zensical build --clean --strict

# Write the locks anew from the ranges in pyproject.toml.
lock: $(VENV)/.installed-dev
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --upgrade --universal --python-version 3.11 --no-annotate --quiet \
		pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --no-annotate --quiet \
		pyproject.toml --extra dev -c requirements.txt -o requirements-dev.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --no-annotate --quiet \
		pyproject.toml --extra dev --extra bench -c requirements-dev.txt -o requirements-bench.txt

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Set PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(VENV)/.installed-bench: requirements-bench.txt $(VENV)/.installed-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .cache site test-artifacts
