#!/bin/sh
# From a fresh Debian 12 or 13 to a first result: installs what is missing, builds, and analyses the shipped traces of
# an e-mail triage job with a saved description of its model. No server is needed, nothing is changed.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=$root/build/release

"$root/.ci/install" build
echo "building ctxcap in build/release"
"$root/.ci/build" "$build" -DCMAKE_BUILD_TYPE=Release -DCTXCAP_DEV=OFF

cd "$root"
set -- analyze --traces examples/email-triage/traces.jsonl --show examples/email-triage/show.json --tag triage
echo
echo "\$ ctxcap $*"
"$build/src/ctxcap" "$@"

as_root=
[ "$(id -u)" = 0 ] || as_root="sudo "
cat <<END

The program is $build/src/ctxcap. To have it as ctxcap, in this shell or for good:

    export PATH="$build/src:\$PATH"
    ${as_root}cmake --install "$build" --prefix /usr/local

Then with logs of your own ("ctxcap formats" lists what can be read), and with your Ollama or a saved answer of it:

    ctxcap analyze --traces traces.jsonl --tag triage -o plan.json
END
