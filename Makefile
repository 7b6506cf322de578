# Every target sets up what it needs (scripts/setup); after the first time that costs a moment.
# Set-up messages go to stderr, so that `make -s demo | jq .` works.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

BIN := .venv/bin
SAMPLE ?= samples/lab_khmer_english.png
HALF ?= dev
# More arguments for the tool behind the target: make test ARGS="-k khmer"
ARGS ?=

.PHONY: help install dev demo test test-easyocr lint accuracy lines bench soak bundle clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## system packages and .venv/bin/medicord-ocr
	@scripts/setup runtime

dev: ## install, with the development tools
	@scripts/setup dev

demo: install ## read a laboratory report of samples/ (SAMPLE=FILE for another)
	@$(BIN)/medicord-ocr extract "$(SAMPLE)"

test: dev ## run the tests
	@$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

test-easyocr: ## run the tests of the easyocr reader, in .venv-easyocr (5 GB)
	@scripts/setup easyocr
	@.venv-easyocr/bin/python -m pytest -m easyocr $(ARGS)

lint: dev ## ruff, mypy and import-linter, as CI runs them
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

accuracy: ## make a half of the corpus (HALF=dev or gate) and evaluate on it
	@scripts/setup corpus
	@corpus=$$($(BIN)/python -m benchmarks.corpus --half "$(HALF)") && \
		$(BIN)/medicord-ocr evaluate "$$corpus" $(ARGS)

lines: ## character errors, time and memory of every reader on lines of known text
	@scripts/setup corpus
	@$(BIN)/python -m benchmarks.lines $(ARGS)

bench: ## seconds a page by stage, memory, and the ratio to bare tesseract
	@scripts/setup corpus
	@$(BIN)/python -m pytest benchmarks/bench_pipeline.py
	@$(BIN)/python -m benchmarks.compare_tesseract $(ARGS)
	@$(BIN)/python -m benchmarks.batch_speed
	@$(BIN)/python -m benchmarks.load

soak: dev ## archives at scale, an hour: memory, second runs, twenty kills (a twentieth is in make test)
	@SOAK=1 SOAK_KILLS=20 $(BIN)/python -m pytest -s tests/faults/test_soak.py \
		tests/faults/test_batch_faults.py tests/faults/test_bad_input_command.py \
		tests/server/test_bad_input.py -k "soak or random or archive or bad_input" $(ARGS)

bundle: ## dist/medicord-ocr-VERSION-offline.tar: what a machine without a network needs
	@scripts/bundle

clean: ## remove .venv and what the tools left behind
	@rm -rf .venv .venv-easyocr .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .benchmarks build dist
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
