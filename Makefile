# Every target sets up what it needs by itself, and only once.
#
#   make demo     open JupyterLab on the quickstart  (PORT=8899 BROWSER=none: only print its URL)
#   make quick    run the tests that tell most, in about two minutes
#   make test     run all tests                      (ARGS="-k store -x": one run with options of pytest)
#   make help     list the rest

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
VENV   ?= .venv
LOCK   ?= constraints/lock.txt
PORT   ?= 8888
WORKERS ?= 2
BIN    := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo quick test test-hosts lint articles articles-check bench bench-engine bench-labels bench-prior bench-bulk bench-honesty bench-tags bench-panel docs notebooks site tables wheel dist release-check oldest lock clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

demo: $(VENV)/.lab ## open JupyterLab on the quickstart notebook
	@$(BIN)/jupyter lab --log-level=WARN --port $(PORT) --LabApp.default_url=/lab/tree/notebooks/quickstart.ipynb \
		$(if $(filter none,$(BROWSER)),--no-browser) $(if $(filter 0,$(shell id -u)),--allow-root)

# Several processes test at once: threads of the libraries for linear algebra would only wait for one another.
quick test test-hosts oldest docs: export OMP_NUM_THREADS ?= 1
quick test test-hosts oldest docs: export OPENBLAS_NUM_THREADS ?= 1

# Left out: what runs in a browser or JupyterLab (page, lab), and what takes seconds (slow): large
# pools, references computed in plain Python, trained networks, notebooks, documents, killed processes.
quick: $(VENV)/.test ## run the tests that tell most, in about two minutes
	@$(BIN)/pytest --numprocesses=$(WORKERS) --dist=worksteal --durations=10 \
		--ignore=tests/lab --ignore=tests/page -m "not (lab or page or slow or torch)" $(ARGS)

test: $(VENV)/.browser ## run all tests, those in a real JupyterLab and browser included
	@$(BIN)/$(if $(ARGS),pytest $(ARGS),python scripts/run_tests.py --workers=$(WORKERS))

test-hosts: .venv-hosts/.ready ## run the panel in marimo, Voilà, Notebook 7 and nbclassic, in a browser
	@.venv-hosts/bin/pytest tests/hosts -n 0 $(ARGS)

lint: $(VENV)/.dev node_modules/.stamp ## check style and types of the Python and the page code
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	npm run --silent types
	npm run --silent format

docs: $(VENV)/.test ## check the documents: links, code blocks, words, notebooks
	@$(BIN)/pytest tests/test_docs.py tests/test_words.py tests/test_notebooks.py

notebooks: $(VENV)/.test ## run the notebooks, for what they show on the site: minutes   (ARGS="quickstart")
	@$(BIN)/python -m scripts.run_notebooks $(ARGS)

site: $(VENV)/.docs ## build the documentation site into build/site/html
	@$(BIN)/sphinx-build -W --keep-going -q -j auto -c docs -d build/site/doctrees . build/site/html
	@echo "Open build/site/html/index.html, or: $(BIN)/python -m http.server --directory build/site/html"

bench: $(VENV)/.lab ## measure the parts without a browser
	@$(BIN)/python -m benchmarks.core

bench-engine: $(VENV)/.bench ## measure the engine beside other libraries   (ARGS="--part mnist")
	@$(BIN)/python -m benchmarks.engine $(ARGS)

bench-labels: $(VENV)/.bench ## measure how many labels are needed, beside other libraries: an hour
	@$(BIN)/python -m benchmarks.labels $(ARGS)

bench-prior: $(VENV)/.bench ## measure what a prior saves or costs in labels: ten minutes   (ARGS="--features NAME X.npy Y.npy")
	@$(BIN)/python -m benchmarks.prior $(ARGS)

bench-bulk: $(VENV)/.articles ## measure what labels given in bulk do to the rest: hours   (ARGS="--pool fruits --learner knn")
	@$(BIN)/python -m benchmarks.bulk $(ARGS)

bench-honesty: $(VENV)/.lab ## measure whether promises and intervals hold, and what they cost
	@$(BIN)/python -m benchmarks.honesty $(ARGS)

