# Every target does its own set-up. `make compare FRAMEWORKS=reference,pytorch` installs
# and runs only these; `make test PYTEST="-k attention"` hands options on.

PYTHON ?= python3
FRAMEWORKS ?= reference,pytorch,tensorflow,mxnet,jax
PYTEST ?=
# What `make bench` is asked for, such as ARGS="--models gpt --threads 1"; see --help.
ARGS ?=
QUICK ?=
ASKED = $(strip $(if $(QUICK),--quick) $(ARGS))
INSTALL = $(PYTHON) -m workbench.install --frameworks "$(FRAMEWORKS)"
BIN = .venv/bin

.PHONY: help setup compare test test-core nightly lint book bench published grade clean

help:  ## Say what there is.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup:  ## Make the Python environments.
	@$(INSTALL) --extras workbench

compare: setup  ## Train on every framework, prove equality, measure cost, report.
	$(BIN)/mapping compare --frameworks "$(FRAMEWORKS)"

test:  ## Run every test, the book's build included.
	@$(INSTALL) --extras workbench,book,dev
	$(BIN)/python -m pytest --timeout 900 -n auto --maxprocesses 4 --dist loadgroup $(PYTEST)

test-core:  ## Test the reference framework; needs no other framework.
	@$(PYTHON) -m workbench.install --folder .venv-core --frameworks reference --extras test
	.venv-core/bin/python -m pytest -n auto tests/reference_impl tests/laws $(PYTEST)

nightly:  ## Compare 300 random models and all modes; plant what takes long to find.
	@$(INSTALL) --extras workbench,book,dev
	NIGHTLY=1 RANDOM_MODELS=300 $(BIN)/python -m pytest --timeout 3600 tests/random_models tests/workbench/test_planted.py tests/adapters/test_extremes.py \
		tests/equivalence/test_five_frameworks.py::test_every_mode_computes_the_same $(PYTEST)

lint:  ## Check style and types.
	@$(INSTALL) --extras workbench,book,dev
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

book:  ## Build the book into build/_build/html.
	@$(INSTALL) --extras workbench,book
	$(BIN)/jupyter-book build . --config book/_config.yml --toc book/_toc.yml --path-output build -W -n --keep-going

bench: setup  ## Measure again the speeds in benchmarks/results; QUICK=1: two minutes.
	$(BIN)/python -m benchmarks.bench $(ASKED)
ifeq ($(ASKED),)
	$(BIN)/python -m benchmarks.kernels
	$(BIN)/python benchmarks/eager_overhead.py
	$(BIN)/python benchmarks/loader.py
	$(BIN)/python benchmarks/pool.py
	$(BIN)/python benchmarks/comparing.py quick --frameworks "$(FRAMEWORKS)"
	$(BIN)/python benchmarks/comparing.py all --frameworks "$(FRAMEWORKS)" --save benchmarks/results/compare.json
	$(BIN)/mapping recipes --frameworks "$(FRAMEWORKS)" --save benchmarks/results/recipes.json
endif

published: setup  ## Train what others have published, for an hour.
	OPENBLAS_NUM_THREADS=1 $(BIN)/python benchmarks/published_results.py
	OPENBLAS_NUM_THREADS=2 $(BIN)/python benchmarks/character_gpt.py

grade:  ## Grade a solution: make grade FILE=work/01_broadcasting/broadcasting.py
	@test -n "$(FILE)" || { echo "make grade: say which file, FILE=..."; exit 2; }
	@$(PYTHON) -m workbench.install --frameworks reference --extras workbench
	$(BIN)/mapping exercise grade "$(FILE)"

clean:  ## Remove what was built; environments and your work stay.
	rm -rf build
