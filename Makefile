# Everything starts here: `make reproduce` for the study, `make test` for the checks.
# Needs Python 3.11 to 3.13 with venv, and make; the rest comes into .venv from the hashed locks.
#
#   CONFIG=config/smoke.yaml   another study than the published one (config/study.yaml)
#   CORES=2                    fewer cores than the machine has
#   PYTHON=python3.12          the Python that .venv is made with
#   PYTEST_ARGS="-k solvers"   passed on to pytest

.NOTPARALLEL:
.PHONY: help env env-run reproduce test test-slow lint html bench archive lock clean

CONFIG =
CORES =
PYTEST_ARGS =
BENCH_ARGS =
UV = uv
UV_ARGS =

IN_VENV = unset PYTHONPATH PYTHONHOME; PATH="$(CURDIR)/.venv/bin:$$PATH"; PYTHONNOUSERSITE=1; \
	export PATH PYTHONNOUSERSITE;
SET_UP = python=$$(PYTHON="$(PYTHON)" sh tools/find-python) && "$$python" -E -s tools/environment.py
SNAKEMAKE = snakemake $(if $(CORES),--cores $(CORES)) $(if $(CONFIG),--configfile "$(CONFIG)")
LOCK = $(UV) pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock" $(UV_ARGS)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | \
		awk -F'|' '{ printf "make %-10s  %s\n", $$1, $$2 }'

reproduce: env-run ## set up, run the study, end with results/report.pdf (small: CONFIG=config/smoke.yaml)
	@$(IN_VENV) regclaims check-config $(if $(CONFIG),"$(CONFIG)",config/study.yaml) >/dev/null
	@$(IN_VENV) $(SNAKEMAKE)
	@test -f results/report.pdf || { echo "regclaims: the run left no results/report.pdf" >&2; exit 1; }
	@echo "The paper: results/report.pdf"

test: lint ## set up, check the code, run the test suite but for the slow tests
ifeq ($(PYTEST_ARGS),)
	@$(IN_VENV) pytest -m "not slow" --numprocesses logical --maxprocesses 8 --ignore=tests/workflow
	@$(IN_VENV) pytest -m "not slow" tests/workflow  # one after the other: a run takes all cores
else
	@$(IN_VENV) pytest -m "not slow" $(PYTEST_ARGS)
endif

test-slow: env ## run the slow tests
	@$(IN_VENV) pytest -m slow $(PYTEST_ARGS)

lint: env ## check the code: ruff, mypy, snakefmt, snakemake --lint, pre-commit
	@$(IN_VENV) ruff check --quiet .
	@$(IN_VENV) ruff format --quiet --check . || \
		{ echo "regclaims: run .venv/bin/ruff format" >&2; exit 1; }
	@$(IN_VENV) mypy
	@$(IN_VENV) snakefmt --check Snakefile workflow
	@$(IN_VENV) snakemake --lint
	@$(IN_VENV) if git rev-parse --is-inside-work-tree >/dev/null 2>&1; \
		then pre-commit run --all-files; \
		else echo "not a git checkout: pre-commit skipped"; fi

html: env-run ## results/report.html: the run as Snakemake's own report (after make reproduce)
	@$(IN_VENV) $(SNAKEMAKE) --report results/report.html

bench: env ## compare speed with scikit-learn, celer, skglm and R glmnet (BENCH_ARGS=--quick)
	@$(IN_VENV) python -m benchmarks $(BENCH_ARGS)

env: ## set up only: .venv with everything that a run and the tests need
	@$(SET_UP) --dev

env-run:
	@if [ -n "$(CONFIG)" ] && [ ! -f "$(CONFIG)" ]; then \
		echo "regclaims: CONFIG=$(CONFIG): no such file; the studies are config/*.yaml" >&2; exit 2; fi
	@$(SET_UP)

archive: ## build/regclaims-VERSION.tar.gz: code, lock, published run, and how to use them in ten years
	@git rev-parse --is-inside-work-tree >/dev/null 2>&1 || \
		{ echo "regclaims: make archive needs a git checkout: an archive is of a commit" >&2; exit 2; }
	@git cat-file -e HEAD:results/published/report.pdf 2>/dev/null || \
		{ echo "regclaims: no published run is committed: regclaims publish first" >&2; exit 2; }
	@test -z "$$(git status --porcelain)" || \
		echo "regclaims: what is not committed is not in the archive" >&2
	@mkdir -p build
	@version=$$(sed -n 's/^version = "\(.*\)"$$/\1/p' pyproject.toml) && \
		git archive --prefix="regclaims-$$version/" --output="build/regclaims-$$version.tar" HEAD && \
		gzip -nf9 "build/regclaims-$$version.tar" && \
		echo "build/regclaims-$$version.tar.gz: commit $$(git rev-parse --short=12 HEAD); begin with docs/in-ten-years.md"

lock: ## pin anew what pyproject.toml asks for; needs uv (UV_ARGS=--upgrade: newest versions)
	@command -v "$(UV)" >/dev/null || { echo "regclaims: make lock needs uv; install it, or name it: make lock UV=/path/to/uv" >&2; exit 1; }
	sed -n 's/^requires = \["\(.*\)"\]$$/\1/p' pyproject.toml | \
		$(LOCK) --output-file requirements.lock pyproject.toml - >/dev/null
	sed -n 's/^requires = \["\(.*\)"\]$$/\1/p' pyproject.toml | \
		$(LOCK) --constraints requirements.lock --extra dev --output-file requirements-dev.lock pyproject.toml - >/dev/null
	@echo "Now let environment.yml state the ranges of pyproject.toml; make test says where it does not."

clean: ## remove results (but results/published) and caches; keeps .venv
	@if [ -d results ]; then find results -mindepth 1 -maxdepth 1 ! -name published -exec rm -rf {} +; fi
	@rm -rf .snakemake .pytest_cache .mypy_cache .ruff_cache .hypothesis build src/regclaims.egg-info
	@find src tests tools workflow -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
