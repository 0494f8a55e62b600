#!/bin/sh
# Lets every fuzz target run for a while, seeded from the fixtures and from what was found before. A finding is
# kept in tests/fuzz/kept/TARGET, where the replay tests read it from then on; commit it with the fix.
#
# usage: tests/fuzz/run.sh [SECONDS] [TARGET ...]      (default: 600 seconds each, all targets)
set -eu
here=$(dirname "$(readlink -f "$0")")
root=$here/../..
seconds=600
if [ $# -gt 0 ]; then
  seconds=$1
  shift
fi
if [ $# -eq 0 ]; then
  for file in "$here"/fuzz_*.cpp; do
    name=$(basename "$file" .cpp)
    set -- "$@" "${name#fuzz_}"
  done
fi

build=${CTXCAP_FUZZ_BUILD:-$root/build-fuzz}
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19 -DCTXCAP_FUZZ=ON -DCTXCAP_DEV=ON >/dev/null
failed=0
for target in "$@"; do
  cmake --build "$build" --target "fuzz_$target" >/dev/null
  corpus=$build/corpus/$target
  kept=$here/kept/$target
  mkdir -p "$corpus" "$kept"
  echo "fuzz_$target: $seconds s"
  mkdir -p "$here/seeds/$target"
  "$build/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -max_len=65536 -timeout=20 -print_final_stats=1 \
    -artifact_prefix="$kept/" "$corpus" "$root/fixtures/traces" "$root/fixtures/config" "$here/seeds/$target" "$kept" \
    >"$corpus.log" 2>&1 || {
    failed=1
    echo "  a finding, kept in tests/fuzz/kept/$target; the log is $corpus.log"
  }
  rmdir "$kept" "$here/seeds/$target" 2>/dev/null || true
  grep -E "number_of_executed_units|average_exec_per_sec" "$corpus.log" | sed 's/^stat::/  /'
done
exit $failed
