# Everything runs in .venv; uv is used where it is found and put into .venv where it is not.
UV := $(shell command -v uv 2>/dev/null)
BIN := .venv/bin
STAMP := .venv/.set-up

.PHONY: setup serve test test-qgis check sbom bench

setup: $(STAMP)

$(STAMP): pyproject.toml uv.lock
ifeq ($(UV),)
	test -x $(BIN)/python || python3 -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv sync --frozen --inexact --quiet
else
	$(UV) sync --frozen --quiet
endif
	touch $(STAMP)

serve: setup
	$(BIN)/safermap serve

check: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m supply.audit

# What safermap is made of, as CycloneDX; made for a release, and not committed.
sbom: setup
	mkdir -p dist
	$(BIN)/python -m supply.sbom dist/safermap.cdx.json

test: check
	$(BIN)/pytest --numprocesses auto --dist loadfile

# Needs Debian's qgis and python3-qgis; without them these tests skip, here and in `make test`.
test-qgis: setup
	$(BIN)/pytest tests/qgis

bench: setup
	$(BIN)/python -m bench.build
	$(BIN)/python -m bench.serve
	$(BIN)/python -m bench.questions
	$(BIN)/python -m bench.redraw
	$(BIN)/python -m bench.heap
	$(BIN)/python -m bench.features
	$(BIN)/python -m bench.files
	$(BIN)/python -m bench.workers
	$(BIN)/python -m bench.slow
	$(BIN)/python -m bench.fuzz
	$(BIN)/python -m bench.hostile
	$(BIN)/python -m bench.faults
	$(BIN)/python -m bench.load
