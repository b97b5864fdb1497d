# The commands of this repository. `make` alone lists them.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test redis-versions fuzz chaos engine lint format docs site client client-example bench sanitize release deb deb-test

help: ## List these commands
	@awk -F ': ## ' '/^[a-z-]+: ## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Install what is missing, build for release, serve with the demo page on 127.0.0.1:8080 (ARGS='--port 8081 …' adds flags)
	@scripts/install-packages build
	scripts/build-release
	.build/release/hub --demo $(ARGS)

test: ## Install what is missing, run every test (ARGS='--filter MergeTests' runs some of the Swift tests)
	@scripts/install-packages build test
	@scripts/run-tests $(ARGS)

redis-versions: ## Run the bus's tests with hiredis 1, Redis 8, Valkey 8 and 9 (ARGS='--short valkey-8' runs fewer)
	@scripts/install-packages build test
	@scripts/redis-versions $(ARGS)

fuzz: ## Feed changed requests, frames, JSON and replies for 10 minutes (ARGS='--target HTTP --seconds 3600' chooses)
	@scripts/install-packages build test
	@scripts/fuzz $(ARGS)

chaos: ## Break every part of a cluster under load and count what is lost (ARGS='--only hub-killed' runs one, --encrypted over TLS)
	@scripts/install-packages build test
	scripts/build-release --product hub
	python3 Tests/Chaos/chaos.py .build/release/hub $(ARGS)

engine: ## Build the image, bring docker-compose.yml up on a Docker engine of its own and break it (needs root)
	@scripts/install-packages build engine
	@$(MAKE) release
	@scripts/engine-test

lint: ## Check the style of Swift, shell and YAML, and what is in deploy/
	@scripts/install-packages lint
	@scripts/lint

format: ## Rewrite the Swift sources in the house style
	swift format --in-place --parallel --recursive Package.swift Sources Tests Benchmarks web

docs: site ## Write what docs/ has from the sources, and make HubClient's pages (dist/docs/HubClient) and the site (dist/docs/site)
	@scripts/install-packages build
	HUB_WRITE_DOCS=1 swift test --disable-xctest --filter SettingTableTests
	mkdir -p dist/docs
	swift package --allow-writing-to-directory dist/docs generate-documentation --target HubClient \
		--warnings-as-errors --output-path dist/docs/HubClient

site: ## Make dist/docs/site of docs/ (HUB_REPOSITORY=https://… links files that are not pages)
	@scripts/install-packages docs
	NO_MKDOCS_2_WARNING=1 "$$(scripts/python-tools docs mkdocs)" build --strict --quiet

client: ## Make web/hub.min.js, which hubs serve at /hub.js, of the browser client's modules (needs esbuild)
	@scripts/install-packages client
	@scripts/bundle-client

client-example: ## Build the example of HubClient's pages as a package of its own that depends on this one
	@scripts/install-packages build
	@scripts/client-example

bench: ## Build for release and measure beside the floor (ARGS='--rows fanout --rounds 3' chooses, ARGS=--help lists)
	@scripts/install-packages build bench
	scripts/build-release --product hub
	scripts/build-release --product hubbench
	.build/release/hubbench run --hub .build/release/hub $(ARGS)

sanitize: ## Run the Swift tests under the thread sanitizer, then under the address sanitizer
	@scripts/install-packages build test
	@scripts/sanitize $(ARGS)

release: ## Build dist/hub, stripped, without a need for Swift's libraries; dist/hubctl is the same program
	@scripts/install-packages build
	scripts/build-release --product hub
	mkdir -p dist
	strip --remove-section .comment -o dist/hub .build/release/hub
	ln -sf hub dist/hubctl
	@if ldd dist/hub | grep -iE 'swift|hiredis|yaml'; then echo 'dist/hub needs libraries that a system may lack' >&2; exit 1; fi
	@ls -l dist

deb: release ## Make dist/comethub_VERSION_ARCH.deb for Debian 12 and 13 (on Debian 12), and check it with lintian
	@scripts/install-packages deb
	@scripts/build-deb

deb-test: deb ## Install, upgrade under a stream, remove and purge it on a Debian 12 and a Debian 13 under systemd (needs root)
	@scripts/install-packages deb-test
	@scripts/deb-test
