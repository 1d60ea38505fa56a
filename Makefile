# Makes the environment and calls the `course` command in it; everything else is that command's.
#
#   make lab                       JupyterLab at lesson 00, on copies in work/
#   make course [SCALE=mini] [SEED=0] [DEVICE=auto] [ONLY=01]
#                                                   run the lessons, write build/course/index.html
#   make test [ARGS="-k importer"]                  run the whole test suite
#   make check [NOTEBOOK=01]       grade your own notebook in work/, show your progress
#   make grade SUBMISSIONS=folder NOTEBOOK=01       grade what was handed in (instructors)
#   make data [NAMES="minilm"]     list the corpora, or fetch the named ones
#   make bench                     time our code beside its peers, write build/bench.json
#   make checkpoints [NAMES="glove"]
#                                  train what later lessons build on, where it is missing
#   make ladder [ONLY="ULMFiT"]    measure the rows of the ladder that are missing
#   make release [ONLY=01]         write exercises, stored outputs and README tables (maintainers)
#   make clean                     remove build/ and both environments
#
# PYTHON=/path/to/python picks the interpreter, TORCH_INDEX=url another index for torch.

SCALE ?= mini
SEED ?= 0
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c '$(SUPPORTED)' 2>/dev/null && echo $$p && break; done)
PIP = .venv/bin/python -m pip --disable-pip-version-check
COURSE = .venv/bin/course
ENVIRONMENT = .venv/.complete
INSTRUCTOR = .venv-instructor/.complete

.PHONY: course test lab check grade data bench checkpoints ladder release clean system
.DELETE_ON_ERROR:

# Its scripts name the folder that the environment was made in. In a checkout that was moved or
# copied since, they would fail or run the old one's code; so the stamp holds the folder.
ifneq "$(shell cat $(ENVIRONMENT) 2>/dev/null)" "$(CURDIR)"
.PHONY: $(ENVIRONMENT)
endif

course: $(ENVIRONMENT)
	@$(COURSE) run --scale "$(SCALE)" --seed "$(SEED)" \
		$(if $(DEVICE),--device "$(DEVICE)") $(if $(ONLY),--only "$(ONLY)")

test: $(ENVIRONMENT) $(if $(CI),system $(INSTRUCTOR))
	@$(COURSE) test $(ARGS)

lab: $(ENVIRONMENT)
	@$(COURSE) lab

check: $(ENVIRONMENT)
	@$(COURSE) check $(if $(NOTEBOOK),"$(NOTEBOOK)")

grade: $(ENVIRONMENT)
	@test -n "$(SUBMISSIONS)" -a -n "$(NOTEBOOK)" || { \
		echo "make grade SUBMISSIONS=folder-or-zip NOTEBOOK=01_word_embeddings" >&2; exit 2; }
	@$(COURSE) grade "$(SUBMISSIONS)" "$(NOTEBOOK)" $(if $(WORKERS),--workers "$(WORKERS)") \
		$(if $(MANUAL),--manual "$(MANUAL)") $(if $(SCHEDULER),--scheduler "$(SCHEDULER)") \
		$(if $(EXECUTED),--executed)

data: $(ENVIRONMENT)
	@$(COURSE) data $(NAMES)

bench: $(ENVIRONMENT)
	@$(COURSE) bench

checkpoints: $(ENVIRONMENT)
	@$(COURSE) checkpoints $(NAMES)

ladder: $(ENVIRONMENT)
	@$(COURSE) ladder $(if $(ONLY),--only "$(ONLY)")

release: $(ENVIRONMENT) $(INSTRUCTOR)
	@$(COURSE) release $(if $(ONLY),--only "$(ONLY)")

clean:
	rm -rf build .venv .venv-instructor

# torch goes first and alone, so that TORCH_INDEX concerns nothing else. The stamp comes last: an
# interrupted set-up is taken up again. The real MiniLM weights are part of the environment, because
# the lessons use them and must run without a network afterwards; that they can't be had stops nothing.
$(ENVIRONMENT): requirements.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "This course needs Python 3.11, 3.12 or 3.13, and found none. \
	Install one, or name it: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c '$(SUPPORTED)' || { echo "PYTHON=$(PYTHON) is not Python 3.11, 3.12 or 3.13." >&2; exit 1; }
	@echo "Setting up .venv (about 2.9 GB on disk; a few minutes the first time) ..."
	@$(PYTHON) -m venv .venv || { echo "python -m venv failed: on Debian and Ubuntu, \
	install python3-venv first." >&2; exit 1; }
	@$(PIP) install --quiet $(if $(TORCH_INDEX),--index-url "$(TORCH_INDEX)") \
		"$$(grep '^torch==' requirements.txt)"
	@$(PIP) install --quiet -r requirements.txt
	@$(PIP) install --quiet --no-deps --editable .
	@$(COURSE) data minilm || echo "The lessons will go on without the MiniLM weights."
	@printf '%s\n' "$(CURDIR)" > $@

$(INSTRUCTOR): requirements-instructor.txt
	@echo "Setting up .venv-instructor (nbgrader) ..."
	@$(PYTHON) -m venv .venv-instructor
	@.venv-instructor/bin/python -m pip --disable-pip-version-check install --quiet -r $<
	@touch $@

# System packages are installed for CI's root alone; elsewhere a test that needs one says so.
system:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		missing="$$(command -v chromium >/dev/null || echo chromium) \
			$$(command -v bwrap >/dev/null || echo bubblewrap)"; \
		test -z "$$(echo $$missing)" || { apt-get update -qq && \
			apt-get install -y -qq --no-install-recommends $$missing >/dev/null; }; \
	fi
