# Jimmy Chat. `make help` lists what can be done; every target installs what it needs, into .tools/, once.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules --no-print-directory

# Pinned tools. The version of wasm-bindgen is the lock file's, see tools/bindgen.
CARGO_LEPTOS := 0.3.11
NEXTEST      := 0.9.148
CARGO_DENY   := 0.20.2
BINARYEN     := 132.0.0
TERSER       := 5.51.4

export PATH := $(CURDIR)/.tools/bin:$(PATH):$(HOME)/.cargo/bin

# The arguments of cargo-leptos, so that it and plain cargo share what they have built.
SERVER := --package=server --bin=jimmy-chat
WASM   := --package=frontend --lib --target=wasm32-unknown-unknown

ARGS ?=
NEXTEST_PROFILE ?= $(if $(CI),ci,default)

comma := ,
say = @echo "==> $(1)"

##@ Working

.PHONY: help
help: ## This list
	@awk 'BEGIN { FS = ":.*## " } /^##@/ { print "\n" substr($$0, 5) } /^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo

.PHONY: run
run: server site ## Build and serve the product on 127.0.0.1:3000; ARGS="…" goes to the server
	$(call say,Starting Jimmy Chat; Ctrl+C ends it)
	@exec target/debug/jimmy-chat $(ARGS)

.PHONY: stack
stack: ## Start a real Kafka, PostgreSQL and Redis in .stack/, from packages
	$(call say,Starting the services of a cluster (about 2 minutes the first time))
	@scripts/stack.sh up

.PHONY: run-stack
run-stack: stack server site ## Build, and serve from two servers on that stack: 127.0.0.1:3000 and 127.0.0.1:3001
	$(call say,Starting two servers; Ctrl+C ends them)
	@scripts/stack.sh run $(ARGS)

.PHONY: stack-down
stack-down: ## End that stack; what it keeps stays in .stack/
	@scripts/stack.sh down

.PHONY: watch
watch: need bindgen cargo-leptos tools/highlight/node_modules ## The same, and an edit shows in the open page by itself
	@node scripts/site.mjs watch & trap "kill $$!" EXIT; \
	CARGO_BEHIND="$$(command -v cargo)" PATH="$(CURDIR)/scripts/watch:$$PATH" cargo-leptos watch -- $(ARGS)

.PHONY: tools
tools: need bindgen cargo-leptos cargo-nextest cargo-deny binaryen terser end2end/node_modules tools/highlight/node_modules tools/lighthouse/node_modules ## Install all tools that any target needs

##@ Testing

.PHONY: test
test: lint doc deny test-rust torture torture-faults test-api test-autobahn test-browser test-browser-stack test-lighthouse size test-release-page ## Everything that has to pass before a change lands

.PHONY: lint
lint: need ## Formatting, what nothing uses, and clippy for the server and for the page
	$(call say,Checking the formatting)
	@cargo fmt --all --check
	$(call say,Looking for classes$(comma) words and icons that nothing uses)
	@node scripts/unused.mjs
	$(call say,Linting the server (about 1 minute the first time))
	@cargo clippy --quiet --all-targets -- -D warnings
	@cargo clippy --quiet --all-targets --package wasm-bindgen-tool --package torture --package bench -- -D warnings
	$(call say,Linting the page (about half a minute the first time))
	@cargo clippy --quiet $(WASM) -- -D warnings

.PHONY: doc
doc: need ## The documentation of the code, in target/doc
	$(call say,Building the documentation)
	@RUSTDOCFLAGS="-D warnings" cargo doc --quiet --no-deps --document-private-items

.PHONY: deny
deny: need cargo-deny ## Licences, sources and known defects of the crates in use
	$(call say,Checking the crates in use)
	@cargo deny --log-level error check bans licenses sources
	@if compgen -G "$${CARGO_HOME:-$$HOME/.cargo}/advisory-db*/*" >/dev/null; then \
		cargo deny --log-level error --offline check --disable-fetch advisories; \
	else \
		echo "advisories skipped: no advisory database (cargo deny fetch gets it)"; \
	fi

.PHONY: test-rust
test-rust: need cargo-nextest embed-dev faults-dev ## The tests in Rust; NEXTEST_PROFILE=ci does not stop at the first failure
	$(call say,Running the tests in Rust (about 2 minutes to build the first time))
	@JIMMY_TEST_BINARY=$(CURDIR)/target/embed/jimmy-chat JIMMY_FAULTS_BINARY=$(CURDIR)/target/faults/jimmy-chat \
		scripts/stack.sh test scripts/rust-tests.sh $(NEXTEST_PROFILE)
	@cargo nextest run --profile $(NEXTEST_PROFILE) --package torture --package bench
	@cargo test --quiet --doc

.PHONY: faults
faults: need cargo-nextest server site faults-dev ## What the tests try of outages, in its whole length (about 25 minutes)
	$(call say,Letting services and servers fail$(comma) for as long as that may take (about 25 minutes))
	@JIMMY_FAULTS_WHOLE=1 JIMMY_TEST_BIG=1 JIMMY_CRASHES=50 JIMMY_FAULTS_BINARY=$(CURDIR)/target/faults/jimmy-chat \
		scripts/stack.sh test cargo nextest run --profile faults --package server --test cluster --test brokers --test-threads 3

