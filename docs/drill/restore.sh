#!/bin/sh
# Puts what backup.sh has copied onto a new machine, into the working folder, and checks it.
#
#     sh docs/drill/restore.sh FOLDER
#
# Nothing may run yet; a database of PostgreSQL's is there, and empty. See docs/restoring.md.
set -eu
umask 077
if [ $# -ne 1 ]; then
    echo "usage: sh restore.sh FOLDER" >&2
    exit 2
fi
from=$(cd "$1" && pwd)
run() { "${PYTHON:-python3}" -m ganshare "$@"; }

(cd "$from" && sha256sum --check --quiet SHA256SUMS)
check_new() {
    if [ -e "$1" ]; then
        echo "$1 is here already; restore onto a new machine." >&2
        exit 1
    fi
}
check_new ganshare.toml
check_new keys
if [ -e "$from/ganshare.toml" ]; then cp "$from/ganshare.toml" .; fi
cp -R "$from/keys" keys
blobs=$(run settings --json | sed -n 's|.*"GANSHARE_BLOBS_URL".*"value": "file://\([^"]*\)".*|\1|p')
if [ -n "$blobs" ]; then
    check_new "$blobs"
    cp -R "$from/blobs" "$blobs"
fi
run store restore "$from/store.backup" --yes
run store status
for file in keys/*; do
    if [ -e "$file" ]; then echo "key       $file is of $(run admin keys show "$file")"; fi
done
echo "Next: ganshare admin reconcile, then ganshare up."
