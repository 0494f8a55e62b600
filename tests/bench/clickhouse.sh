#!/bin/sh
# What ctxcap itself takes when ClickHouse counts:  tests/bench/clickhouse.sh BUILD [ROWS...]
# Fills Langfuse's table with so many synthetic observations of 30 days (default: 1, 10 and 100 million), analyses
# them, and prints time and memory of ctxcap and of the engine apart. 100 million take 10 GB of disk and some
# minutes. Needs the engine: tests/engines/install BUILD/engines
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$1
shift
[ $# -gt 0 ] || set -- 1000000 10000000 100000000
PYTHONPATH="$here/../engines" exec "$build/engines/bin/python" "$here/clickhouse_bench.py" "$build/src/ctxcap" "$@"