# One seed that stays, and one of today's, which is printed first. ARGS="--seed 7 --seconds 60" runs that alone.
.PHONY: torture
torture: embed-dev torture-dev ## Many clients, a server that is killed again and again, and a judge; ARGS="--seed 7" repeats a run
	$(call say,Torturing the server (about 2 minutes))
	@if [ -n "$(ARGS)" ]; then \
		target/torture/torture --binary target/embed/jimmy-chat $(ARGS); \
	else \
		target/torture/torture --binary target/embed/jimmy-chat --seed 1 --seconds 60 --kills 10; \
		target/torture/torture --binary target/embed/jimmy-chat --seconds 30 --kills 5; \
	fi

.PHONY: torture-stack
torture-stack: embed-dev torture-dev ## The same against two servers on three Kafka brokers, PostgreSQL and Redis, which fail too; ARGS="--seed 7"
	$(call say,Torturing a cluster (about 4 minutes))
	@target/torture/torture --binary target/embed/jimmy-chat --stack $(or $(ARGS),--seed 1 --seconds 90 --clients 100)

.PHONY: torture-faults
torture-faults: faults-dev torture-faults-dev ## Whether that judge finds the three faults that are there on purpose
	$(call say,Torturing a server that does it wrong (about 1 minute))
	@scripts/torture-faults.sh

.PHONY: test-browser
test-browser: server site cargo-leptos chromium end2end/node_modules ## The tests in a browser; ARGS="…" goes to Playwright
	$(call say,Running the tests in a browser)
	@scripts/browser-tests.sh $(ARGS)

.PHONY: test-release-page
test-release-page: server site-release chromium end2end/node_modules ## Some of them with the page as it is released; ARGS="…" goes to Playwright
	$(call say,Running some of the tests in a browser with the released page (about half a minute))
	@scripts/release-page-tests.sh $(ARGS)

.PHONY: test-api
test-api: server python ## Every HTTP call against the server's own OpenAPI document; ARGS="…" goes to Schemathesis
	$(call say,Asking every call (about 2 minutes))
	@scripts/api-tests.sh $(ARGS)

.PHONY: test-autobahn
test-autobahn: need python ## Whether our sockets keep to RFC 6455: the cases of the Autobahn test-suite
	$(call say,Building the echo)
	@cargo build --package=server --example=echo
	$(call say,Asking it the cases of Autobahn (about 20 seconds))
	@scripts/autobahn.sh $(ARGS)

.PHONY: screenshots
screenshots: server site chromium emoji end2end/node_modules ## Pictures of every page and state, into end2end/results/screenshots; STATES=hall,settings makes those
	$(call say,Taking pictures (about 3 minutes))
	@cd end2end && npx playwright test --config screenshots/config.ts $(ARGS)

.PHONY: test-browser-stack
test-browser-stack: server site chromium end2end/node_modules ## Some of them on two servers with real services; ARGS="…" goes to Playwright
	$(call say,Running some of the tests in a browser on two servers (about 3 minutes))
	@scripts/stack.sh test scripts/browser-stack-tests.sh $(ARGS)

.PHONY: test-lighthouse
test-lighthouse: server site chromium tools/lighthouse/node_modules ## Whether Lighthouse gives 100 for accessibility and best practices
	$(call say,Asking Lighthouse (about half a minute))
	@node tools/lighthouse/audit.mjs target/debug/jimmy-chat gate

.PHONY: bench-page
bench-page: release chromium tools/lighthouse/node_modules end2end/node_modules ## How fast the released pages are: Lighthouse, and scrolling; nothing of it is a gate
	$(call say,Asking Lighthouse twenty times (about 5 minutes))
	@node tools/lighthouse/audit.mjs target/release/jimmy-chat performance
	@$(MAKE) bench-scroll

.PHONY: bench-scroll
bench-scroll: release chromium end2end/node_modules ## Scrolling up through 10,000 messages; COUNT=1000 takes fewer, PROFILE=FILE says where the time goes
	$(call say,Scrolling through a long channel (about 3 minutes))
	@cd end2end && JIMMY_TEST_BINARY=$(CURDIR)/target/release/jimmy-chat npx playwright test --config bench/config.ts

# Both ask real services, which begin empty. Nothing of it is a gate; docs/benchmarks.md holds what they printed.
.PHONY: bench-queue
bench-queue: bench-tool ## Messages through Kafka into PostgreSQL: how many write and read, partitions, batches; ARGS="--rounds 5"
	$(call say,Sending messages through the queue (about 5 minutes))
	@scripts/stack.sh test target/bench-tool/bench queue $(ARGS)

.PHONY: bench-history
bench-history: bench-tool ## The newest page of a channel from memory, Redis and PostgreSQL; ARGS="--rounds 9 --seconds 5"
	$(call say,Reading history (about 2 minutes))
	@scripts/stack.sh test target/bench-tool/bench history $(ARGS)

