# Two commands do everything from a bare clone: `make lecture` and `make test`. Both set up what is missing first.
#
#   make lecture              render what is stale of the lecture (QUALITY=l|m|h|p|k, THEME=dark|light, ASPECT=16:9|16:10|4:3|1:1|9:16)
#   make test                 all tests
#   make check                what a contributor must keep: format, lint, types, tests
#   make setup                system packages, virtual environment, install; quick when there is nothing to do

BIN = .venv/bin
# One more than there are cores: many tests wait for a browser or for another process.
WORKERS = $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

.PHONY: lecture test check format lint types page setup setup-dev clean

lecture: setup
	@$(BIN)/python render.py $(if $(QUALITY),--quality $(QUALITY)) $(if $(THEME),--theme $(THEME)) $(if $(ASPECT),--aspect $(ASPECT))

test: setup-dev
	@scripts/setup-browser
	@scripts/setup-documents
	@scripts/setup-voice
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal # some 200 processes import anew

check: lint types page test

format: setup-dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lint: setup-dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: setup-dev
	@$(BIN)/mypy

page:
	@scripts/check-page

setup:
	@PYTHON="$(PYTHON)" scripts/setup lecture

setup-dev:
	@PYTHON="$(PYTHON)" scripts/setup dev

clean:
	rm -rf .venv .cache media/manim
