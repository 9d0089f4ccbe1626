# make run    the portal with demonstration data on http://localhost:8000
# make test   every test, on SQLite and on PostgreSQL, in a browser too
# make check  what can be said about the code without running it
# make bench  what the portal promises of speed and memory, measured
# make trouble  kills, full disks, lost machines: what was acknowledged is still there
# make format puts the code in the form that `make check` asks for

PYTHON ?= python3
BIN := .venv/bin
PACKAGES := cluster_portal reports strategies products members registry
TRANSLATIONS := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
CHECKS := check-style check-types check-templates check-imports check-migrations \
	check-deploy check-translations

# Checks must say the same on every machine: they read no .env and write beside no data.
CHECK_ENV := env -u DATABASE_URL -u CACHE_URL -u EMAIL_URL \
	PORTAL_ENV_FILE=/dev/null PORTAL_DATA_DIR=var/check

.PHONY: run test check format bench trouble coverage clean $(CHECKS)

run: .venv/portal $(TRANSLATIONS)
	@exec scripts/run.sh

test: .venv/portal-dev $(TRANSLATIONS)
	@exec scripts/test.sh $(ARGS)

# All of them run, so that one round shows everything there is to mend.
check: .venv/portal-dev $(TRANSLATIONS)
	@$(MAKE) --no-print-directory --keep-going $(CHECKS)
	@echo "Checks: nothing found."

check-style: .venv/portal-dev
	@echo "== Style of Python"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

check-types: .venv/portal-dev
	@echo "== Types"
	@$(CHECK_ENV) $(BIN)/mypy

# Its formatter is left out: it breaks lines in running text, where white space shows.
check-templates: .venv/portal-dev
	@echo "== Templates"
	@$(BIN)/djlint templates --lint --quiet

check-imports: .venv/portal-dev
	@echo "== Direction of imports"
	@$(BIN)/lint-imports --no-logo

check-migrations: .venv/portal-dev
	@echo "== Migrations"
	@$(CHECK_ENV) $(BIN)/python manage.py makemigrations --check --dry-run

# A server on the internet: TLS, a name, a secret of its own.
check-deploy: .venv/portal-dev
	@echo "== Safe on the internet"
	@$(CHECK_ENV) PORTAL_DEBUG=false PORTAL_TLS=true PORTAL_HOSTS=portal.example \
	PORTAL_SITE_URL=https://portal.example \
	PORTAL_SECRET_KEY=only-for-the-check-0123456789-abcdefghijklmnopqrstuvwxyz \
	$(BIN)/python manage.py check --deploy --fail-level WARNING

check-translations: .venv/portal-dev
	@echo "== Translations"
	@$(CHECK_ENV) $(BIN)/python scripts/check_translations.py

format: .venv/portal-dev
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

# QUICK=1: the pages alone, at a tenth of the size, in three minutes.
bench: .venv/portal-dev $(TRANSLATIONS)
	@QUICK=$(QUICK) exec scripts/bench.sh $(ARGS)

trouble: .venv/portal-dev $(TRANSLATIONS)
	@exec scripts/trouble.sh

# Browser journeys reach lines from another process: only the others are counted.
coverage: .venv/portal-dev $(TRANSLATIONS)
	$(BIN)/coverage run -m pytest -q -m "not browser"
	$(BIN)/coverage report

# The data in var/ stays.
clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache \
		.hypothesis .coverage test-results var/check
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- What the commands above stand on -----------------------------------------

# Debian splits ensurepip from Python: there the outer pip fills the environment.
.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "The portal needs Python 3.11 or newer; $(PYTHON) is older." \
			"Name another one: make PYTHON=python3.12 …" >&2; exit 1; }
	$(PYTHON) -m venv .venv 2>/dev/null || { \
		$(PYTHON) -m venv --clear --without-pip .venv && \
		$(PYTHON) -m pip --quiet --python .venv/bin/python install pip; }

# Stamps: pip runs again only after the list of packages has changed.
.venv/portal: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/portal-dev: requirements-dev.txt requirements-production.txt requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch .venv/portal $@

# Compiled translations are not committed; GNU gettext is not needed to make them.
%.mo: %.po .venv/portal
	$(BIN)/pybabel --quiet compile --input-file=$< --output-file=$@
