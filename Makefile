# Two commands matter to a newcomer: `make demo` and `make test`. The rest is for people who work on truce.
# Go is the only thing these need; `make test` also runs the same-bytes corpus under WebAssembly with Node.

GO      ?= go
OUT     ?= out
TRUCE    = $(OUT)/truce
SHARED  ?= ../shared
EXAMPLE  = examples/southwest-syria

# Nobody debugs what make builds: without tables for debuggers it compiles an eighth faster. Every target takes the same flags, so they share what they compile.
export GOFLAGS := $(GOFLAGS) -gcflags=all=-dwarf=false -ldflags=-w

.DEFAULT_GOAL := help
.PHONY: help web checker site demo replay test check lint vuln unit same-bytes same-bytes-arm64 fuzz crash crash-quick whole whole-quick whole-figures bench bench-postgis ged tracks memory witness-interop browser pictures page-speed poor-link fmt verify-figures verify-bytes clean

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 20

$(TRUCE): FORCE
	@mkdir -p $(OUT)
	$(GO) build -o $@ ./cmd/truce
FORCE:

# What the pages take from npm, bundled into the program. Without it the program is built all the same; then it has no map.
WEB = internal/web
web: $(WEB)/dist/built ## bundle the map from npm
$(WEB)/dist/built: $(WEB)/package-lock.json $(wildcard $(WEB)/*.mjs) $(wildcard $(WEB)/islands/* $(WEB)/islands/*/*)
	@rm -rf $(WEB)/dist/*
	cd $(WEB) && npm ci --ignore-scripts --no-progress --loglevel=error && node build.mjs
	@touch $@

# The checker for browsers, which pages of the public site run. Without it they say how to check on one's own machine.
CHECKER = internal/publish/dist
CHECKS  = *.go verify/*.go assess/*.go terms/*.go geo/*.go internal/seal/*.go internal/witness/*.go internal/lang/*.go cmd/truce-verify/*.go go.mod
checker: $(CHECKER)/verify.wasm.gz ## the checker that pages of the public site run in a browser
$(CHECKER)/verify.wasm.gz: $(wildcard $(CHECKS))
	@mkdir -p $(OUT)
	GOOS=js GOARCH=wasm $(GO) build -trimpath -ldflags='-s -w' -o $(OUT)/verify.wasm ./cmd/truce-verify
	@cp "$$($(GO) env GOROOT)/lib/wasm/wasm_exec.js" $(CHECKER)/
	gzip -9nc $(OUT)/verify.wasm >$@

# Pages have a map where npm is there. DEMO is more to say to truce demo: DEMO=--once for a script.
demo: ## make a demonstration and serve it, until Ctrl-C: a ceasefire with weeks of simulated life, where you may be anybody
	@command -v npm >/dev/null && $(MAKE) --no-print-directory web || echo "npm brings nothing here: the pages come without the map"
	@$(MAKE) --no-print-directory checker $(TRUCE)
	$(TRUCE) demo --data $(OUT)/demo $(DEMO)

replay: $(TRUCE) ## replay the shipped example: a summary here and a report in three languages
	$(TRUCE) check $(EXAMPLE)
	$(TRUCE) test $(EXAMPLE)
	$(TRUCE) replay --agreement $(EXAMPLE) --observations $(EXAMPLE)/observations --html $(OUT)/report.html --lang all
	@echo
	@echo "Open $(OUT)/report.html (English), $(OUT)/report.ar.html (Arabic) or $(OUT)/report.ru.html (Russian) in a browser."

test: check unit same-bytes browser ## everything that must pass before a change lands

check: ## formatting and vet
	@test -z "$$(gofmt -l . | tee /dev/stderr)" || (echo "run make fmt"; exit 1)
	$(GO) vet ./...

# Pinned in a module of their own. The first run builds them, which takes minutes on a small machine; later ones take seconds.
TOOL = $(GO) tool -modfile=.ci/tools.mod
lint: ## staticcheck
	$(TOOL) staticcheck ./...

vuln: ## known vulnerabilities in what truce is built from; asks vuln.go.dev, so it needs the network
	$(TOOL) govulncheck ./...

unit: ## all tests of this processor
	$(GO) test ./...

# The corpus whose bytes must not depend on the processor. GOAMD64=v3 lets the compiler fuse products and sums, as arm64 does.
SAME = ./geo ./assess ./internal/poisson ./internal/report
same-bytes: ## the same bytes under 386, a fusing amd64 and WebAssembly
	@if GOARCH=386 $(GO) test -count=1 -run '^$$' ./internal/poisson >/dev/null 2>&1; then echo GOARCH=386; GOARCH=386 $(GO) test -count=1 -run 'SameBytes' $(SAME); \
	elif command -v qemu-arm-static >/dev/null; then echo "this machine runs no 386 programs: GOARCH=arm, which has 32 bits too, under qemu"; GOARCH=arm $(GO) test -count=1 -exec qemu-arm-static -run 'SameBytes' $(SAME); \
	else echo "this machine runs no 386 programs and has no qemu-user-static: 32 bits left out"; fi
	@if grep -qw fma /proc/cpuinfo 2>/dev/null; then echo GOAMD64=v3; GOAMD64=v3 $(GO) test -count=1 -run 'SameBytes' $(SAME); else echo "no FMA on this machine: GOAMD64=v3 left out"; fi
	PATH="$$PATH:$$($(GO) env GOROOT)/lib/wasm" GOOS=js GOARCH=wasm $(GO) test -count=1 -run 'SameBytes' $(SAME)

same-bytes-arm64: ## the same under arm64, with Debian's qemu-user-static
	@command -v qemu-aarch64-static >/dev/null || (echo "install qemu-user-static first"; exit 2)
	GOARCH=arm64 $(GO) test -count=1 -exec qemu-aarch64-static -run 'SameBytes' $(SAME)

verify-figures: ## the open record at full size: ten thousand findings, a thousand forks, a million salts, a hundred million places, a million records with canaries, a million leaves beside tessera's checker (half an hour)
	$(GO) test -v -count=1 -timeout 1h ./internal/ledger -run 'FindingsAreVerified|Forks|Restored|Salts|Dictionary|Vouched|FourEyes' -findings 10000 -forks 1000 -restores 100 -salts 1000000 -places 100000000 -all
	$(GO) test -v -count=1 -timeout 3h ./internal/ledger -run Canary -records 1000000
	@mkdir -p $(OUT)/log
	$(GO) test -count=1 -timeout 1h ./internal/ledger -run WriteALog -leaves 1000000 -into $(abspath $(OUT))/log
	cd bench/ledger && $(GO) run . -log $(abspath $(OUT))/log

site: ## the public site at full size: ten thousand findings, ten thousand delays, a pause of a demonstration (minutes)
	$(GO) test -v -count=1 -timeout 1h ./internal/ledger -run 'SiteOfManyFindings|OfASiteIsEarly' -findings 10000 -delayed 10000
	$(GO) test -v -count=1 -timeout 1h ./internal/node -run 'Pause|PublicFolder' -sites

verify-bytes: ## change every byte of an open record, one after the other (minutes)
	$(GO) test -v -count=1 -timeout 6h ./internal/ledger -run EveryChanged -every 1

FUZZTIME ?= 20s
fuzz: ## every fuzz target for $(FUZZTIME)
	@for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
	    echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1s $$p || exit 1; \
	  done; \
	done

KILLS   ?= 1000
CUTS    ?= 100
DAMAGES ?= 1000
SEED    ?= 1
crash: ## break the journal: kills, power cuts, damage, a full disk, failed syncs (Linux, as root; about twenty minutes)
	$(GO) test -v -count=1 -timeout 3h ./internal/journal/crashtest -kills $(KILLS) -cuts $(CUTS) -damages $(DAMAGES) -seed $(SEED)

crash-quick: ## the same, a few times each
	$(GO) test -v -count=1 ./internal/journal/crashtest

whole: ## break the whole program as it is served: kills, power cuts, damage, a full disk, failed syncs (Linux, as root; hours with the default numbers)
	$(GO) test -v -count=1 -timeout 6h ./internal/node/nodetest -kills $(KILLS) -cuts $(CUTS) -damages $(DAMAGES) -seed $(SEED)

whole-quick: ## the same, a few times each
	$(GO) test -v -count=1 -timeout 30m ./internal/node/nodetest -kills 10 -cuts 2 -damages 26

POSITIONS ?= 1000000
whole-figures: ## measure the whole program: positions a second, memory, how long a report waits, how long a start takes
	$(GO) test -v -count=1 -timeout 2h -run 'TestFigures|TestLatency' ./internal/node/nodetest -positions $(POSITIONS)

OBSERVATIONS ?= 1000000
page-speed: ## ask for every page as every office, with $(OBSERVATIONS) observations more: the server must be quick (for a quiet machine; makes out/speed once)
	$(GO) test -v -count=1 -timeout 4h -run TestPageSpeed ./internal/web/webtest -observations $(OBSERVATIONS) -kept $(abspath $(OUT))/speed

poor-link: web ## how soon something of each page is seen in a browser at 400 kbit/s (for a quiet machine)
	$(GO) test -v -count=1 -timeout 30m -run TestPoorLink ./internal/web/webtest -browser

bench: ## the benchmarks of the repository
	$(GO) test -run '^$$' -bench . -benchmem ./geo ./assess ./internal/intake/...

bench-postgis: ## truce, PostGIS and S2 on one workload in one run (see bench/README.md)
	cd bench && ./run

# The module of the benchmarks follows the versions that truce has now, in a copy of its go.mod.
memory: $(TRUCE) ## replay ten million invented positions: the memory must stay under 300 MB
	@cp bench/go.mod bench/go.sum $(OUT)
	cd bench && $(GO) build -mod=mod -modfile=$(abspath $(OUT))/go.mod -o $(abspath $(OUT))/positions ./positions
	$(OUT)/positions -n 10000000 -agreement $(OUT)/world -most 300 $(TRUCE) replay --agreement $(OUT)/world --observations /dev/stdin --simulated

witness-interop: ## the witness of transparency-dev, unmodified, cosigns our checkpoints and refuses our forks; its client asks our witness
	cd internal/witness/interop && $(GO) test -count=1 ./...

ged: $(TRUCE) ## replay UCDP GED of Syria 2017-2018 through the example (needs ../shared)
	@test -f $(SHARED)/data/ucdp-ged-syria/ged_syria_2017_2018.csv.gz || (echo "no $(SHARED)/data: nothing to replay"; exit 2)
	$(TRUCE) replay --agreement $(EXAMPLE) --observations $(SHARED)/data/ucdp-ged-syria/ged_syria_2017_2018.csv.gz --html $(OUT)/ged.html --lang all
	$(GO) test -count=1 -run TestGED ./internal/replay ./cmd/truce # against counts made another way

# Phones carried around Helsinki, with the accuracy of each fix, and city buses of Austin, without. Nobody in them was ever in
# Syria and none belongs to an actor: everything that comes out is labelled simulated and moved.
TRACKS = $(SHARED)/data/tracks
AS     = --actor revolutionary-guard --simulated
tracks: $(TRUCE) ## replay tracks of phones and buses, moved onto the zone and labelled so (needs ../shared)
	@test -f $(TRACKS)/aalto_trafficsense_device_data.csv.gz || (echo "no $(TRACKS): nothing to replay"; exit 2)
	$(TRUCE) replay --agreement $(EXAMPLE) --observations $(TRACKS)/aalto_trafficsense_device_data.csv.gz $(AS) \
	  --zone Europe/Helsinki --move 24.82,60.19:36.10,32.62 --later 480d --html $(OUT)/phones.html
	$(TRUCE) replay --agreement $(EXAMPLE) $(foreach f,$(wildcard $(TRACKS)/capmetro_2016-11-*.csv.gz),--observations $(f)) $(AS) \
	  --move=-97.74,30.27:36.10,32.62 --later 400d --html $(OUT)/buses.html

# What needs Debian's package chromium.
CHROMIUM ?= chromium
browser: web checker ## look at the pages of a demonstration in chromium: nothing against WCAG A and AA, nothing in the console
	@if command -v $(CHROMIUM) >/dev/null; then $(GO) test -count=1 -timeout 30m ./internal/web/webtest -run "Accessible|Story|OpenDoor" -browser; \
	else echo "no chromium on this machine: the pages were not looked at in a browser"; fi

pictures: $(TRUCE) web ## take the pictures of the documents again (needs chromium)
	@command -v $(CHROMIUM) >/dev/null || (echo "install chromium first"; exit 2)
	$(TRUCE) replay --agreement $(EXAMPLE) --observations $(EXAMPLE)/observations --html $(OUT)/report.html --lang all >$(OUT)/summary.txt
	@rm -rf $(OUT)/browser
	$(CHROMIUM) --headless --no-sandbox --disable-gpu --disable-background-networking --no-first-run --hide-scrollbars \
	  --user-data-dir=$(CURDIR)/$(OUT)/browser --force-device-scale-factor=0.8 --window-size=1100,1890 --screenshot=$(CURDIR)/docs/pictures/report.png file://$(CURDIR)/$(OUT)/report.html
	@rm -rf $(OUT)/browser
	$(GO) test -count=1 -timeout 30m ./internal/web/webtest -run Pictures -pictures $(CURDIR)/docs/pictures

fmt: ## write the Go files and the examples as they are written
	gofmt -w .
	@for d in examples/*/; do $(GO) run ./cmd/truce fmt $$d || exit 1; done

clean: ## remove what was built
	rm -rf $(OUT)
