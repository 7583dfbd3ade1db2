# One place for everything that is run by hand or by CI.

SHELL = /bin/bash
.SHELLFLAGS = -o pipefail -c

CARGO ?= cargo
JOBS ?= 2
STAMP = 2025-11-03T08:00:00Z
# Cargo may be configured to build elsewhere; whatever is run here is run from where it was built.
BUILT = $(or $(CARGO_TARGET_DIR),target)

.PHONY: run demo test torture check bless bench peers fuzz doc clean

# The main job on the sample batches; ends by showing a Business Rejection Report.
run:
	$(CARGO) build --release -j$(JOBS) -p cli --target-dir $(BUILT)
	@rm -rf target/run && mkdir -p target/run
	@for story in samples/*/in.837; do \
	  name=$$(basename $$(dirname $$story)); cp $$story target/run/$$name.837; done
	@$(BUILT)/release/claimgate process target/run/*.837 \
	  --pdac samples/crosswalks/2025-10-05XWalk.csv --asp samples/crosswalks/asp-2025q4.csv \
	  --now $(STAMP) --out target/run/out; code=$$?; [ $$code -eq 0 ] || [ $$code -eq 4 ]
	@echo
	@cat target/run/out/one-of-two/brr.txt
	@echo
	@echo "Outputs of every sample: target/run/out"
	@echo "The same report for a browser: target/run/out/one-of-two/brr.html"

# A station with two partners, sshd and sftp on loopback: files go in, answers come out.
demo:
	$(CARGO) build --release -j$(JOBS) -p cli --target-dir $(BUILT)
	@tests/station/demo.sh $(abspath $(BUILT))/release/claimgate target/demo

# Everything that CI runs.
test:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -j$(JOBS) -- -D warnings
	$(CARGO) clippy -p cli --no-default-features --all-targets -j$(JOBS) -- -D warnings
	@mkdir -p target
	$(CARGO) test --workspace -j$(JOBS) 2>&1 | tee target/test.log
	@awk '/^test result:/ { passed += $$4; failed += $$6 } /^SKIPPED: / { skipped += 1 } \
	  END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped }' target/test.log

# The tests of the station in full, of which the others do a part; docs/torture.md has what they found.
torture:
	TORTURE=1 $(CARGO) test -j$(JOBS) -p cli --test 'station*' -- --nocapture 2>&1 | grep -E '^([RS][0-9]+:|test |SKIPPED|error|thread)|panicked'

# Writes anew what tests compare with; read the difference like code.
bless:
	BLESS=1 $(CARGO) test --workspace -j$(JOBS)

# Speed and memory against the plainest reader, in one run; then every stage alone, the crosswalk desk, and the station.
bench:
	$(CARGO) bench -j$(JOBS) -p cli --bench whole
	$(CARGO) bench -j$(JOBS) -p cli --bench stages
	$(CARGO) bench -j$(JOBS) -p cli --bench desk
	$(CARGO) bench -j$(JOBS) -p cli --bench station

# Readers of X12 that others publish beside this one; needs Python 3, Node.js and a network. docs/peers.md says what they do.
peers:
	benches/peers/run

# Hunts with every fuzz target for SECONDS each, with inputs of at most LENGTH bytes; needs a nightly toolchain and cargo-fuzz.
# docs/fuzzing.md says why it hunts so, and what to do with a find.
SECONDS ?= 60
LENGTH ?= 2048
fuzz:
	@for target in $$(ls tests/fuzz/corpus); do \
	  mkdir -p target/fuzz/corpus/$$target; \
	  CARGO_TARGET_DIR=$(CURDIR)/target/fuzz nice -n 19 $(CARGO) +nightly fuzz run --fuzz-dir tests/fuzz --sanitizer none \
	    --no-trace-compares $$target target/fuzz/corpus/$$target tests/fuzz/corpus/$$target -- -max_total_time=$(SECONDS) \
	    -max_len=$(LENGTH) -use_counters=0 -entropic=0 -reduce_inputs=0 -timeout=10 -rss_limit_mb=4096 -print_final_stats=1 \
	    -artifact_prefix=target/fuzz/found- || exit 1; \
	done

doc:
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps -j$(JOBS)

clean:
	$(CARGO) clean
