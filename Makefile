# Onefold. `make demo` and `make test` do everything on a fresh machine with Python >= 3.11.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DEMO   ?= demo
EXTRAS ?= dlt,dev

# without bytecode every process compiles all it imports, which takes it two seconds
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup setup-dev demo test test-fast check format bench clean ui ui-types ui-test
help:           ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

setup: $(VENV)/.setup       ## leave .venv/bin/onefold
$(VENV)/.setup: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Onefold needs Python 3.11 or newer; set PYTHON=…" >&2; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dlt]'
	$(BIN)/python -c 'from onefold.identity import warm_up; warm_up()'
	@touch $@

setup-dev: $(VENV)/.setup-$(EXTRAS)
$(VENV)/.setup-$(EXTRAS): $(VENV)/.setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$(EXTRAS)]'
	@touch $@

ui: setup       ## build the web interface, if its source changed
	$(BIN)/python ui/build.py

ui-types: setup-dev ## types of the web interface from the API's description
	$(BIN)/python -c 'import json, pathlib; from onefold.api import openapi_document; pathlib.Path("docs/reference/openapi.json").write_text(json.dumps(openapi_document(), indent=1, ensure_ascii=False) + "\n")'
	$(BIN)/python ui/build.py types

ui-test: setup-dev ## check and test the web interface, and the size of its first screen
	$(BIN)/python ui/build.py check

demo: setup     ## build the demo company in ./demo, show its silo report, serve it (SERVE=0: do not)
	$(BIN)/onefold demo $(DEMO) $(if $(filter 0,$(SERVE)),,--serve)

test: setup-dev ## run all tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-fast: setup-dev ## run the tests that take no servers and little time
	$(BIN)/python -m pytest -n 2 --dist loadfile -m 'not slow'

check: setup-dev ## formatting, lint, types, layering, dependency files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/check_dependencies.py

format: setup-dev ## format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:          ## remove the environment and the demo
	rm -rf $(VENV) $(DEMO)
