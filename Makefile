# GANshare: `make demo` paints, `make install` installs it all, `make check` is what CI runs.
# `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check install --constraint constraints.txt

# Oracles that ask for versions from 2019-2021 and work without them.
REFERENCE_VENV := .venv-reference
REFERENCE_PIP := $(REFERENCE_VENV)/bin/python -m pip --quiet --disable-pip-version-check install
REFERENCE_NO_DEPS ?= taming-transformers-rom1504==0.0.6 ISR==2.2.0 openai-clip==1.0.1 open_clip_torch==3.3.0 timm==1.0.31 siwe==4.4.0

# Makes a client from the document of the HTTP API; what it asks for would hold back the packages above.
GENERATOR_VENV := .venv-generator
GENERATOR_PACKAGE := openapi-python-client==0.29.1

# What only `make contracts` and `make chain` use.
NODE := .node
NPM := npm install --silent --no-audit --no-fund --no-save --ignore-scripts
CONTRACT_PACKAGES := solc@0.8.24 @openzeppelin/contracts@5.0.2
CHAIN_PACKAGES := @foundry-rs/anvil@1.7.1 @opensea/seaport-js@4.3.0 ipfs-unixfs-importer@17.1.1 blockstore-core@7.0.1

# The parts of `make lint`; each can be made alone.
LINTS := lint-format lint-code lint-types lint-imports lint-docker lint-words

# One process at a time: two heavy computations on one machine slow each other down.
.NOTPARALLEL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: contracts chain dist docs help demo install test test-all check lint $(LINTS) format reference chaos mutants clean web browser acceptance

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(VENV)/.engine ## Paint one prompt through queue and engine, into demo/
	@$(BIN)/ganshare demo
	@$(say-how)

install: $(VENV)/.install ## Install all that a community needs: engine, bots, web page, minting
	@$(say-how)

web: $(VENV)/.install ## Serve the web page on http://127.0.0.1:8000 with an engine, to try it out, in demo/web
	@mkdir -p demo/web
	@echo "The page comes up on http://$${BOT_WEB_LISTEN:-127.0.0.1:8000} in a few seconds; Ctrl-C ends it."
	@GANSHARE_DATABASE_URL=sqlite+aiosqlite:///demo/web/ganshare.db \
	GANSHARE_BLOBS_URL=file://./demo/web/blobs ENGINE_HEALTH_LISTEN=off \
	BOT_WEB_GUESTS_PER_DAY=$${BOT_WEB_GUESTS_PER_DAY:-200} $(BIN)/ganshare up --no-bot

say-how = echo "For the command ganshare, type in this terminal: source $(BIN)/activate"

# Three workers for two cores; what one fixture has made serves its neighbours in the same worker.
TEST_OPTIONS ?= -n auto --dist worksteal

test: $(VENV)/.test ## Run the tests (without the heavy, slow, reference and training suites)
	@$(BIN)/python -m pytest $(TEST_OPTIONS) -m "not heavy and not slow and not reference and not training and not wheel"

test-all: $(VENV)/.test ## Run the slow tests too
	@$(BIN)/python -m pytest $(TEST_OPTIONS) -m "not reference and not training and not wheel"

# SCREENSHOTS: a folder to leave pictures of the pages in; PAINTINGS: one with paintings to hang.
browser: $(VENV)/.test $(NODE)/.axe ## Drive the web page, and a marketplace's, in headless Chromium
	@for program in chromium chromedriver; do command -v $$program >/dev/null || { \
		echo "$$program is missing: on Debian, apt install chromium chromium-driver brings it." >&2; \
		exit 1; }; done
	@GANSHARE_SCREENSHOTS="$(SCREENSHOTS)" GANSHARE_PAINTINGS="$(PAINTINGS)" \
		GANSHARE_AXE="$(CURDIR)/$(NODE)/axe/node_modules/axe-core/axe.min.js" \
		$(BIN)/python -m pytest -m browser

contracts: ## Compile the collections' contracts again; the committed bytes must come out
	@$(NPM) --prefix $(NODE)/contracts $(CONTRACT_PACKAGES)
	@for name in Paintings Shares; do \
		node admin/contract/compile.js $(NODE)/contracts $$name $(NODE)/$$name.input.json > $(NODE)/$$name.json && \
		cmp $(NODE)/$$name.json admin/contract/$$name.json || { \
		echo "The contract or its compiler changed; if that is meant: cp $(NODE)/$$name.json admin/contract/" >&2; exit 1; }; \
		echo "admin/contract/$$name.json is what the sources compile to."; done

