#!/usr/bin/env bash
# Runs a command with Node 24 first on the path: scripts/node-24.sh npm test -- --project unit
# npm's package `node` carries it; it is kept in the user's cache folder.
set -euo pipefail

home="${XDG_CACHE_HOME:-$HOME/.cache}/tableloom/node-24"
if [ ! -x "$home/bin/node" ]; then
  mkdir -p "$home/bin"
  npm install --prefix "$home" --no-save --no-package-lock --no-audit --no-fund --loglevel=error node@24 >&2
  ln -sf ../node_modules/node/bin/node "$home/bin/node"
fi
PATH="$home/bin:$PATH" exec "$@"
