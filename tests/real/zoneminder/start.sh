#!/bin/bash
# A real ZoneMinder on 127.0.0.1, without an init system: database, web server, daemons. Safe to run twice.
# Needs root and the packages of ../install.sh. Undo with stop.sh; stop.sh --purge also drops the data.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/settings.sh"

for program in mariadbd mariadb-install-db apache2 zmpkg.pl zmc ffmpeg curl php setpriv; do
  command -v "$program" >/dev/null || { echo "missing program: $program (run tests/real/install.sh)" >&2; exit 3; }
done
if [ -f "$ZM_CONF" ] && login_works; then
  echo "already running at http://127.0.0.1:$ZM_PORT/zm"
  exit 0
fi
"$here/stop.sh" >/dev/null 2>&1 || true   # what a killed run left behind

install -d -m 755 "$ZM_DIR" "$ZM_DIR/log"
install -d -o mysql -g mysql "$ZM_DIR/db"
install -d -o www-data -g www-data "$ZM_DIR/events" "$ZM_DIR/zmlog" "$ZM_DIR/run" "$ZM_DIR/swap" /run/zm /tmp/zm

# The package ships zm.conf readable by root alone; what it was is kept for stop.sh.
stat -c %g /etc/zm/zm.conf >"$ZM_DIR/zm.conf.group"
chgrp www-data /etc/zm/zm.conf
cat >"$ZM_CONF" <<C
ZM_DB_HOST=localhost:$ZM_SOCKET
ZM_DB_PASS=zmpass
ZM_DIR_EVENTS=$ZM_DIR/events
ZM_PATH_LOGS=$ZM_DIR/zmlog
ZM_PATH_SOCKS=$ZM_DIR/run
ZM_PATH_SWAP=$ZM_DIR/swap
ZM_PATH_FFMPEG="/usr/bin/ffmpeg"
C

if [ ! -d "$ZM_DIR/db/data/mysql" ]; then
  mariadb-install-db --no-defaults --user=mysql --datadir="$ZM_DIR/db/data" --skip-test-db \
    --auth-root-authentication-method=socket >"$ZM_DIR/log/install-db.log" 2>&1
fi
setsid mariadbd --no-defaults --user=mysql --datadir="$ZM_DIR/db/data" --socket="$ZM_SOCKET" \
  --pid-file="$ZM_DIR/db/mysqld.pid" --skip-networking --innodb-buffer-pool-size=64M \
  --innodb-flush-log-at-trx-commit=0 >"$ZM_DIR/log/mariadbd.log" 2>&1 </dev/null &
for _ in $(seq 300); do
  mariadb-admin --no-defaults -uroot -S "$ZM_SOCKET" ping >/dev/null 2>&1 && break
  sleep 0.1
done
if ! sql -e 'select 1 from zm.Config limit 1' >/dev/null 2>&1; then
  sql </usr/share/zoneminder/db/zm_create.sql
fi
# A cheap hash: logging in is not what is tested.
hash=$(php -r 'echo password_hash($argv[1], PASSWORD_BCRYPT, ["cost" => 4]);' "$ZM_PASSWORD")
sed -e "s|@HASH@|$hash|g" -e "s|@STORAGE@|$ZM_DIR/events|g" -e "s|@SECRET@|$(head -c24 /dev/urandom | base64 | tr -dc a-zA-Z0-9)|g" \
  "$here/database.sql" | sql zm

php=$(ls /usr/lib/apache2/modules/libphp*.so | tail -n 1)
sed -e "s|@DIR@|$ZM_DIR|g" -e "s|@PORT@|$ZM_PORT|g" -e "s|@PHP@|$php|g" "$here/httpd.conf" >"$ZM_DIR/httpd.conf"
apache2 -f "$ZM_DIR/httpd.conf" -k start
as_web_user /usr/bin/zmpkg.pl start >"$ZM_DIR/log/zmpkg.log" 2>&1 </dev/null

for _ in $(seq 150); do
  login_works && { echo "running at http://127.0.0.1:$ZM_PORT/zm"; exit 0; }
  sleep 0.2
done
echo "ZoneMinder did not accept a login; see $ZM_DIR/log" >&2
exit 1