chain: $(VENV)/.test $(NODE)/.chain contracts ## Mint, list, buy, kill and recover on real Seaport contracts on a local chain
	@GANSHARE_CHAIN_TOOLS=$(NODE)/chain $(BIN)/python -m pytest -m chain

# With the official descriptions of the platforms' APIs where GANSHARE_SPECS names their folder.
acceptance: $(VENV)/.train $(GENERATOR_VENV)/.installed ## Paint for Discord, Telegram and the page at once, everything in processes of its own
	@CLIENT_GENERATOR="$(CURDIR)/$(GENERATOR_VENV)/bin/openapi-python-client" \
		$(BIN)/python -m pytest $(TEST_OPTIONS) -m "heavy and not slow"
	@$(BIN)/python -m pytest -m acceptance

check: $(VENV)/.lint ## Tests and lint: what CI runs; says how long each part took
	$(call make-parts,test $(LINTS))

lint: $(VENV)/.lint ## Format, code, types, imports, Dockerfiles, words; lint-types and the like alone
	$(call make-parts,$(LINTS))

# Make one after another; say how long each took, whatever came of them.
define make-parts
	@trap 'printf "$$table"' EXIT; table='\n'; for part in $(1); do \
		began=$$(date +%s); ended=failed; $(MAKE) --no-print-directory $$part && ended=ok; \
		table="$$table  make $$part $$ended in $$(($$(date +%s) - began)) s\n"; \
		test $$ended = ok || exit 1; done
endef

lint-format: $(VENV)/.lint
	@$(BIN)/ruff format --check .

lint-code: $(VENV)/.lint
	@$(BIN)/ruff check .

lint-types: $(VENV)/.lint
	@$(BIN)/mypy

lint-imports: $(VENV)/.lint
	@$(BIN)/lint-imports

