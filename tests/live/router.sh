#!/bin/sh
# tests/live/router.sh LLAMA_SERVER MODEL.gguf TEST_LIVE: starts a real router on a free port, runs its stories,
# stops it. LLAMA_SERVER: the program; a shell line where it needs more ("env LD_LIBRARY_PATH=. ./llama-server").
set -eu
server=$1 model=$(realpath "$2") test=$(realpath "$3")
dir=$(mktemp -d)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
printf '; mine\n[*]\nparallel = 2\n\n[live]\nmodel = %s\nctx-size = 8192;enough\n' "$model" >"$dir/models.ini"
$server --models-preset "$dir/models.ini" --host 127.0.0.1 --port "$port" >"$dir/log" 2>&1 &
router=$!
trap 'kill $router; wait $router 2>/dev/null || :; rm -rf "$dir"' EXIT
python3 - "$port" <<'WAIT'
import sys, time, urllib.request
for _ in range(120):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/health", timeout=1)
        break
    except OSError:
        time.sleep(0.5)
else:
    sys.exit("the router does not answer")
WAIT
CTXCAP_LIVE_LLAMA_SERVER=http://127.0.0.1:$port CTXCAP_LIVE_PRESET=$dir/models.ini CTXCAP_LIVE_SECTION=live \
  "$test" -tc='live served*'
