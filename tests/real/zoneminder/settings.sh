# Where the test instance lives and listens; sourced by start.sh and stop.sh.
# The directory stays short because ZoneMinder keeps a storage path in 64 characters.
ZM_DIR=${VMSGUARD_ZM_DIR:-/var/tmp/vmsguard-zm}
ZM_PORT=${VMSGUARD_ZM_PORT:-8095}
ZM_SOCKET=$ZM_DIR/db/mysqld.sock
ZM_CONF=/etc/zm/conf.d/99-vmsguard-test.conf
ZM_PASSWORD=only-for-tests-7Qm2 # none that also stands for something else: tests search logs for it
ZM_LOGIN=http://127.0.0.1:$ZM_PORT/zm/api/host/login.json

as_web_user() { # zmpkg.pl runs in taint mode: it wants www-data and a clean environment
  setpriv --reuid=www-data --regid=www-data --init-groups --reset-env \
    env PATH=/usr/bin:/bin:/usr/sbin:/sbin "$@"
}

sql() { mariadb --no-defaults -uroot -S "$ZM_SOCKET" "$@"; }

login_works() { curl -fsS -m 10 -d user=admin -d "pass=$ZM_PASSWORD" "$ZM_LOGIN" >/dev/null 2>&1; }
