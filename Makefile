# make paper: from a folder of news pages to a typeset paper.   make help lists the rest.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
BUILD  := paper/build
TWICE  := build/reproduce
TUNE   := .venv-tune
EXTRA  := .venv-indobert

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help setup lock lint typecheck test test-indobert floors model labels estimates figures paper reproduce benchmark clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

setup: $(READY) ## Build .venv from requirements.lock (the other targets do this by themselves)

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else f"bingkai needs Python 3.11, 3.12 or 3.13, and $(PYTHON) is {v[0]}.{v[1]}; try: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	@echo "Setting up $(VENV); this takes a minute or two, once."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync --quiet --require-hashes requirements.lock
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --editable .
	@touch $@

lock: $(READY) ## Resolve pyproject.toml into requirements.lock again
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-annotate --upgrade --group dev pyproject.toml -o requirements.lock

lint: $(READY) ## Check style and imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

typecheck: $(READY) ## Check types (mypy, strict)
	@$(BIN)/mypy

test: $(READY) ## Run the tests
	@$(BIN)/python -m pytest -q

# With pip, which finds torch for processors alone where such an index is configured; uv would fetch CUDA's.
$(EXTRA)/.ready: pyproject.toml
	@echo "Setting up $(EXTRA); torch is large, so this takes a few minutes, once."
	@$(PYTHON) -m venv --clear $(EXTRA)
	@$(EXTRA)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	@$(EXTRA)/bin/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	@$(EXTRA)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[indobert]' \
		hypothesis pytest
	@touch $@

test-indobert: $(EXTRA)/.ready ## Run the tests of the extra indobert, in an environment of their own
	@OMP_NUM_THREADS=1 $(EXTRA)/bin/python -m pytest -q tests/indobert

floors: $(READY) ## Raise the gate's floors to what is reached today (LOWER=1: lower them, too; needs ../shared)
	@$(BIN)/python -m tests.gate.floors $(if $(LOWER),--lower)

# torch with pip, as above; the rest as locked, so that a rebuild does not hang on newer libraries.
$(TUNE)/.ready: pyproject.toml requirements.lock
	@echo "Setting up $(TUNE); torch is large, so this takes a few minutes, once."
	@$(PYTHON) -m venv --clear $(TUNE)
	@$(TUNE)/bin/python -m pip install --quiet --disable-pip-version-check torch==2.13.0 uv
	@VIRTUAL_ENV=$(TUNE) $(TUNE)/bin/uv pip install --quiet --require-hashes -r requirements.lock
	@VIRTUAL_ENV=$(TUNE) $(TUNE)/bin/uv pip install --quiet --no-deps --editable .
	@touch $@

model: $(READY) $(TUNE)/.ready ## Train the shipped models again from framing/data/sentences.csv (needs torch; half an hour)
	@$(TUNE)/bin/bingkai train framing/data/sentences.csv -o framing/data/model --name foreign-affairs --tune
	@$(BIN)/python -m framing.speakers.voice
	@$(TUNE)/bin/bingkai train framing/data/sentences.csv -o framing/data/fast --name foreign-affairs-fast \
		--distil framing/data/model

labels: $(READY) ## Label every sentence of the demo study
	@$(BIN)/bingkai run paper/study.toml -o $(BUILD) --until labels

estimates: $(READY) ## ... and compare the outlets
	@$(BIN)/bingkai run paper/study.toml -o $(BUILD) --until estimates

figures: $(READY) ## ... and draw the figures
	@$(BIN)/bingkai run paper/study.toml -o $(BUILD) --until figures

paper: $(READY) ## ... and write the paper (PDF, DOCX, LaTeX)
	@$(BIN)/bingkai run paper/study.toml -o $(BUILD)

reproduce: $(READY) ## Build the study twice, the second time from nothing, and compare every byte
	@rm -rf $(TWICE)
	@BINGKAI_CACHE=$(TWICE)/cache1 $(BIN)/bingkai run paper/study.toml -o $(TWICE)/first
	@BINGKAI_CACHE=$(TWICE)/cache2 BINGKAI_THREADS=1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 \
		$(BIN)/bingkai run paper/study.toml -o $(TWICE)/second
	@$(BIN)/bingkai verify $(TWICE)/first $(TWICE)/second

benchmark: $(READY) ## Print the side-by-side measurements
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

clean: ## Remove what make made (.venv stays)
	@rm -rf $(BUILD) build .mypy_cache .pytest_cache .ruff_cache .hypothesis
