# Everything a newcomer needs: `make run` starts the whole system, `make` lists the rest.
.DEFAULT_GOAL := help
.PHONY: help setup run status verify policy dashboards clean test unit check format peers fhir e2e-compose screenshots bench chaos site-chaos simulate

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
LOG := .cache/make.log
SEED ?= 1
# Silent when it succeeds; the end of its output when it fails.
quietly = echo "  $(1)"; $(BIN)/$(1) > $(LOG) 2>&1 || { tail -n 40 $(LOG); exit 1; }

help: ## this table
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: ## create .venv with every package pinned by hash
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or: make PYTHON=..."; exit 1; }
	@mkdir -p .cache
	@$(PYTHON) shared/local/install.py deploy/requirements/dev.txt

run: setup ## start the whole system here (Ctrl-C stops it; data is kept)
	@$(BIN)/python -m shared.local run

status: setup ## what is up, where it is, and the demo credentials
	@$(BIN)/python -m shared.local status

verify: setup ## look at the invariants of the running network: nothing lost, doubled or changed
	@$(BIN)/python -m shared.local verify

policy: setup ## the clinical policy in force, with its sources (CLINIC=harbor: there)
	@$(BIN)/python -m shared.local policy $(if $(CLINIC),--clinic $(CLINIC))

dashboards: setup ## make Grafana's dashboards anew (deploy/grafana/boards)
	@$(BIN)/python -m deploy.grafana.build

clean: ## stop what runs; remove .run, .venv and .cache
	@test ! -x $(BIN)/python || $(BIN)/python -m shared.local clean
	@rm -rf .run .venv .cache

test: check ## every check, then every test
	@$(BIN)/pytest tests

unit: setup ## the fast tests, without I/O
	@$(BIN)/pytest -p no:anyio -p no:xdist tests/unit

check: setup ## formatting, lint, types, import rules
	@$(call quietly,ruff format --check .)
	@$(call quietly,ruff check .)
	@$(call quietly,mypy)
	@$(call quietly,lint-imports --no-logo)

format: setup ## format, and repair what lint can repair
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

peers: setup ## judges that we did not write: a CloudEvents SDK of another language, AsyncAPI (npm)
	@mkdir -p .cache/peers && cp tests/peers/node/package*.json .cache/peers/
	@npm ci --prefix .cache/peers --silent --no-audit --no-fund
	@$(BIN)/pytest tests/peers

fhir: setup ## FHIR's own rules (the HAPI validator) on what we export
	@$(BIN)/pytest tests/integration/test_fhir_judge.py tests/integration/test_fhir_export.py

e2e-compose: export COMPOSE_PROJECT_NAME = kap-e2e
e2e-compose: setup ## the journeys against the containers of docker-compose.yml
	@docker compose up --detach --build --wait \
		&& $(BIN)/python -m shared.local.compose.network \
		&& KAP_NETWORK=.run/compose-network.json $(BIN)/pytest tests/e2e; code=$$?; \
		test $$code -eq 0 || docker compose logs --no-color > .cache/compose.log; \
		docker compose down --volumes; \
		test $$code -eq 0 || echo "The containers' logs: .cache/compose.log"; exit $$code

screenshots: setup ## pictures of the console's pages, of what `make run` has started here
	@$(BIN)/python -m tests.kit.browser.screenshots

bench: setup ## measure throughput and latency on this machine
	@$(BIN)/python -m tests.bench

chaos: setup ## kill and freeze real processes, then check the history
	@CHAOS=long $(BIN)/pytest -s tests/chaos

site-chaos: setup ## a site's agent behind a bad link, killed at every step (SEED=1 deals the same)
	@CHAOS=long SEED=$(SEED) $(BIN)/pytest -s tests/chaos/site

simulate: setup ## all services in one process, with faults (SEED=1 repeats a run)
	@$(BIN)/python -m tests.simulation --seed $(SEED)
