# Everything that one does with this repository; `make` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
# The suites that need a real engine.
ENGINE_SUITES := ^(DockerProviderTests|EndToEndTests)\.
# Those of them that need clients which we did not write.
CLIENT_SUITES := ^EndToEndTests\.EndToEnd/Kubectl/
# Those on a Kubernetes API server: the kit's, or that of KUBECONFIG.
CLUSTER_SUITES := ^EndToEndTests\.EndToEnd/(Cluster|PodFleet)Tests/
# And Git servers.
GIT_SUITES := ^EndToEndTests\.EndToEnd/GitOps/
# And a container image of immd.
IMAGE_SUITES := ^EndToEndTests\.EndToEnd/ImageTests/
UNIT_TARGETS := $(filter-out DockerProviderTests QEMUProviderTests EndToEndTests Fuzz StoreWriter,$(notdir $(wildcard Tests/*)))
# Swift Testing alone: XCTest would end each run with a line that says 0 tests.
SWIFT_TEST := swift test --disable-xctest --skip-build
# Every target test-… is a part of `make test`.
TEST_TARGETS := $(shell sed -n 's/^\(test-[a-z0-9-]*\):.*/\1/p' $(firstword $(MAKEFILE_LIST)))

.PHONY: help demo demo-vm test $(TEST_TARGETS) image build build-tests bench bench-api chaos fuzz simulate mutants lint format clean packages

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: ## three instances with volumes, replaced and rolled back before your eyes; removes all it made
	@scripts/demo

demo-vm: packages ## three virtual machines with a disk each, replaced before your eyes; installs QEMU, removes all it made
	@scripts/demo-vm

test: packages build-tests ## every test below, with one private engine; then checks that nothing is left behind
	@scripts/with-engine $(MAKE) --no-print-directory --keep-going BUILT=yes $(TEST_TARGETS)

test-scripts: ## the scripts parse
	@for script in .ci/run $$(find scripts -type f ! -name Dockerfile ! -name '*.c' ! -name '*.py' ! -path scripts/demo-image/writer ! -path 'scripts/vm-image/*init' ! -path scripts/vm-image/agent); do bash -n $$script || exit 1; done
	@for script in scripts/demo-image/writer scripts/vm-image/agent scripts/vm-image/init scripts/vm-image/initramfs-init; do sh -n $$script || exit 1; done

test-lint: lint ## the sources have the house format

test-unit: build-tests ## the tests that need no engine
	@# One target after the other: in one process their timeouts would measure each other's load.
	@status=0; for target in $(UNIT_TARGETS); do $(SWIFT_TEST) --filter "^$$target\." || status=1; done; exit $$status

test-e2e: packages build-tests ## the tests on a real engine
	@scripts/with-engine $(SWIFT_TEST) --filter '$(ENGINE_SUITES)' --skip '$(CLIENT_SUITES)' --skip '$(GIT_SUITES)' \
		--skip '$(IMAGE_SUITES)' --skip '$(CLUSTER_SUITES)'

test-cluster: packages build-tests ## immd on a Kubernetes API server: make test-cluster [KUBECONFIG=FILE]
	@# Of the command line alone: what somebody's environment names is not meant.
	@IMM_TEST_KUBECONFIG="$(if $(filter command,$(origin KUBECONFIG)),$(abspath $(KUBECONFIG)))" scripts/with-engine $(SWIFT_TEST) --filter '$(CLUSTER_SUITES)'

test-vm: packages build-tests ## the tests that boot virtual machines, with the image that scripts/vm-image builds
	@image=$$(scripts/vm-image/build .build/vm-image) && IMM_TEST_VM=required IMM_TEST_VM_IMAGE=$$image \
		$(SWIFT_TEST) --filter '^QEMUProviderTests\.'

test-gitops: packages build-tests ## commits on real Git servers become rollouts on a real engine
	@scripts/with-engine $(SWIFT_TEST) --filter '$(GIT_SUITES)'

test-kubectl: packages build-tests ## kubectl and other Kubernetes clients against immd on a real engine
	@clients=$$(scripts/kubernetes-clients) && IMM_TEST_KUBERNETES_CLIENTS=$$clients \
		scripts/with-engine $(SWIFT_TEST) --filter '$(CLIENT_SUITES)'

# IMM_TEST_SEED replays a run.
chaos: packages build-tests ## kills containers, immd and the engine in rollouts with volumes: make chaos ROUNDS=50
	@IMM_CHAOS_ROUNDS=$(or $(ROUNDS),50) scripts/with-engine $(SWIFT_TEST) --filter '^EndToEndTests\.EndToEnd/ChaosTests/'

test-demo: packages build-tests ## the demo, in an engine of its own
	@scripts/with-engine sh -c 'XDG_STATE_HOME=$$TMPDIR exec scripts/demo --bin "$$(swift build --show-bin-path)"'

test-fuzz: packages ## a few seconds of fuzzing for each parser; builds with libFuzzer's coverage
	@# One seed, so that a run says the same each time; `make fuzz` goes new ways.
	@IMM_FUZZ_SEED=1 scripts/fuzz 6

SIMULATE_ARGUMENTS := $(if $(SEED),--seed $(SEED) $(if $(KEEP),--keep $(KEEP)),--seeds $(or $(SEEDS),10000)) $(if $(MUTANT),--mutant $(MUTANT))

simulate: packages ## lives of the whole controller against all laws: make simulate [SEEDS=10000] [SEED=n [KEEP=i,j]] [MUTANT=name]
	@swift build -c release --product imm-simulate >&2
	@"$$(swift build -c release --show-bin-path)/imm-simulate" $(SIMULATE_ARGUMENTS)

mutants: packages ## whether the simulator finds each deliberate bug within 500 seeds
	@swift build -c release --product imm-simulate >&2
	@"$$(swift build -c release --show-bin-path)/imm-simulate" --mutants --seeds $(or $(SEEDS),500)

test-simulate: packages ## 500 lives and the deliberate bugs; a release build, since a life takes ten times as long without
	@swift build -c release --product imm-simulate >&2
	@bin=$$(swift build -c release --show-bin-path) && $$bin/imm-simulate --past && $$bin/imm-simulate --seeds 500 && \
		$$bin/imm-simulate --mutants --seeds 500

test-release: packages ## the optimised programs can be built, and start; the optimiser has refused what a debug build took
	@swift build -c release --product immd >&2 && swift build -c release --product immctl >&2
	@bin=$$(swift build -c release --show-bin-path) && $$bin/immd --version && $$bin/immctl version --client

image: packages ## a container image of immd and immctl: make image [IMAGE=imm:VERSION] [BASE=debian:bookworm-slim] [GIT=no]
	@swift build -c release --product immd >&2
	@scripts/image/build --base $(or $(BASE),debian:bookworm-slim) $(if $(IMAGE),--image $(IMAGE)) $(if $(filter no,$(GIT)),,--git)

test-image: packages build-tests ## immd in a container of its image, on a base without a shell, driven from outside
	@swift build -c release --product immd >&2
	@base=$$(scripts/image/base) && scripts/with-engine scripts/image/test "$$base"

test-chart: packages ## the Helm chart: helm's own checks, Kubernetes' schemas, every value, least privilege
	@clients=$$(scripts/kubernetes-clients) && $$clients/python/bin/python scripts/chart/test.py . $$clients

# SECONDS is bash's own, so the value reaches the script as an argument.
fuzz: packages ## fuzzes the parsers: make fuzz SECONDS=60 [TARGET=json] [ADDRESS=yes]
	@IMM_FUZZ_ADDRESS=$(ADDRESS) scripts/fuzz $(or $(SECONDS),60) $(TARGET)

bench: packages ## measures against the targets, release build
	Benchmarks/run

bench-api: packages ## measures the API over TLS against its targets, release build
	Benchmarks/run-api

lint: ## checks the format of all Swift sources
	swift format lint --strict --parallel --recursive Sources Tests Package.swift

format: ## formats all Swift sources
	swift format --in-place --parallel --recursive Sources Tests Package.swift

build: packages ## immd and immctl, debug
	swift build

# BUILT: `make test` has just done it, outside the engine's time.
build-tests: packages
	$(if $(BUILT),@:,swift build --build-tests)

packages:
	@scripts/system-packages install --tests

clean: ## removes what was built
	rm -rf .build
