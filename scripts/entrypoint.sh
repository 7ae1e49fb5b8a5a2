#!/bin/sh
# Entry point of a container: brings the database up to date, then becomes the command that follows.
#
#   entrypoint.sh                   migrates and ends
#   entrypoint.sh node server.js    migrates, then runs the service in this process's place
#
# --wait         the database may still be starting
# --allow-ahead  an older image meets a newer database when a release is rolled back; that must not stop it
set -eu

# Not in the foreground: as process 1, a shell keeps SIGTERM from its child, and the runner would be killed in the
# middle of a statement instead of being asked to stop after it.
mysql-updown up --wait 60 --allow-ahead &
runner=$!
stopped=
trap 'stopped=yes; kill -TERM "$runner" || :' TERM INT

# A signal ends `wait` early, so it is repeated while the runner lives.
while :; do
  status=0
  wait "$runner" || status=$?
  kill -0 "$runner" 2>/dev/null || break
done
trap - TERM INT

[ "$status" -eq 0 ] || exit "$status"
[ -z "$stopped" ] || exit 143
exec "$@"
