#!/bin/sh
# For cron: silent while every migration is applied and unchanged, else prints the table of `status`, which cron
# mails, and passes its exit code on (1: something is pending or wrong; 2: the question could not be answered).
#
# crontab -e:
#   MAILTO=dba@blog.example
#   17 * * * *  /srv/blog/check.sh
set -u
cd "$(dirname "$0")" || exit 2 # cron starts in the home folder; .env and sql/migrations are here
PATH=$PWD/node_modules/.bin:$PATH # what npm installed here comes first; node itself has to be on cron's PATH

status=0
output=$(mysql-updown status --check 2>&1) || status=$?
[ "$status" -eq 0 ] || printf '%s\n' "$output"
exit "$status"
