# Everything is set up by the targets themselves; `make` alone lists them.

PYTHON ?= python3
# The environment: another one for another Python, as VENV=.venv-3.13 PYTHON=python3.13.
VENV ?= .venv
PORT ?= 8000
# What to test: a path, or all of it.
T ?= tests
# Further words for the torture: TORTURE="--seed 1 --actions 5000".
TORTURE ?=
# What to measure: a workload, or all of them. Further words for the bench: BENCH="--rounds 1".
Q ?=
BENCH ?=

BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
BUNDLE := transport/static/graphiql/.built
AUDITS := tests/conformance/node_modules/.installed
CHROMIUM := /usr/bin/chromium
PEERS := bench/peers/node/node_modules/.installed
PGBOUNCER := /usr/sbin/pgbouncer
WRK := $(or $(shell command -v wrk),/usr/bin/wrk)
# Node builds GraphiQL's page and runs the HTTP audits; an older one counts as none.
NODE := $(shell node -e 'const [a, b] = process.versions.node.split("."); if (a > 20 || (a == 20 && b >= 19)) console.log("yes")' 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help install graphiql run test test-fast faults torture coverage bench flatness memory live lint format docs schema lock

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(INSTALLED) ## Make the environment, .venv, from the locked packages

$(INSTALLED): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || \
		{ echo "Python's venv is missing (Debian: apt-get install python3-venv)"; exit 1; }
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

graphiql: $(if $(NODE),$(BUNDLE)) ## Build GraphiQL's page (needs Node 20.19 or newer, else it is skipped)
	$(if $(NODE),@:,@echo "Node 20.19 or newer was not found: GraphiQL's page is not built. The API works without it.")

$(BUNDLE): $(shell find graphiql -type f -not -path '*/node_modules/*')
	cd graphiql && npm ci --silent && npm run build --silent -- --logLevel warn
	@touch $@

run: install graphiql ## Serve the demo on SQLite, and print what to open and ready tokens
	@$(BIN)/python server.py migrate
	@$(BIN)/python server.py demo
	@echo
	@echo "Open http://127.0.0.1:$(PORT)/graphql in a browser, or send it one of the tokens above."
	@$(BIN)/python server.py serve --port $(PORT)

test: install graphiql $(if $(NODE),$(AUDITS) $(PEERS)) $(CHROMIUM) $(PGBOUNCER) $(WRK) ## Run the tests on SQLite and PostgreSQL, or some: make test T=path
	$(BIN)/python -m pytest -q -m "not fault" $(if $(filter tests,$(T)),-n 2 --dist worksteal) $(T)

test-fast: install ## Run the tests that need a minute: on SQLite, without browser and bench
	$(BIN)/python -m pytest -q -n 2 --dist worksteal -m "not postgres and not slow and not fault" $(T)

faults: install $(PGBOUNCER) $(PEERS) $(WRK) ## Break what the server stands on, the long tests too: kills, failovers, networks
	$(BIN)/python -m pytest -q -o faulthandler_timeout=1800 $(if $(filter tests,$(T)),tests/faults tests/bench,$(T))

torture: install ## Act at random while the server is broken, 20,000 times: make torture TORTURE="--seed 1"
	$(BIN)/python -m tests.torture $(TORTURE)

coverage: install graphiql $(if $(NODE),$(AUDITS) $(PEERS)) $(CHROMIUM) $(PGBOUNCER) $(WRK) ## Run the same, slower, and tell the lines that none ran
	$(BIN)/coverage run -m pytest -q -m "not fault" $(if $(filter tests,$(T)),-n 2 --dist worksteal) $(T)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

$(AUDITS): tests/conformance/package-lock.json
	cd tests/conformance && npm ci --silent
	@touch $@

$(CHROMIUM):
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	else echo "$@ is missing, so the browser tests cannot run (sudo apt-get install chromium)"; fi

$(PGBOUNCER):
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq pgbouncer >/dev/null; \
	else echo "$@ is missing, so nothing is tried through it (sudo apt-get install pgbouncer)"; fi

bench: install $(PEERS) $(WRK) ## Measure against other servers (half an hour), or show one workload: make bench Q=Q1
	$(BIN)/python -m bench $(Q) $(BENCH)

$(PEERS): bench/peers/node/package-lock.json
	cd bench/peers/node && npm ci --silent
	@cp $< $@

$(WRK):
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq wrk >/dev/null; \
	else echo "$@ is missing, which makes the bench's load (sudo apt-get install wrk)"; fi

flatness: install ## Measure the Select tab at 100,000 and at a million influencers (10 minutes at first)
	$(BIN)/python -m bench.flatness

memory: install ## Measure memory over 50,000 documents, and callers without a token (20 minutes)
	$(BIN)/python -m bench.memory

live: install $(PEERS) ## Measure subscriptions beside those of other servers (15 minutes)
	$(BIN)/python -m bench.live

plans: install ## Measure plans of 100,000 among a million influencers (20 minutes at first)
	$(BIN)/python -m bench.plans

lint: install ## Check style, types, the direction of imports and the Dockerfile
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports --no-logo
	$(BIN)/hadolint Dockerfile

format: install ## Put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: install ## Write docs/workflow.md from the transition table
	$(BIN)/python -m workflow.page

schema: install ## Write schema.graphql from the code
	$(BIN)/python server.py schema > schema.graphql

lock: install ## Lock the packages that pyproject.toml names
	$(BIN)/pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --group dev pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes -c requirements.txt pyproject.toml -o deploy/requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes -c requirements.txt --extra otel pyproject.toml -o deploy/requirements-otel.txt
