#!/bin/sh
# Copies all that a new machine needs into a new folder: store with the ledger, blobs, settings, keys.
#
#     sh docs/drill/backup.sh FOLDER [KEYSTORE]...
#
# Run it where GANshare runs, with the same environment. See docs/restoring.md.
set -eu
umask 077
if [ $# -eq 0 ]; then
    echo "usage: sh backup.sh FOLDER [KEYSTORE]..." >&2
    exit 2
fi
to=$1
shift
mkdir "$to"
mkdir "$to/keys"
run() { "${PYTHON:-python3}" -m ganshare "$@"; }

# The store before the blobs, so that every painting's picture is there.
run store backup --to "$to/store.backup"
blobs=$(run settings --json | sed -n 's|.*"GANSHARE_BLOBS_URL".*"value": "file://\([^"]*\)".*|\1|p')
if [ -n "$blobs" ]; then
    cp -R "$blobs" "$to/blobs"
else
    echo "The blobs are in a bucket: copy it with its own tool (aws s3 sync, rclone)." >&2
fi
settings=${GANSHARE_CONFIG:-ganshare.toml}
if [ -e "$settings" ]; then cp "$settings" "$to/ganshare.toml"; fi
for file in "$@"; do
    cp -p "$file" "$to/keys/"
done
(cd "$to" && find . -type f ! -name SHA256SUMS -exec sha256sum {} + > SHA256SUMS)
echo "Everything is in $to. Passwords of keystores and databases are not: keep them elsewhere."
