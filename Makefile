# make test    everything, with its own set-up: both databases, real browsers
# make check   what to run before each commit: format, vet, staticcheck, short tests
# make fuzz    each fuzz test for FUZZTIME
# make bench   the load measurements beside the machine's own limits
# make build   bin/cognate, static

VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
FUZZTIME ?= 10s
LDFLAGS   = -s -w -X main.version=$(VERSION)

export CGO_ENABLED = 0

.PHONY: build check lint test e2e-setup fuzz bench clean

build:
	go build -trimpath -ldflags '$(LDFLAGS)' -o bin/cognate ./cmd/cognate

check: lint
	go test -short ./...

lint:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); \
	if [ -n "$$unformatted" ]; then echo "gofmt these: $$unformatted"; exit 1; fi
	go vet ./...
	go tool staticcheck ./...

e2e-setup:
	./e2e/setup

# The packages first, then the end-to-end tests by themselves: the browsers
# want both cores. What fails does not keep the rest from running.
test: e2e-setup
	go run ./e2e/withpostgres sh -c '\
		go test -timeout 20m $$(go list ./... | grep -v "/e2e\$$"); packages=$$?; \
		go test -timeout 30m -count=1 -v ./e2e; e2e=$$?; \
		$(MAKE) lint; lint=$$?; \
		exit $$((packages | e2e | lint))'

fuzz:
	@set -e; for package in $$(go list ./...); do \
		for name in $$(go test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "fuzz $$package $$name"; \
			go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) $$package; \
		done; \
	done

bench: build
	go run ./e2e/bench -binary bin/cognate

clean:
	rm -rf bin e2e/artefacts
