# Jimmy Chat. `make help` lists the targets that people use, `make help-all` lists all of them.
# Each target installs the tools that it needs into .tools/, once.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules --no-print-directory

export PATH := $(CURDIR)/.tools/bin:$(PATH):$(HOME)/.cargo/bin

# Arguments for the program that a target runs: make run ARGS="--listen 127.0.0.1:4000"
ARGS ?=
comma := ,
say = @echo "==> $(1)"

##@ Run

.PHONY: run
run: site ## Build and serve the product on 127.0.0.1:3000; ARGS="…" goes to the server
	$(call say,Starting Jimmy Chat; Ctrl+C stops it)
	@exec target/debug/jimmy-chat $(ARGS)

.PHONY: watch
watch: program cargo-leptos tools/highlight/node_modules ## The same, and rebuild and reload the page after each edit
	@node scripts/site.mjs watch & trap "kill $$!" EXIT; \
	CARGO_BEHIND="$$(command -v cargo)" PATH="$(CURDIR)/scripts/watch:$$PATH" cargo-leptos watch -- $(ARGS)

.PHONY: run-stack
run-stack: stack site ## Start Kafka, PostgreSQL and Redis, and two servers on them: 127.0.0.1:3000 and :3001
	$(call say,Starting two servers; Ctrl+C stops them)
	@scripts/stack.sh run $(ARGS)

.PHONY: stack
stack:
	$(call say,Starting Kafka$(comma) PostgreSQL and Redis (about 2 minutes the first time))
	@scripts/stack.sh up

.PHONY: stack-down
stack-down: ## Stop those services; their data stays in .stack/
	@scripts/stack.sh down

##@ Test

.PHONY: check
check: need cargo-nextest format lint ## Format, lint, and the tests that need no service and no browser
	$(call say,Running unit$(comma) architecture and contract tests)
	@cargo nextest run --profile $(NEXTEST_PROFILE) $(CHECK_TESTS)

.PHONY: test
test: need ## All tests; they must pass before a change lands
	@scripts/test.sh

.PHONY: test-rust
test-rust: need cargo-nextest nginx programs ## The tests in Rust, with real services
	$(call say,Running the tests in Rust)
	@$(TEST_PROGRAMS) scripts/stack.sh test scripts/rust-tests.sh $(NEXTEST_PROFILE)
	@cargo test --quiet --doc

.PHONY: test-browser
test-browser: site chromium end2end/node_modules ## The tests in a browser; ARGS="unread --headed" goes to Playwright
	$(call say,Running the tests in a browser)
	@scripts/browser-tests.sh $(ARGS)

# One run with a fixed seed, and one with a seed of its own, which it prints first.
.PHONY: torture
torture: torture-program ## 200 clients, a server that is killed again and again, and a checker; ARGS="--seed 7"
	$(call say,Running the torture test (about 2 minutes))
	@if [ -n "$(ARGS)" ]; then \
		target/debug/torture --binary target/debug/jimmy-chat $(ARGS); \
	else \
		target/debug/torture --binary target/debug/jimmy-chat --seed 1 --seconds 60 --kills 10; \
		target/debug/torture --binary target/debug/jimmy-chat --seconds 30 --kills 5; \
	fi

##@ Release

.PHONY: release
release: site-release ## Build one file that holds everything: target/release/jimmy-chat
	$(call say,Building the server for release (about 8 minutes the first time))
	@cargo build --release $(SERVER) --features embed-site,tls
	@ls -l --block-size=1 target/release/jimmy-chat | awk '{ printf "target/release/jimmy-chat, %.1f MB\n", $$5 / 1e6 }'

# It leaves the released page in target/site; every target that serves the page puts its own page back.
.PHONY: size
size: site-release ## Print what a browser loads on the first visit, and compare it with the budget
	@node scripts/size.mjs target/pkg/release

.PHONY: clean
clean: ## Remove what was built; .tools/ and data/ stay
	@rm -rf target end2end/results

##@ More

.PHONY: help help-all
help: ## This list
	@$(call list,Makefile)
help-all: ## All targets, with the parts of `make test`, the benchmarks and the installation of tools
	@$(call list,$(MAKEFILE_LIST))

list = awk 'BEGIN { FS = ":.*\#\# " } /^\#\#@/ { print "\n" substr($$0, 5) } /^[a-z-]+:.*\#\# / { printf "  make %-18s %s\n", $$1, $$2 }' $(1); echo

include make/build.mk make/test.mk make/bench.mk make/tools.mk
