#!/bin/sh
# Installs what is missing, builds with the sanitizers, and runs all tests; ends with ctest's summary.
#   ./tests/run.sh            everything
#   ./tests/run.sh -R ingest  further words go to ctest
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=${CTXCAP_BUILD_DIR:-$root/build/test}

"$root/.ci/install" build test
# The engines come over the network, which the build does not need.
log=$(mktemp)
"$root/tests/engines/install" "$build/engines" >"$log.engines" 2>&1 &
engines=$!
trap 'kill "$engines" 2>/dev/null || true; rm -f "$log" "$log.engines"' EXIT

echo "building the tests in ${build#"$root"/} (address and undefined behaviour sanitizers)"
# With another compiler than last time CMake forgets whatever else it is told.
if [ -f "$build/CMakeCache.txt" ] && ! grep -q '^CMAKE_CXX_COMPILER:.*clang++-19$' "$build/CMakeCache.txt"; then
  rm -rf "$build/CMakeCache.txt" "$build/CMakeFiles"
fi
# clang builds this in little more than half of the time that g++ takes; the program itself is built by g++, as in
# examples/quickstart.sh. -O1 and no debug information: under half the time of a full debug build. What the undefined
# behaviour sanitizer finds has its line all the same; for lines of the address sanitizer build with -g1.
"$root/.ci/build" "$build" -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19 -DCMAKE_BUILD_TYPE=Debug \
  -DCMAKE_CXX_FLAGS_DEBUG="-O1" -DCTXCAP_DEV=ON -DCTXCAP_SANITIZE=address,undefined

wait "$engines" || true
cat "$log.engines"
echo "running the tests"
export ASAN_SYMBOLIZER_PATH="${ASAN_SYMBOLIZER_PATH-/usr/lib/llvm-19/bin/llvm-symbolizer}"
# One more than there are cores: many a test waits for a process or a server.
# ctest's own lines for passing tests are left out; failures come with their output.
status=0
ctest --test-dir "$build" --output-on-failure -j "$(($(nproc) + 1))" --timeout 300 "$@" >"$log" 2>&1 || status=$?
if [ "$status" -ne 0 ]; then
  cat "$log"
else
  sed -n '/tests passed/,$p' "$log"
fi
exit "$status"
