#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Writes last month's usage as FOLDER/usage-YYYY-MM.csv, for a timer or a crontab:
#   monthly-report [FOLDER [YYYY-MM]]
# The client's profile is the one that `mutual login` made for a coordinator; MUTUAL_PROFILE and XDG_CONFIG_HOME choose it.
# The file appears whole or not at all, so that whoever collects it never reads half a month.
set -eu
umask 027
folder=${1:-.}
month=${2:-$(date -d "$(date +%Y-%m-15) -1 month" +%Y-%m)}
file=$folder/usage-$month.csv

mkdir -p "$folder"
part=$(mktemp "$folder/.usage.XXXXXX")
trap 'rm -f "$part"' EXIT
"${MUTUAL:-mutual}" report usage --from "$month" --to "$month" --by member,resource,month --csv > "$part"
chmod 640 "$part"
mv "$part" "$file"
trap - EXIT
echo "$file"
