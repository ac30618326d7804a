#!/bin/bash
# Ends the test instance and gives /etc/zm back as it was. Safe to run when nothing runs.
# --purge also drops the database and the recordings.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/settings.sh"

alive() { [ -n "$1" ] && kill -0 "$1" 2>/dev/null; }
wait_gone() { # pid, tenths of a second
  for _ in $(seq "$2"); do alive "$1" || return 0; sleep 0.1; done
  return 1
}
pid_in() { [ -r "$1" ] && cat "$1" || true; }

web=$(pid_in "$ZM_DIR/httpd.pid")
database=$(pid_in "$ZM_DIR/db/mysqld.pid")
if [ -f "$ZM_CONF" ] && alive "$database"; then
  as_web_user /usr/bin/zmpkg.pl stop >/dev/null 2>&1 </dev/null
fi
if alive "$web"; then
  apache2 -f "$ZM_DIR/httpd.conf" -k stop 2>/dev/null
  wait_gone "$web" 100 || kill -KILL "$web"
fi
if alive "$database"; then
  mariadb-admin --no-defaults -uroot -S "$ZM_SOCKET" shutdown 2>/dev/null
  wait_gone "$database" 300 || kill -KILL "$database"
fi
rm -f "$ZM_CONF"
if [ -f "$ZM_DIR/zm.conf.group" ]; then
  chgrp "$(cat "$ZM_DIR/zm.conf.group")" /etc/zm/zm.conf
  rm -f "$ZM_DIR/zm.conf.group"
fi
if [ "${1:-}" = --purge ] && [ -n "$ZM_DIR" ]; then
  rm -rf "$ZM_DIR"
fi
exit 0
