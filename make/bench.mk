##@ Measure (nothing here is a gate)

.PHONY: bench-page
bench-page: release chromium tools/lighthouse/node_modules end2end/node_modules ## How fast the released pages are: Lighthouse and scrolling
	$(call say,Running Lighthouse twenty times (about 5 minutes))
	@node tools/lighthouse/audit.mjs target/release/jimmy-chat performance
	@$(MAKE) bench-scroll

.PHONY: bench-scroll
bench-scroll: release chromium end2end/node_modules ## Scroll up through 10,000 messages; COUNT=1000 takes fewer, PROFILE=FILE writes a profile
	$(call say,Scrolling through a long channel (about 3 minutes))
	@cd end2end && JIMMY_TEST_BINARY=$(CURDIR)/target/release/jimmy-chat npx playwright test --config bench/config.ts

# Both use real services, which start empty. docs/benchmarks.md holds the tables that they printed.
.PHONY: bench-queue
bench-queue: bench-tool ## Messages through Kafka into PostgreSQL, by writers, readers, partitions and batches; ARGS="--rounds 5"
	$(call say,Sending messages through the queue (about 5 minutes))
	@scripts/stack.sh test target/bench-tool/bench queue $(ARGS)

.PHONY: bench-history
bench-history: bench-tool ## The newest page of a channel from memory, Redis and PostgreSQL; ARGS="--rounds 9 --seconds 5"
	$(call say,Reading history (about 2 minutes))
	@scripts/stack.sh test target/bench-tool/bench history $(ARGS)

.PHONY: bench-tool
bench-tool: need ## The program of the two above, optimised
	$(call say,Building the benchmarks (about 8 minutes the first time))
	@cargo build --quiet --profile bench-tool --package bench

.PHONY: screenshots
screenshots: site chromium emoji end2end/node_modules ## Pictures of every page and state; STATES=hall,settings takes these only
	$(call say,Taking pictures (about 3 minutes))
	@cd end2end && npx playwright test --config screenshots/config.ts $(ARGS)
