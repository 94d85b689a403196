# Two commands matter: `make run` and `make test`. Both install the missing system packages first.
.PHONY: run test build setup lint format floors coverage sanitize peers accuracy clean

run: build
	@.ci/main-job

test: setup
	@.ci/test

# The manifest tells the program its commit: out of the cache it would tell an old one.
build: setup
	@swift build -c release --manifest-cache none --product galatea

setup:
	@.ci/install-packages

lint:
	@swift format lint --strict --recursive --parallel Package.swift Sources Tests .ci

format:
	@swift format --in-place --recursive --parallel Package.swift Sources Tests .ci

floors:
	@.ci/floors

# Long runs, each in a build folder of its own.
coverage: setup
	@.ci/coverage

sanitize: setup
	@.ci/sanitize address
	@.ci/sanitize thread

# Other people's software that ours is measured against, in an environment of its own: never needed by tests.
peers: .build/peers/complete

.build/peers/complete: Sources/Benchmarks/Peers/requirements.txt
	@python3 -m venv .build/peers
	@# PyTorch for processors only, which stands on its own page; without its page pip would take CUDA, gigabytes.
	@.build/peers/bin/pip install --quiet --no-deps --retries 1 \
		--find-links https://download.pytorch.org/whl/cpu/torch/ "$$(grep '^torch==' $<)"
	@.build/peers/bin/pip install --quiet -r $<
	@touch $@

accuracy: peers
	@.build/peers/bin/python Sources/Benchmarks/Peers/gradient_boosting.py "$(ENRICHED)" "$(CATALOG)"

clean:
	@rm -rf .build .build-* output
