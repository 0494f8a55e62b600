#!/bin/sh
# What a pull takes of the client:  tests/bench/langfuse.sh BUILD [ROWS]
# Three days with so many calls (default: 300,000) behind a server that takes 150 ms for each page of 1,000 rows, and
# compresses it. Prints the time on the network, CPU and memory of ctxcap, and how many requests were open at once.
set -eu
exec python3 "$(dirname "$0")/langfuse_bench.py" "$1/src/ctxcap" "${2:-300000}"
