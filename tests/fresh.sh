#!/bin/bash
# The README's two commands as a newcomer types them, on a Debian that was made a minute ago:
#   tests/fresh.sh 12 | 13                     ./examples/quickstart.sh, then ./tests/run.sh; times and results at the end
#   tests/fresh.sh 13 ./tests/run.sh -R base   another command
#   tests/fresh.sh --no-shared 12              without the folder ../shared, which some tests look at
#   tests/fresh.sh --out DIRECTORY 12 COMMAND  with that directory as /src/out: what is to stay, or to be there
#
# Packages come from where this machine's own apt gets them. The bare release is kept in ~/.cache/ctxcap-fresh (or
# $CTXCAP_FRESH_DIR), each run works in a copy of it. The checkout is what git sees: all that is tracked, and what is
# new and not ignored. Exit code 77: there is no root or no debootstrap here.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cache=${CTXCAP_FRESH_DIR:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/ctxcap-fresh}

give_up() {  # exit code, what, why, hint
  printf 'error: %s\n  why: %s\n hint: %s\n' "$2" "$3" "$4" >&2
  exit "$1"
}

shared=$root/../shared
out=
while :; do
  case ${1:-} in
    --no-shared) shared= ;;
    --out)
      [ -d "${2:-}" ] || give_up 2 "--out ${2:-} cannot be used" "it is no directory" "mkdir ${2:-DIRECTORY}"
      out=$(cd "$2" && pwd)
      shift
      ;;
    *) break ;;
  esac
  shift
done
case ${1:-} in
  12) suite=bookworm ;;
  13) suite=trixie ;;
  *) give_up 2 "it is not said which Debian" "the releases are 12 and 13" "tests/fresh.sh 13" ;;
esac
release=$1
shift
[ "$(id -u)" = 0 ] ||
  give_up 77 "no Debian $release can be made" "mount and chroot take root" "sudo tests/fresh.sh $release"
command -v debootstrap >/dev/null ||
  give_up 77 "no Debian $release can be made" "debootstrap is not installed" "apt-get install debootstrap"

mkdir -p "$cache"
if [ -z "$(find "$cache" -maxdepth 1 -name "$suite" -mtime -30)" ]; then
  echo "making a bare Debian $release in $cache"
  "$root/tests/fresh/base" "$suite" "$cache/$suite"
fi

# All mounts are made by tests/fresh/enter in a namespace of its own, which ends with it: here nothing is mounted.
tree=$(mktemp -d "$cache/run.XXXXXX")
trap 'rm -rf --one-file-system "$tree"' EXIT
trap 'exit 130' INT TERM HUP
cp -a --reflink=auto "$cache/$suite/." "$tree"
mkdir -p "$tree/src/ctxcap"
# A file that was deleted and not committed is still in git's list.
git -C "$root" ls-files -z --cached --others --exclude-standard |
  tar -C "$root" --null --files-from=- --ignore-failed-read -cf - 2>/dev/null |
  tar -C "$tree/src/ctxcap" --no-same-owner -xf -

status=0
summary=
run() {
  local started=$SECONDS result=0 took
  printf '\n[Debian %s] $ %s\n' "$release" "$*"
  CTXCAP_FRESH_SHARED=$shared CTXCAP_FRESH_OUT=$out unshare --mount --propagation private --pid --fork --kill-child \
    "$root/tests/fresh/enter" "$tree" "$cache/$suite.debs" "$@" || result=$?
  took=$((SECONDS - started))
  summary+=$(printf 'Debian %s  %3d:%02d  %-9s %s' "$release" $((took / 60)) $((took % 60)) \
    "$([ $result = 0 ] && echo ok || echo "failed $result")" "$*")$'\n'
  [ $result = 0 ] || status=$result
}

if [ $# -gt 0 ]; then
  run "$@"
else
  run ./examples/quickstart.sh
  run ./tests/run.sh
fi
printf '\n%s' "$summary"
exit "$status"
