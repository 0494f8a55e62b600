#!/bin/sh
# How fast are traces read? Makes Langfuse-like files, then runs `wc -l`, a bare scan for line ends and ctxcap's
# ingest on each in turn, checks the counts against what the generator wrote, and prints the ratios.
#
# usage: tests/bench/run.sh [BUILD_DIRECTORY] [BYTES]      (default: build, 1e9)
set -eu
here=$(dirname "$(readlink -f "$0")")
build=${1:-$here/../../build}
bytes=${2:-1e9}
work=$(mktemp -d "${TMPDIR:-/tmp}/ctxcap-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT
cmake --build "$build" --target bench_ingest >/dev/null
bench=$build/tests/bench/bench_ingest

best_of_three() {  # seconds of the fastest run of "$@"
  python3 - "$@" <<'PYTHON'
import subprocess, sys, time
def once():
    start = time.perf_counter()
    subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start
print(f"{min(once() for _ in range(3)):.3f}")
PYTHON
}

measure() {  # name, body lengths
  python3 "$here/generate.py" "$work/$1.jsonl" "$work/$1.truth" --bytes "$bytes" --body "$2"
  "$bench" "$work/$1.jsonl" --truth "$work/$1.truth" --repeat 1 >/dev/null  # right before fast; warms the cache
  wc_s=$(best_of_three wc -l "$work/$1.jsonl")
  scan_s=$(best_of_three "$bench" "$work/$1.jsonl" --repeat 1 --scan)
  ingest_s=$(best_of_three "$bench" "$work/$1.jsonl" --repeat 1)
  stream_s=$(best_of_three "$bench" "$work/$1.jsonl" --repeat 1 --stream)
  echo "$1 (bodies of $2 bytes): $(wc -c <"$work/$1.jsonl") bytes, $(wc -l <"$work/$1.jsonl") rows, counts right"
  for pair in "wc -l=$wc_s" "line ends only=$scan_s" "ingest, mapped=$ingest_s" "ingest, streamed=$stream_s"; do
    echo "${pair#*=} ${wc_s}" | awk -v name="${pair%=*}" '{printf "  %-18s %6.3f s   %.2f x wc -l\n", name, $1, $1 / $2}'
  done
  rm "$work/$1.jsonl"
}

measure real-bodies 3000:30000
measure tiny-bodies 40:200