.PHONY: release-test
release-test: release cargo-nextest ## The released file, alone in an empty folder
	$(call say,Testing the released file)
	@JIMMY_TEST_BINARY=$(CURDIR)/target/release/jimmy-chat cargo nextest run --profile $(NEXTEST_PROFILE) -E 'test(/^alone::/)'

# Needs root, and packages for containers, so it is no part of `test`. WHOLE=1 builds the program in the image, too.
.PHONY: container-test
container-test: $(if $(WHOLE),need,embed-dev) ## The image and compose.yaml: two people chat through it while everything in it is restarted
	$(call say,Testing the containers (about 4 minutes the first time$(comma) then 2))
	@scripts/container-test.sh

##@ Releasing

.PHONY: release
release: site-release ## One file that holds everything: target/release/jimmy-chat
	$(call say,Building the server for release (about 8 minutes the first time))
	@cargo build --release $(SERVER) --features embed-site,tls
	@ls -l --block-size=1 target/release/jimmy-chat | awk '{ printf "target/release/jimmy-chat, %.1f MB\n", $$5 / 1e6 }'

# Where it belongs in `test` is the end: it leaves the released page in target/site, and what serves that puts its own back.
.PHONY: size
size: wasm-release bindgen binaryen terser tools/highlight/node_modules ## What the browser loads on the first visit, against the budget
	@node scripts/site.mjs release
	@node scripts/size.mjs target/pkg/release

.PHONY: clean
clean: ## Remove what was built; .tools/ and data/ stay
	@rm -rf target end2end/results

# Parts of the above.

.PHONY: need
need:
	@scripts/need.sh rust

.PHONY: python
python:
	@scripts/need.sh python

.PHONY: chromium
chromium:
	@scripts/need.sh chromium

.PHONY: emoji
emoji:
	@scripts/need.sh emoji

.PHONY: server
server: need
	$(call say,Building the server (about 3 minutes the first time))
	@cargo build $(SERVER)

.PHONY: site
site: bindgen tools/highlight/node_modules
	$(call say,Building the page (about 1 minute the first time))
	@cargo build $(WASM)
	@node scripts/site.mjs dev

.PHONY: wasm-release
wasm-release: need
	$(call say,Building the page for release (about 2 minutes the first time))
	@cargo build --profile wasm-release $(WASM)

.PHONY: site-release
site-release: wasm-release bindgen binaryen terser tools/highlight/node_modules
	@node scripts/site.mjs release

# The development build with the page inside. It is copied away, because the plain server has the same name.
.PHONY: embed-dev
embed-dev: site
	$(call say,Building the server with the page inside)
	@cargo build $(SERVER) --features embed-site
	@mkdir -p target/embed && cp -u --remove-destination --preserve=timestamps target/debug/jimmy-chat target/embed/jimmy-chat

# The server with places to fail at, and with faults to be found. It is copied away, too.
.PHONY: faults-dev
faults-dev: need
	$(call say,Building the server with places to fail at (about 2 minutes the first time))
	@cargo build $(SERVER) --features failpoints,seeded-faults
	@mkdir -p target/faults && cp -u --remove-destination --preserve=timestamps target/debug/jimmy-chat target/faults/jimmy-chat

# Two of it, one with the page's own fault; of one name, so they are copied away.
.PHONY: torture-dev torture-faults-dev
torture-dev: need
	@cargo build --quiet --package torture
	@mkdir -p target/torture && cp -u --remove-destination --preserve=timestamps target/debug/torture target/torture/torture
torture-faults-dev: need
	@cargo build --quiet --package torture --features seeded-faults
	@mkdir -p target/faults && cp -u --remove-destination --preserve=timestamps target/debug/torture target/faults/torture

.PHONY: bench-tool
bench-tool: need
	$(call say,Building the comparisons (about 8 minutes the first time))
	@cargo build --quiet --profile bench-tool --package bench

.PHONY: bindgen
bindgen: need
	@[ -x target/debug/wasm-bindgen ] || echo "==> Building wasm-bindgen (about 20 seconds, once)"
	@cargo build --package=wasm-bindgen-tool
	@mkdir -p .tools/bin && ln -sfn ../../target/debug/wasm-bindgen .tools/bin/wasm-bindgen

.PHONY: cargo-leptos cargo-nextest cargo-deny binaryen terser
cargo-leptos: ; @scripts/tool.sh $@ $(CARGO_LEPTOS)
cargo-nextest: ; @scripts/tool.sh $@ $(NEXTEST)
cargo-deny: ; @scripts/tool.sh $@ $(CARGO_DENY)
binaryen: ; @scripts/tool.sh $@ $(BINARYEN)
terser: ; @scripts/tool.sh $@ $(TERSER)

tools/highlight/node_modules: tools/highlight/package-lock.json
	$(call say,Fetching highlight.js (a few seconds))
	@cd tools/highlight && npm ci --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

tools/lighthouse/node_modules: tools/lighthouse/package-lock.json
	$(call say,Fetching Lighthouse (about half a minute))
	@cd tools/lighthouse && npm ci --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

end2end/node_modules: end2end/package-lock.json
	$(call say,Fetching Playwright (a few seconds))
	@cd end2end && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@
