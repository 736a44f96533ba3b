# Every command of the project. `make help` prints the lines marked with two hashes.
# Needs Python 3.11 or later, pip and make; everything else goes into .venv.
PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-header --no-emit-index-url --no-emit-find-links --no-annotate

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format bench soak lock docs messages pictures

help:  ## Show these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:  ## Install what running, testing and checking need (Chromium included)
	@$(PYTHON) -IS scripts/setup.py dev

demo:  ## Start a site with real public data and made-up accounts on this machine
	@$(PYTHON) -IS scripts/setup.py run
	@$(BIN)/alunite demo $(ARGS)

test: setup  ## Run every test on SQLite, then half of them on PostgreSQL (ARGS="-k words", DB=sqlite)
	@$(BIN)/python scripts/run_tests.py --database "$(DB)" -- $(ARGS)

check: setup  ## Run every check that is not a test: lint, types, floors, migrations, docs, words
	@$(BIN)/python scripts/check.py $(ARGS)

format: setup  ## Put code and templates into the house format
	@$(BIN)/python scripts/check.py --mend

docs: setup  ## Write the generated parts of the documentation anew
	@DJANGO_SETTINGS_MODULE=alunite.config.settings $(BIN)/python scripts/docs.py --write
	@DJANGO_SETTINGS_MODULE=alunite.config.settings $(BIN)/python scripts/client.py --write

messages: setup  ## Take up new texts into the catalogues, and list what is not translated
	@$(BIN)/python scripts/messages.py --write

bench: setup  ## Measure how fast the engines are, and compare with the limits written beside them
	@$(BIN)/python scripts/bench.py $(ARGS)

soak: setup  ## Run the tests with the long ones at their full length
	@ALUNITE_SOAK=1 $(BIN)/python scripts/run_tests.py --database "$(DB)" -- $(ARGS)

pictures: setup  ## Take the pictures of README and docs anew
	@$(BIN)/python scripts/pictures.py

lock: setup  ## Resolve requirements/*.in anew into the locked lists
	@$(LOCK) --upgrade requirements/run.in -o requirements/run.txt
	@$(LOCK) --upgrade requirements/analytics.in -c requirements/run.txt -o requirements/analytics.txt
	@$(LOCK) --upgrade requirements/dev.in -c requirements/run.txt -o requirements/dev.txt
	@$(BIN)/python scripts/frontend.py --lock
