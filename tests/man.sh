#!/bin/sh
# The man pages have no warnings:  man.sh CTXCAP
# Exit code 77: neither mandoc nor groff is here.
set -eu
ctxcap=$1
checks=0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for section in 1 5; do
  page=$folder/ctxcap.$section  # mandoc compares the name with what the page says of itself
  "$ctxcap" man $section >"$page"
  if command -v mandoc >/dev/null; then
    mandoc -Tlint -W warning "$page"
    checks=$((checks + 1))
  fi
  if command -v groff >/dev/null; then
    said=$(groff -man -ww -z -Tutf8 "$page" 2>&1)
    [ -z "$said" ] || { echo "$said"; exit 1; }
    checks=$((checks + 1))
  fi
done
[ $checks -gt 0 ] || { echo "skipped: neither mandoc nor groff is here"; exit 77; }
