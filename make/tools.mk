##@ Tools

# Pinned tools. The version of wasm-bindgen is the one in Cargo.lock, see tools/bindgen.
CARGO_LEPTOS := 0.3.11
NEXTEST      := 0.9.148
CARGO_DENY   := 0.20.2
BINARYEN     := 132.0.0
TERSER       := 5.51.4

.PHONY: tools
tools: test-tools cargo-leptos ## Install the tools of all targets

.PHONY: test-tools
test-tools: cargo-nextest cargo-deny binaryen terser end2end/node_modules tools/highlight/node_modules tools/lighthouse/node_modules python chromium nginx services ## Install what `make test` needs

# Reports in one sentence what a machine lacks, or installs it.
.PHONY: need python chromium emoji nginx services
need: ; @scripts/need.sh rust
python: ; @scripts/need.sh python
chromium: ; @scripts/need.sh chromium
emoji: ; @scripts/need.sh emoji
nginx: ; @scripts/need.sh nginx
services: ; @scripts/stack.sh install

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
