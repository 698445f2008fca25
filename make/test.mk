##@ Parts of the tests

# CI runs all tests although one has failed.
NEXTEST_PROFILE ?= $(if $(CI),ci,default)

# What `make check` runs: everything that needs no service, no browser and no other process than the test's own.
CHECK_TESTS := --lib --bins --test architecture --test contract --test golden --test odd_input -E 'not test(/(^|::|_)(kafka|postgres|redis)/)'

# Where the tests in Rust find the programs that `make faults-programs` builds.
TEST_PROGRAMS = JIMMY_TEST_BINARY=$(CURDIR)/target/faults/jimmy-chat JIMMY_FAULTS_BINARY=$(CURDIR)/target/faults/jimmy-chat

.PHONY: format
format: need ## Check the format of the Rust code
	$(call say,Checking the format)
	@cargo fmt --all --check

.PHONY: lint
lint: need ## Clippy for the server, the tools and the page; and what nothing uses
	$(call say,Looking for unused classes$(comma) words and icons)
	@node scripts/unused.mjs
	$(call say,Linting the server and the tools (about 1 minute the first time))
	@cargo clippy --quiet --all-targets -- -D warnings
	$(call say,Linting the page (about half a minute the first time))
	@cargo clippy --quiet $(WASM) -- -D warnings

.PHONY: doc
doc: need ## The documentation of the code, in target/doc
	$(call say,Building the documentation)
	@RUSTDOCFLAGS="-D warnings" cargo doc --quiet --no-deps --document-private-items

.PHONY: deny
deny: need cargo-deny ## Licences, sources and known vulnerabilities of the dependencies
	$(call say,Checking the dependencies)
	@cargo deny --log-level error check bans licenses sources
	@if compgen -G "$${CARGO_HOME:-$$HOME/.cargo}/advisory-db*/*" >/dev/null; then \
		cargo deny --log-level error --offline check --disable-fetch advisories; \
	else \
		echo "advisories skipped: no advisory database (cargo deny fetch gets it)"; \
	fi

.PHONY: test-api
test-api: program python ## Every HTTP call against the server's own OpenAPI document; ARGS="…" goes to Schemathesis
	$(call say,Testing every HTTP call (about 2 minutes))
	@scripts/api-tests.sh $(ARGS)

.PHONY: test-autobahn
test-autobahn: need python ## The WebSocket library against RFC 6455: the cases of the Autobahn test suite
	@cargo build --quiet $(SERVER) $(BINDGEN)
	@cargo build --quiet --package=server --package=wasm-bindgen-tool --example=echo
	$(call say,Running the cases of Autobahn (about 20 seconds))
	@scripts/autobahn.sh $(ARGS)

.PHONY: test-browser-stack
test-browser-stack: site chromium services end2end/node_modules ## Some browser tests on two servers with real services; ARGS="…" goes to Playwright
	$(call say,Running browser tests on two servers (about 3 minutes))
	@scripts/stack.sh test scripts/browser-stack-tests.sh $(ARGS)

.PHONY: test-release-page
test-release-page: program site-release chromium end2end/node_modules ## Some browser tests with the released page; ARGS="…" goes to Playwright
	$(call say,Running browser tests with the released page (about half a minute))
	@scripts/release-page-tests.sh $(ARGS)

.PHONY: test-lighthouse
test-lighthouse: site chromium tools/lighthouse/node_modules ## Lighthouse must give 100 for accessibility and best practices
	$(call say,Running Lighthouse (about half a minute))
	@node tools/lighthouse/audit.mjs target/debug/jimmy-chat gate

.PHONY: torture-stack
torture-stack: torture-program services ## Torture of two servers on three Kafka brokers, PostgreSQL and Redis, which fail too; ARGS="--seed 7"
	$(call say,Torturing a cluster (about 4 minutes))
	@target/debug/torture --binary target/debug/jimmy-chat --stack $(or $(ARGS),--seed 1 --seconds 90 --clients 100)

.PHONY: torture-faults
torture-faults: faults-programs ## Whether torture finds the three faults that were built in on purpose
	$(call say,Torturing a server with known faults (about 1 minute))
	@scripts/torture-faults.sh

.PHONY: faults
faults: need cargo-nextest programs ## The tests of outages at full length (about 25 minutes)
	$(call say,Testing outages at full length (about 25 minutes))
	@JIMMY_FAULTS_WHOLE=1 JIMMY_TEST_BIG=1 JIMMY_CRASHES=50 $(TEST_PROGRAMS) \
		scripts/stack.sh test cargo nextest run --profile faults --package server --test cluster --test brokers --test-threads 3

.PHONY: release-test
release-test: release cargo-nextest ## The released file, alone in an empty folder
	$(call say,Testing the released file)
	@JIMMY_TEST_BINARY=$(CURDIR)/target/release/jimmy-chat cargo nextest run --profile $(NEXTEST_PROFILE) -E 'test(/^alone::/)'

# It needs root and packages for containers, so it is no part of `make test`. WHOLE=1 builds the program in the image, too.
.PHONY: container-test
container-test: $(if $(WHOLE),need,embed-dev) ## The image and compose.yaml: two users chat while every service is restarted
	$(call say,Testing the containers (about 4 minutes the first time$(comma) then 2))
	@tools/containers/test.sh
