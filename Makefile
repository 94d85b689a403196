# Two commands matter: `make run` and `make test`. Both install the missing system packages first.
.PHONY: run test build setup lint format floors coverage sanitize peers accuracy clean

run: build
	@.ci/main-job

test: setup
	@.ci/test

build: setup
	@swift build -c release --product galatea

setup:
	@.ci/install-packages

lint:
	@swift format lint --strict --recursive --parallel Package.swift Sources Tests .ci

format:
	@swift format --in-place --recursive --parallel Package.swift Sources Tests .ci

floors:
	@.ci/floors

.PHONY: run test build setup lint format floors coverage sanitize peers accuracy clean

clean:
	@rm -rf .build .build-* output