bench-tags: $(VENV)/.articles ## measure several tags an item on GoEmotions: half an hour a seed   (ARGS="--seeds 0 1")
	@$(BIN)/python -m benchmarks.tags $(ARGS)

bench-panel: $(VENV)/.browser $(VENV)/.bench ## measure the panel in a real JupyterLab and browser   (ARGS="--parts embedding")
	@$(BIN)/python -m benchmarks.panel $(ARGS)

articles: $(VENV)/.articles ## reproduce the figures of the articles: hours   (ARGS="--only b")
	@$(BIN)/python -m benchmarks.articles $(ARGS)

articles-check: $(VENV)/.articles ## fail where a stored figure of the articles misses its target
	@$(BIN)/python -m benchmarks.articles --check $(ARGS)

tables: $(VENV)/.test ## write the tables of README.md and docs/ from the measured JSON and the tested inputs
	@$(BIN)/python -m benchmarks.tables
	@$(BIN)/python -m benchmarks.articles.page
	@$(BIN)/python -m tests.inputs.page

wheel: $(VENV)/.dev ## build the wheel into dist/
	@$(BIN)/python -m build --wheel --outdir dist

dist: $(VENV)/.dev ## build the source archive and the wheel into dist/
	@$(BIN)/python -m build --outdir dist

release-check: $(BIN)/python ## check that the files agree on the version of a tag   (in RELEASE_TAG)
	@$(BIN)/python scripts/check_release.py

oldest: ## run all tests with the lowest versions that pyproject.toml allows
	@$(MAKE) test VENV=.venv-oldest LOCK=constraints/oldest.txt

lock: $(BIN)/python ## write constraints/lock.txt anew; use the oldest Python 3.11 there is
	$(PYTHON) -m venv --clear build/lock
	build/lock/bin/pip install --quiet --editable '.[dev,bench,articles]'
	{ head -n 1 constraints/lock.txt; build/lock/bin/pip freeze --exclude-editable | sed 's/+cpu$$//'; } > build/lock.txt
	mv build/lock.txt constraints/lock.txt

clean: ## remove the environments and everything built
	rm -rf .venv .venv-oldest .venv-hosts build dist node_modules

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'nblabel needs Python 3.11 or newer, and $(PYTHON) is not:' >&2; \
		$(PYTHON) --version >&2; \
		echo 'Name another one, for example: make $(MAKECMDGOALS) PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
		test "$$(id -u)" = 0 && command -v apt-get >/dev/null || { \
			echo 'Python lacks venv; on Debian, install python3-venv.' >&2; exit 1; }; \
		apt-get update -qq && apt-get install -qq -y python3-venv >/dev/null && \
		$(PYTHON) -m venv --clear $(VENV); }

# uv needs a fraction of pip's time, and installs where the machine has it. pip goes on where uv is missing or
# fails, as behind an index that only pip was told; it compiles nothing ahead: most modules are never imported.
define install
	@echo "Installing nblabel[$(2)] into $(1), once: this takes a minute or two ..."
	@{ command -v uv >/dev/null && \
		uv pip install --quiet --python $(1)/bin/python --constraint $(LOCK) --editable '.[$(2)]'; } || \
		$(1)/bin/pip install --quiet --disable-pip-version-check --no-compile \
			--constraint $(LOCK) --editable '.[$(2)]'
endef

# One stamp for each extra of pyproject.toml: .lab, .test, .dev, .bench and .articles.
$(VENV)/.%: pyproject.toml $(LOCK) | $(BIN)/python
	$(call install,$(VENV),$*)
	@touch $@

$(VENV)/.browser: scripts/install_browser.py $(VENV)/.test
	@PYTHONPATH=. $(BIN)/python $<
	@touch $@

# An environment of its own: Voilà and marimo bring extensions and formats into that of the other tests.
.venv-hosts/.ready: pyproject.toml scripts/install_browser.py
	@test -x .venv-hosts/bin/python || $(PYTHON) -m venv .venv-hosts
	$(call install,.venv-hosts,hosts)
	@PYTHONPATH=. .venv-hosts/bin/python scripts/install_browser.py
	@touch $@

node_modules/.stamp: package.json package-lock.json
	npm ci --silent --no-audit --no-fund
	@touch $@
