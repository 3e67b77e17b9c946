.DEFAULT_GOAL := help
.PHONY: help setup ready demo up down restart status test test-rules lint bench widgets clean lock

PYTHON := .venv/bin/python
LOCK_OPTIONS := --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header
# Each worker has servers of its own and takes one file after the other, in the order of tests/side_by_side.py.
SIDE_BY_SIDE := --numprocesses 2 --dist loadfile --no-loadscope-reorder

help: ## Show what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Make this machine ready: system packages, .venv, node_modules, Kafka's jars
	@deploy/bootstrap everything

# What runs needs no node_modules.
ready:
	@deploy/bootstrap

demo: up ## Start everything, load a living community, show what happened; then `make down`
	@$(PYTHON) -m deploy.demo

up: ready ## Start everything in the background: servers and services
	@$(PYTHON) -m deploy.embedded up

down: ## Stop everything; the data stay
	@$(PYTHON) -m deploy.embedded down

restart: ready ## Stop everything, then start it
	@$(PYTHON) -m deploy.embedded restart

status: ## Tell what runs, where, and what is still on its way
	@.venv/bin/laurel status

test: setup ## Run all tests, on a real MongoDB and a real Kafka
	@$(PYTHON) -m pytest $(SIDE_BY_SIDE)

test-rules: setup ## Run the tests that need no server, in seconds
	@$(PYTHON) -m pytest $(SIDE_BY_SIDE) -m "not servers"

lint: setup ## Check style, types, import contracts and configuration
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@$(PYTHON) -m deploy.node node_modules/typescript/bin/tsc --project services/titles_and_badges/widgets
	@.venv/bin/yamllint --strict -d "{extends: default, rules: {line-length: {max: 110}}}" docker-compose.yml
	@.venv/bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	@.venv/bin/shellcheck deploy/bootstrap .ci/run

bench: setup ## Compare our speed with hand-written baselines, in one run
	@$(PYTHON) -m tests.bench

widgets: setup ## Build the web components anew; what is built is committed
	@$(PYTHON) -m deploy.node services/titles_and_badges/widgets/build.mjs

clean: ## Stop everything and delete its data, logs and secrets; downloads stay
	@$(PYTHON) -m deploy.embedded clean

lock: setup ## Write the locks anew; UPGRADE=--upgrade takes newer versions
	@uv=$$(mktemp -d) && trap 'rm -rf "$$uv"' EXIT && $(PYTHON) -m venv "$$uv" \
	&& "$$uv/bin/python" -m pip install --quiet --disable-pip-version-check uv \
	&& "$$uv/bin/uv" pip compile $(LOCK_OPTIONS) $(UPGRADE) --all-extras pyproject.toml -o requirements.lock \
	&& echo setuptools | "$$uv/bin/uv" pip compile $(LOCK_OPTIONS) -c requirements.lock \
		pyproject.toml - -o deploy/requirements.lock \
	&& "$$uv/bin/uv" pip compile $(LOCK_OPTIONS) $(UPGRADE) tests/peers/requirements.in -o tests/peers/requirements.lock
