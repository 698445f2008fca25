##@ Build

# The arguments of cargo-leptos, so that it and plain Cargo share what they have built.
SERVER := --package=server --bin=jimmy-chat
WASM := --package=frontend --lib --target=wasm32-unknown-unknown
BINDGEN := --package=wasm-bindgen-tool --bin=wasm-bindgen
TORTURE := --package=torture --bin=torture

# The server and wasm-bindgen in one build, because Cargo chooses the features of a dependency for all packages of a build.
.PHONY: program
program: need ## The server and wasm-bindgen, for development
	$(call say,Building the server (about 3 minutes the first time))
	@cargo build $(SERVER) $(BINDGEN)
	@$(link-bindgen)

link-bindgen = mkdir -p .tools/bin && ln -sfn ../../target/debug/wasm-bindgen .tools/bin/wasm-bindgen

# Alone, for a machine that only releases. Where the development server was built, `program` has it already.
.PHONY: bindgen
bindgen: need ## wasm-bindgen, of the version in Cargo.lock
	$(call say,Building wasm-bindgen (about 20 seconds$(comma) once))
	@cargo build $(BINDGEN)
	@$(link-bindgen)

.PHONY: site
site: program tools/highlight/node_modules ## The page, for development
	$(call say,Building the page (about 1 minute the first time))
	@cargo build $(WASM)
	@node scripts/site.mjs dev

.PHONY: wasm-release
wasm-release: need ## The page's WASM, optimised
	$(call say,Building the page for release (about 2 minutes the first time))
	@cargo build --profile wasm-release $(WASM)

.PHONY: site-release
site-release: wasm-release $(if $(wildcard target/debug/jimmy-chat),program,bindgen) binaryen terser tools/highlight/node_modules ## The page, as it is released
	@node scripts/site.mjs release

# All programs of the tests in one build: the server, the test programs, torture and the echo server.
.PHONY: programs
programs: need faults-programs ## Everything that the tests in Rust run
	$(call say,Building the server and all tests)
	@cargo build --all-targets
	@$(link-bindgen)

# The server with failpoints, seeded faults and the page inside, and torture with a seeded fault. They have the names of the plain
# programs, so they are copied away.
FAULTS := server/embed-site,server/failpoints,server/seeded-faults,torture/seeded-faults
.PHONY: faults-programs
faults-programs: site ## The server and torture with the faults that tests turn on, and the page inside
	$(call say,Building the server with failpoints and the page inside)
	@cargo build $(SERVER) $(BINDGEN) $(TORTURE) --features $(FAULTS)
	@mkdir -p target/faults
	@cp -u --remove-destination --preserve=timestamps target/debug/jimmy-chat target/debug/torture target/faults/

.PHONY: torture-program
torture-program: need ## The server and the torture test
	$(call say,Building the server and the torture test)
	@cargo build $(SERVER) $(BINDGEN) $(TORTURE)

# The development build with the page inside. It is copied away, because the plain server has the same name.
.PHONY: embed-dev
embed-dev: site ## The server for development with the page inside
	$(call say,Building the server with the page inside)
	@cargo build $(SERVER) $(BINDGEN) --features server/embed-site
	@mkdir -p target/embed && cp -u --remove-destination --preserve=timestamps target/debug/jimmy-chat target/embed/jimmy-chat
