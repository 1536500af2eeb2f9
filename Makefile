# make site: build this report and the documentation.  make docs: only that.  make test: check everything.  make serve: live preview.
PYTHON ?= python3
BIN := .venv/bin

site: .venv/installed
	$(BIN)/reportgen build
	$(BIN)/python scripts/docs.py
	@echo "Open site/_preview/index.html in a browser, or run: $(BIN)/reportgen --help"

serve: .venv/installed
	$(BIN)/reportgen serve --open

docs: .venv/installed
	$(BIN)/python scripts/docs.py
	@echo "Open site/docs/index.html"

test: .venv/tested
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy --platform win32
	OMP_NUM_THREADS=1 $(BIN)/pytest -n auto --dist loadgroup --no-loadscope-reorder
	$(BIN)/reportgen bundle --check

bench: .venv/installed
	$(BIN)/python benchmarks/run.py

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[docs,torch]'
	@touch $@

.venv/tested: .venv/installed tests/install-system-packages
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[torch,test]'
	tests/install-system-packages
	@touch $@

.PHONY: site docs serve test bench
