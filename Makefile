# `make help` lists what there is. Set-up is incremental: .stamps remembers what was done.
SHELL := /bin/bash
unexport PYTHONDONTWRITEBYTECODE
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check check-python check-node test-ui-units python-tools node-tools bench docs \
	ui ui-dev lock sdl client permissions fmt clean

BIN := .venv/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check install
LOCK := pip compile --quiet --universal --generate-hashes --upgrade --python-version 3.11 \
	--no-header --no-annotate --no-emit-index-url --no-emit-package dagy
UI_SOURCES := $(shell find frontend -type f \
	-not -path '*/node_modules/*' -not -path '*/.next/*' -not -path '*/out/*' \
	-not -path '*/src/gql/*' -not -path '*/tests/*' -not -name '*.md' \
	-not -name '*.tsbuildinfo' -not -name next-env.d.ts)
# The reference pages are written from the code.
DOCS_SOURCES := $(shell find docs sdk/dagy dagy_gql/cli -type f -not -name '*.pyc') \
	dagy_gql/settings.py

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: .stamps/runtime .stamps/ui .stamps/docs ## Set up what is missing and start Dagy (ARGS="--port 9000")
	@$(BIN)/dagy up $(ARGS)

# Python's side and Node's side of each step run beside each other.
test: ## Set up, check and run every test (ARGS="-k name")
	@$(MAKE) --no-print-directory -j2 python-tools node-tools
	@$(MAKE) --no-print-directory -j2 check test-ui-units
	@$(BIN)/pytest -n 2 --dist loadgroup --deselect tests/test_architecture.py $(ARGS)

check: check-python check-node ## Format, lint, types, imports, drift, frontend types

check-python: .stamps/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest -q tests/test_architecture.py

check-node: .stamps/node_modules
	cd frontend && npm run --silent typecheck

test-ui-units: check-node
	@cd frontend && npm run --silent budget && npm test --silent

# Without the job server: two pips in one environment would disturb each other.
python-tools:
	@MAKEFLAGS= $(MAKE) --no-print-directory .stamps/dev .stamps/docs

node-tools:
	@MAKEFLAGS= $(MAKE) --no-print-directory .stamps/ui .stamps/conformance .stamps/oidc \
		.stamps/chromium

bench: .stamps/dev ## Measure Dagy and print the numbers beside a plain Python script
	@$(BIN)/python -m benchmarks $(ARGS)

docs: .stamps/docs ## Build the documentation, which the server shows at /docs

ui: .stamps/ui ## Build the web UI

ui-dev: .stamps/node_modules ## Serve the web UI with hot reload before a running Dagy (DAGY_API_URL, PORT)
	@cd frontend && npm run --silent dev

lock: .stamps/venv ## Resolve the requirements again, with hashes
	@$(PIP) uv
	$(BIN)/uv $(LOCK) pyproject.toml -o requirements.lock
	$(BIN)/uv $(LOCK) --group build -c requirements.lock -o requirements-build.lock
	$(BIN)/uv $(LOCK) --group examples --no-deps -o requirements-examples.lock
	$(BIN)/uv $(LOCK) --group docs -c requirements.lock -o requirements-docs.lock
	$(BIN)/uv $(LOCK) pyproject.toml --group build --group dev \
		-c requirements.lock -c requirements-build.lock -c requirements-docs.lock \
		-o requirements-dev.lock

sdl: .stamps/dev ## Write schema/schema.graphql and docs/graphql.md
	@$(BIN)/dagy schema > schema/schema.graphql
	@$(BIN)/python -m schema.docs

client: .stamps/dev ## Make the blocking client of the asynchronous one
	@$(BIN)/python sdk/make_sync_client.py
	@$(BIN)/ruff check --quiet --select I,UP028 --fix --unsafe-fixes sdk/dagy/api/sync
	@$(BIN)/ruff format --quiet sdk/dagy/api/sync

permissions: .stamps/dev ## Call every operation as everybody, into docs/permissions.md
	@WRITE_PERMISSIONS=1 $(BIN)/pytest -q tests/api/test_matrix.py

fmt: .stamps/dev ## Format and mend what ruff can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## Remove what set-up made
	rm -rf .venv .stamps frontend/node_modules frontend/.next frontend/out \
		tests/conformance/node_modules tests/oidc/node_modules tests/ui/node_modules

.stamps/venv:
	@python=""; \
	for candidate in python3 python3.13 python3.12 python3.11; do \
		if $$candidate -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
			2>/dev/null; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Dagy needs Python 3.11, 3.12 or 3.13; python3 here is:" \
			"$$(python3 --version 2>&1 || true)" >&2; exit 1; \
	fi; \
	[ -x $(BIN)/python ] || $$python -m venv .venv
	@mkdir -p .stamps && touch $@

.stamps/runtime: .stamps/venv requirements.lock requirements-build.lock \
		requirements-examples.lock pyproject.toml sdk/pyproject.toml
	@echo "Installing Python packages …"
	@$(PIP) --require-hashes -r requirements-build.lock -r requirements.lock
	@$(PIP) --require-hashes --no-deps -r requirements-examples.lock
	@$(PIP) --no-deps --no-build-isolation -e sdk -e .
	@touch $@

.stamps/dev: .stamps/runtime requirements-dev.lock
	@echo "Installing the tools for tests …"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

.stamps/node_modules: frontend/package.json frontend/package-lock.json
	@node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' 2>/dev/null || \
		{ echo "The web UI needs Node 20 or newer, found: $$(node --version 2>&1)" >&2; exit 1; }
	@echo "Installing Node packages …"
	@cd frontend && npm ci --no-audit --no-fund --loglevel=error
	@mkdir -p .stamps && touch $@

.stamps/conformance: tests/conformance/package.json tests/conformance/package-lock.json
	@cd tests/conformance && npm ci --no-audit --no-fund --loglevel=error
	@mkdir -p .stamps && touch $@

.stamps/oidc: tests/oidc/package.json tests/oidc/package-lock.json
	@cd tests/oidc && npm ci --no-audit --no-fund --loglevel=error
	@mkdir -p .stamps && touch $@

.stamps/chromium: tests/ui/package.json tests/ui/package-lock.json
	@cd tests/ui && npm ci --no-audit --no-fund --loglevel=error
	@mkdir -p .stamps && touch $@

.stamps/docs: .stamps/runtime requirements-docs.lock mkdocs.yml $(DOCS_SOURCES)
	@echo "Building the documentation …"
	@$(PIP) --require-hashes -r requirements-docs.lock
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict
	@touch $@

.stamps/ui: .stamps/node_modules schema/schema.graphql $(UI_SOURCES)
	@echo "Building the web UI …"
	@cd frontend && npm run --silent build
	@touch $@
