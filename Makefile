# corsproof. `make help` lists the targets, from the comments behind them.

GO        ?= go
OUT       ?= out
FUZZTIME  ?= 20s
CASES     ?= 1000
SEED      ?= 1
RACE      ?= ./...
PACKAGES  ?= ./...
BROWSERS  ?= $(or $(CORSPROOF_BROWSERS),chromium)
BENCH     ?= .
FILES     ?=
IN        ?=
COVER     ?= 98
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2

# Modules within this one (./... stops at their borders).
NESTED := $(patsubst %/go.mod,%,$(shell find . -mindepth 2 -name go.mod -not -path '*/node_modules/*' -not -path './$(OUT)/*'))

# In CI nothing that could run may be left out, nor taken from an earlier run:
# each driver is tested with its own browser, and on a Selenium Grid.
NEEDS = $(BROWSERS)
ifneq ($(CI),)
export CORSPROOF_REQUIRE_BROWSER = 1
FRESH := -count=1
test race: NEEDS = all -grid
endif

.DEFAULT_GOAL := help
.PHONY: help setup run test race bench lint cover mutate faults fuzz fuzz-browser middleware clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## find or install what a run needs: BROWSERS (chromium), the Node packages of Express
	@$(GO) run ./cmd/corsproof setup -browsers $(NEEDS)

run: setup ## run the catalogue in BROWSERS; writes out/results.jsonl and out/report.html
	@$(GO) run ./cmd/corsproof run -browsers $(BROWSERS) -out $(OUT)

# One package at a time: two browsers side by side make each other miss deadlines.
test: setup ## go vet and every test, in real browsers too: BROWSERS (chromium), PACKAGES (./...)
	$(GO) vet ./...
	CORSPROOF_BROWSERS=$(BROWSERS) $(GO) test -p 1 -timeout 30m $(FRESH) $(PACKAGES)
	@set -e; if [ -n "$(CI)" ]; then $(GO) run -C middleware ./cmd/middleware -install; fi
	@set -e; for module in $(NESTED); do echo "cd $$module"; (cd "$$module" && $(GO) vet ./... && $(GO) test -p 1 -timeout 30m $(FRESH) ./...); done

race: setup ## the tests with the race detector; RACE="./oracle/..." for some
	$(GO) test -race $(FRESH) $(RACE)

bench: setup ## corsproof beside a bare fetch loop, in the same browser
	$(GO) test -run '^$$' -bench '$(BENCH)' ./harness/...

lint: ## gofmt, go vet, staticcheck, and every claim of the catalogue against the oracle
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "not gofmt'd:"; echo "$$unformatted"; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
	@set -e; for module in $(NESTED); do echo "cd $$module"; (cd "$$module" && $(GO) vet ./... && $(GO) run $(STATICCHECK) ./...); done
	$(GO) run ./cmd/corsproof lint

cover: ## lint alone must cover COVER (98) percent of the oracle's statements; names those that it does not
	@mkdir -p $(OUT)
	@$(GO) test -count=1 -run TestLint -coverpkg=./oracle -coverprofile=$(OUT)/cover.out . >$(OUT)/cover.txt || { cat $(OUT)/cover.txt; exit 1; }
	@awk '/ 0$$/ { sub(/.*oracle\//, "uncovered oracle/"); print $$1, $$2 }' $(OUT)/cover.out | sort -V
	@cat $(OUT)/cover.txt
	@awk '{ for (i = 1; i <= NF; i++) if ($$i == "coverage:") have = $$(i+1) + 0 } \
		END { if (have < $(COVER)) { print "less than $(COVER) %"; exit 1 } }' $(OUT)/cover.txt

mutate: setup ## flip each comparison, drop each check of the oracle: does the catalogue notice? FILES="csp.go,corp.go" for some, EVERY=9 for a sample
	$(GO) run ./internal/mutate/cmd -files '$(FILES)' -every $(or $(EVERY),1)

faults: ## our own faulty servers, and the same without their faults: recall and false alarms of a check, offline, or IN=chromium
	@$(GO) run ./faults/cmd -browser '$(IN)'

fuzz: ## Go's own fuzzing of the pure code: each fuzz test for FUZZTIME (20s)
	@set -e; for package in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -r -n 1 dirname | sort -u); do \
		for name in $$($(GO) test -list '^Fuzz' "$$package" | grep '^Fuzz'); do \
			echo "$$package $$name"; \
			$(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "$$package"; \
		done; \
	done

fuzz-browser: setup ## random scenarios, oracle against browser: CASES (1000) of SEED (1), and half as many of today's
	@$(GO) run ./cmd/corsproof fuzz -n $(CASES) -seed $(SEED) -out $(OUT)/fuzz
	@$(GO) run ./cmd/corsproof fuzz -n $$(( $(CASES) / 2 )) -seed 0 -out $(OUT)/fuzz

middleware: setup ## how CORS products keep standard policies: writes docs/middleware.md and out/middleware/middleware.html
	@$(GO) run -C middleware ./cmd/middleware -browsers $(BROWSERS) -out $(abspath $(OUT))/middleware -markdown ../docs/middleware.md

clean: ## remove what the targets wrote in this folder
	rm -rf $(OUT) corsproof