lint-docker: $(VENV)/.lint
	@$(BIN)/hadolint docker/*.Dockerfile

lint-words: $(VENV)/.lint
	@git ls-files -z '*.md' '*.py' '*.ftl' '*.html' '*.toml' '*.js' NOTICE | xargs -0 $(BIN)/codespell
	@$(BIN)/proselint check --config docs/site/proselint.json README.md CONTRIBUTING.md SECURITY.md docs/*.md
	@$(BIN)/python docs/site/style.py

docs: $(VENV)/.docs ## Build the site of docs/ into site/; no warning is let pass
	@$(BIN)/python docs/site/reference.py --check
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "Open site/index.html"

# GANSHARE_REPOSITORY: the address of the source; PYTHONS: further interpreters to try the wheel with.
dist: $(VENV)/.release ## Build wheel, sdist, SBOM and hashes into dist/, and try the wheel in new environments
	@test -n "$(GANSHARE_REPOSITORY)" || { echo "Say where the source is: make dist GANSHARE_REPOSITORY=https://..." >&2; exit 1; }
	@rm -rf dist
	@GANSHARE_REPOSITORY="$(GANSHARE_REPOSITORY)" $(BIN)/python -m build --outdir dist . >/dev/null
	@$(BIN)/twine check --strict dist/*
	@$(BIN)/cyclonedx-py requirements constraints.txt --pyproject pyproject.toml \
		--output-reproducible --output-file dist/ganshare.cdx.json 2>/dev/null
	@echo "torch; sys_platform == 'none'" >$(VENV)/without-torch.txt # its builds differ by machine
	@$(BIN)/uv pip compile pyproject.toml --extra all --constraint constraints.txt --universal --quiet \
		--override $(VENV)/without-torch.txt --generate-hashes --no-header --no-annotate \
		--output-file dist/requirements.txt >/dev/null
	@GANSHARE_WHEEL="$$(ls dist/*.whl)" GANSHARE_PYTHONS="$(PYTHONS)" $(BIN)/python -m pytest -m wheel

format: $(VENV)/.lint ## Format the code and fix what ruff can fix
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

reference: $(REFERENCE_VENV)/.installed ## Compare with the original implementations (TensorFlow: a large install)
	@$(REFERENCE_VENV)/bin/python -m pytest -m reference tests/reference

# CHAOS: further options, such as --jobs 2000 --seed 7 (see --help).
chaos: $(VENV)/.engine ## Kill engines, bots and databases while hundreds of jobs are done; nothing may be lost
	@$(BIN)/python -m benchmarks.chaos $(CHAOS)

mutants: $(VENV)/.engine ## Make small wrong changes to a copy of the code; a test must notice each
	@$(BIN)/python -m benchmarks.mutants $(MUTANTS)

clean: ## Remove the environments, caches and demo pictures
	@rm -rf $(VENV) $(REFERENCE_VENV) $(GENERATOR_VENV) $(NODE) demo build dist site .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# --- Environments: each stamp is remade when pyproject.toml or constraints.txt change -------------

# The newer pip is for `--group`, which a Python 3.11's own pip does not know.
define create-venv
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) not found: install Python 3.11 or newer, or name one with make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$$($(PYTHON) --version) is too old: GANshare needs Python 3.11 or newer; name one with make PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) has no venv module: on Debian or Ubuntu, apt install python3-venv" >&2; exit 1; }
	@echo "Making $(@D)"
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip --quiet --disable-pip-version-check install 'pip>=25.1'
	@touch $@
endef

$(VENV)/.created:
	$(create-venv)

# TORCH_INDEX: an index to take PyTorch from.
$(VENV)/.torch: $(VENV)/.created constraints.txt
	@echo "Installing PyTorch into $(VENV) (a few minutes the first time)"
	@$(BIN)/python -m ganshare.install_torch
	@touch $@

$(VENV)/.engine: $(VENV)/.torch pyproject.toml constraints.txt
	@echo "Installing GANshare into $(VENV)"
	@$(PIP) --editable '.[engine]'
	@touch $@

$(VENV)/.install: $(VENV)/.engine
	@echo "Installing the bots, the web page and minting into $(VENV)"
	@$(PIP) --editable '.[admin,bot,engine]'
	@touch $@

$(VENV)/.test: $(VENV)/.engine
	@echo "Installing the test tools into $(VENV)"
	@$(PIP) --editable '.[admin,bot,engine,video]' --group test
	@touch $@

$(VENV)/.train: $(VENV)/.test
	@echo "Installing what training needs into $(VENV)"
	@$(PIP) --editable '.[admin,bot,engine,train,video]'
	@touch $@

$(VENV)/.lint: $(VENV)/.test
	@echo "Installing the lint tools into $(VENV)"
	@$(PIP) --group lint
	@touch $@

$(VENV)/.docs: $(VENV)/.install
	@echo "Installing MkDocs into $(VENV)"
	@$(PIP) --group docs
	@touch $@

$(VENV)/.release: $(VENV)/.test
	@echo "Installing the release tools into $(VENV)"
	@$(PIP) --group release
	@touch $@

# What looks at the pages' accessibility.
$(NODE)/.axe: Makefile
	@command -v npm >/dev/null || { echo "npm is missing: on Debian, apt install npm brings it." >&2; exit 1; }
	@mkdir -p $(NODE)/axe
	@$(NPM) --prefix $(NODE)/axe axe-core@4.14.1
	@touch $@

$(NODE)/.chain: Makefile
	@command -v npm >/dev/null || { echo "npm is missing: on Debian, apt install npm brings it." >&2; exit 1; }
	@mkdir -p $(NODE)/chain
	@echo "Installing a local chain and Seaport into $(NODE)"
	@$(NPM) --prefix $(NODE)/chain $(CHAIN_PACKAGES)
	@touch $@

$(GENERATOR_VENV)/.created:
	$(create-venv)

$(GENERATOR_VENV)/.installed: $(GENERATOR_VENV)/.created Makefile
	@echo "Installing $(GENERATOR_PACKAGE) into $(GENERATOR_VENV)"
	@$(GENERATOR_VENV)/bin/python -m pip --quiet --disable-pip-version-check install $(GENERATOR_PACKAGE)
	@touch $@

$(REFERENCE_VENV)/.created:
	$(create-venv)

$(REFERENCE_VENV)/.installed: $(REFERENCE_VENV)/.created pyproject.toml constraints.txt
	@echo "Installing the reference implementations into $(REFERENCE_VENV) (large: TensorFlow)"
	@$(REFERENCE_VENV)/bin/python -m ganshare.install_torch
	@grep -v '^h5py==' constraints.txt >$(@D)/constraints.txt # TensorFlow asks for an older one
	@$(REFERENCE_PIP) --constraint $(@D)/constraints.txt --editable '.[chain,engine]' --group reference
	@$(REFERENCE_PIP) --no-deps $(REFERENCE_NO_DEPS)
	@touch $@
