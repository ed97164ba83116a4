# The two commands: `make run` (everything up, with demo data) and `make test`.
PYTHON    ?= python3
VENV      ?= .venv
INSTALLER ?= uv
PY        := $(VENV)/bin/python
PIP       := $(PY) -m pip install -q --disable-pip-version-check --require-hashes -r
# For tools that read the settings and touch no server.
NOWHERE   := REBATTERY_LOCAL=1 DATABASE_URL=dummy:// REDIS_URL=redis://127.0.0.1:1/0
export UV_PYTHON_DOWNLOADS = never
# Whoever forbids Python to keep bytecode (as containers often do) compiles every library at every start of a
# process, and the tests start hundreds: each reading of an uploaded file is one.
export PYTHONDONTWRITEBYTECODE =

.PHONY: setup run test check lint browser rules bench kills clean

run: $(VENV)/.run
	@exec $(PY) manage.py stack --demo --follow-parent

setup: $(VENV)/.dev

test: $(VENV)/.dev browser
	@$(PY) -m pytest -n auto --maxprocesses 8 --dist worksteal $(ARGS)

check: lint test

lint: $(VENV)/.dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(NOWHERE) $(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PY) manage.py makemigrations --check --dry-run

rules: $(VENV)/.dev
	@$(PY) -m pytest -q -n auto --maxprocesses 8 -m rule --rules

bench: $(VENV)/.dev
	@$(PY) -m tests.benchmarks

kills: $(VENV)/.dev
	@$(PY) -m tests.benchmarks kills

browser: $(VENV)/.dev
	@$(PY) -m tests.browser.chromium

clean:
	rm -rf $(VENV) staticfiles $$(readlink .run/data) .run

# Root runs PostgreSQL as another user, whose files lie outside the checkout: .run/data points there.

$(VENV)/.%: requirements/%.txt requirements/uv.txt
	@test -x $(PY) || $(MAKE) --no-print-directory $(PY)
	@echo "Installing $< into $(VENV)"
ifeq ($(INSTALLER),uv)
	@$(PIP) requirements/uv.txt
	@$(VENV)/bin/uv pip install -q --python $(PY) --require-hashes -r $<
else
	@$(PIP) $<
endif
	@touch $@


$(PY):
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing. As root: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "ReBattery needs Python 3.11 or newer; choose one with PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "Python cannot make environments. As root: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
