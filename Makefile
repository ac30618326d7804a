# Every target works from a fresh clone: the first one makes .venv/ and installs vmsguard and its plugins there.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PLUGINS := $(patsubst %/setup.cfg,%,$(wildcard plugins/*/setup.cfg))
SOURCES := vmsguard $(wildcard $(addsuffix /src,$(PLUGINS)))
PACKAGING := setup.cfg pyproject.toml constraints.txt $(addsuffix /setup.cfg,$(PLUGINS))
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
FUZZ_SECONDS ?= 60
ifndef SOAK_SEED
SOAK_SEED := $(shell date +%s)
endif
# Packages of the user's own site would stand in for those of the constraints.
export PYTHONNOUSERSITE = 1

.PHONY: help demo test lint bench bench-quick fuzz soak docs wheelhouse clean
.DEFAULT_GOAL := help

help: ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile

$(VENV)/.installed: $(PACKAGING)
	$(PYTHON) -m venv $(VENV)
	$(PIP_INSTALL) -e '.[testing,uvloop,build]' $(addprefix -e ,$(PLUGINS))
	touch $@

$(VENV)/.fuzz-installed: $(VENV)/.installed
	$(PIP_INSTALL) -e '.[fuzz]'
	touch $@

$(VENV)/.lint-installed: $(VENV)/.installed
	$(PIP_INSTALL) -e '.[lint]'
	touch $@

demo: $(VENV)/.installed ## the main job on simulated cameras; leaves vmsguard-demo/ to explore
	$(BIN)/vmsguard demo

test: $(VENV)/.installed ## all tests; what needs a program that is not there is skipped, with its reason
	$(BIN)/python -m pytest -q --durations=15 --numprocesses=auto --dist=loadscope --no-loadscope-reorder

lint: $(VENV)/.lint-installed ## ruff and mypy strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(SOURCES)

bench: $(VENV)/.installed ## the promises that are measured, as ratios; writes bench/latest.json
	$(BIN)/python bench/run.py

bench-quick: $(VENV)/.installed ## whether the benchmarks of evidence, start-up and fleets run, on small inputs
	$(BIN)/python bench/run.py --quick --only append --only verify --only startup --only validate --only fleet_10k --only growth

fuzz: $(VENV)/.fuzz-installed ## what reads bytes from devices, a minute each and all at once, from the kept corpora
	$(BIN)/python tests/fuzz/run.py --seconds $(FUZZ_SECONDS)

soak: $(VENV)/.fuzz-installed ## the long forms: many more generated examples, every kill, cut and flipped bit
	@echo "seed $(SOAK_SEED); again with make soak SOAK_SEED=$(SOAK_SEED)"
	VMSGUARD_SOAK=1 VMSGUARD_FLEET_SEED=$(SOAK_SEED) $(BIN)/python -m pytest -q --durations=15 --numprocesses=auto \
		--dist=loadscope --no-loadscope-reorder --hypothesis-profile=soak --hypothesis-seed=$(SOAK_SEED)
	$(BIN)/python tests/fuzz/run.py --seconds 1200

docs: $(VENV)/.installed ## write the reference pages from the code they describe
	$(BIN)/python docs/build.py

wheelhouse: $(VENV)/.installed ## every wheel an installation needs, for a site without internet
	$(BIN)/python packaging/wheelhouse.py

clean: ## remove what make made; evidence and configuration of yours are not touched
	rm -rf $(VENV) build dist wheelhouse bench/.c7n bench/latest.json .mypy_cache .ruff_cache .pytest_cache .hypothesis
	rm -rf $(addsuffix /build,$(PLUGINS)) *.egg-info $(wildcard plugins/*/src/*.egg-info)
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
