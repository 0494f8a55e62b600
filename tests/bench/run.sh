#!/bin/sh
# How fast is ctxcap? Builds it, makes files, times it beside `wc -l`, a bare pass of the parser, DuckDB, ClickHouse and
# jq on the same files in the same run, checks that all numbers are equal, and prints the tables of the README.
#
# usage: tests/bench/run.sh [BYTES] [--rounds N] [--stream BYTES]     (default: 1e9, 5 rounds, no endless stream)
#
# DuckDB and ClickHouse come from PyPI into build/bench/engines; where that fails their rows say "not installed".
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${CTXCAP_BUILD_DIR:-$root/build/bench}
bytes=1e9
case ${1:-} in
  [0-9]*) bytes=$1; shift ;;
esac

"$root/.ci/install" build test
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCTXCAP_DEV=ON >/dev/null
cmake --build "$build" --target ctxcap bench_ingest bench_scan bench_bare bench_inflate >/dev/null

engines=$build/engines
[ -x "$engines/bin/python" ] || python3 -m venv "$engines" || true
for engine in duckdb chdb; do
  [ -x "$engines/bin/python" ] || break
  "$engines/bin/python" -c "import $engine" 2>/dev/null || "$engines/bin/python" -m pip install -q "$engine" >&2 || true
done
python=$engines/bin/python
[ -x "$python" ] || python=python3

exec python3 "$root/tests/bench/compare.py" "$build" "$python" --bytes "$bytes" "$@"
