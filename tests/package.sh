#!/bin/sh
# The Debian package, from the sources to its purge. Each takes a whole build: run it before a release.
#   tests/package.sh           makes it here and looks at it: its files, lintian, the same bytes when made again
#   tests/package.sh 12 | 13   the same in a fresh Debian, then installs, uses, removes and purges it in another one
# What is made lies in build/package afterwards. ctest has the quick part, tests/package/tree.
# Exit code 77: what it takes (lintian; root and debootstrap for the fresh ones) is not here.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
out=$root/build/package/${1:-here}
rm -rf "$out"
mkdir -p "$out"

if [ $# = 0 ]; then
  tests/package/make "$out"
else
  tests/fresh.sh --no-shared --out "$out" "$1" tests/package/make /src/out
  tests/fresh.sh --no-shared --out "$out" "$1" tests/package/use /src/out
fi
