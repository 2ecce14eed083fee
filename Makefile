# make            build all
# make demo       record a replayed Asterisk and print reports
# make test       all tests that need no Asterisk
# make crash-test the programs killed at random moments, RUNS times; what came of it compared (SEED=N: as then)
# make bench      import measured against gzip -6
# make bench-long import of 2,000,000 events: memory, and whether it gets slower
# make soak       20,000 events a second for SOAK_SECONDS, then simulated worlds for hours (SEEDS of each share);
#                 ALSO=NAME=HOST:PORT:USER:SECRETFILE records a real server beside
# make planted    plants faults one at a time in a copy of the tree: do the tests see them? (hours; ONLY=WORDS for some)
# make lint       formatting
# make fuzz       libFuzzer over all that reads foreign bytes: each target for FUZZ_SECONDS (30), or FUZZ_TARGET alone
# make install    programs, unit, sample configuration (PREFIX, DESTDIR)

SWIFT ?= swift
PREFIX ?= /usr/local
# Programs under /usr are configured in /etc; those of a private prefix below it.
SYSCONFDIR ?= $(if $(filter /usr /usr/local,$(PREFIX)),/etc,$(PREFIX)/etc)
UNITDIR ?= $(PREFIX)/lib/systemd/system
FUZZ_SECONDS ?= 30
# More would wait for each other: one that begins with all the others behind it in a queue passes no time limit.
TESTS_AT_A_TIME ?= 4

# As it ships: the Swift runtime inside.
RELEASE = -c release --static-swift-stdlib

SOAK_SECONDS ?= 900
# About four hours on two cores.
SEEDS ?= 6000

.PHONY: all demo test crash-test bench bench-long soak planted lint fuzz install clean libraries

all: libraries
	$(SWIFT) build

# The C libraries that the package needs to build, on a Debian that lacks them.
libraries:
	@scripts/libraries

demo: libraries
	@scripts/demo

test:
	@scripts/libraries python3 sqlite3 openssl
	SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=$(TESTS_AT_A_TIME) $(SWIFT) test

bench: libraries
	$(SWIFT) build $(RELEASE) --product amirec
	python3 Tests/Bench/bench.py --amirec "$$($(SWIFT) build $(RELEASE) --show-bin-path)/amirec"

bench-long: libraries
	$(SWIFT) build $(RELEASE) --product amirec
	python3 Tests/Bench/long.py --amirec "$$($(SWIFT) build $(RELEASE) --show-bin-path)/amirec"

soak: libraries
	$(SWIFT) build $(RELEASE) --product amirec
	$(SWIFT) build $(RELEASE) --product amirecd
	@bin=$$($(SWIFT) build $(RELEASE) --show-bin-path); python3 Tests/Bench/soak.py --amirec "$$bin/amirec" \
	  --amirecd "$$bin/amirecd" --seconds $(SOAK_SECONDS) $(foreach server,$(ALSO),--also $(server))
	SIMULATION_FIRST=$$(date +%s) SIMULATION_SEEDS=$(SEEDS) $(SWIFT) test --filter SimulationTests

# How often the programs are killed.
RUNS ?= 200

crash-test: libraries
	@scripts/libraries python3
	$(SWIFT) build --product amirec
	$(SWIFT) build --product amirecd
	@bin=$$($(SWIFT) build --show-bin-path); python3 Tests/Crash/crash_test.py --amirec "$$bin/amirec" \
	  --amirecd "$$bin/amirecd" --runs $(RUNS) $(if $(SEED),--seed $(SEED))

planted:
	SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=$(TESTS_AT_A_TIME) python3 Tests/Planted/planted.py --only "$(ONLY)"

lint:
	$(SWIFT) format lint --strict -r Package.swift Sources Tests

fuzz:
	@scripts/fuzz $(FUZZ_SECONDS) $(FUZZ_TARGET)

install: libraries
	$(SWIFT) build $(RELEASE) --product amirec
	$(SWIFT) build $(RELEASE) --product amirecd
	@set -eu; bin=$$($(SWIFT) build $(RELEASE) --show-bin-path); \
	strip=$$(command -v strip >/dev/null && echo -s || true); \
	install $$strip -D -m 755 "$$bin/amirec" "$(DESTDIR)$(PREFIX)/bin/amirec"; \
	install $$strip -D -m 755 "$$bin/amirecd" "$(DESTDIR)$(PREFIX)/bin/amirecd"; \
	put() { \
	  mkdir -p "$$(dirname "$$2")"; \
	  sed -e 's|/usr/local/bin/|$(PREFIX)/bin/|g' -e 's|/etc/amirec/|$(SYSCONFDIR)/amirec/|g' "$$1" >"$$2"; \
	  chmod 644 "$$2"; \
	}; \
	put etc/amirecd.service "$(DESTDIR)$(UNITDIR)/amirecd.service"; \
	put etc/amirec.conf "$(DESTDIR)$(PREFIX)/share/amirec/amirec.conf"; \
	conf="$(DESTDIR)$(SYSCONFDIR)/amirec/amirec.conf"; \
	if [ -e "$$conf" ]; then echo "$$conf is kept as it is"; else put etc/amirec.conf "$$conf"; fi; \
	echo "installed $(DESTDIR)$(PREFIX)/bin/amirec, amirecd; edit $$conf, then: systemctl enable --now amirecd"

clean:
	rm -rf .build demo
