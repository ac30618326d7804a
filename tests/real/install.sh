#!/bin/bash
# Installs the real programs that tests talk to: ZoneMinder, motion, Go with its checksum database code, OpenSSL,
# PostgreSQL, a nats-server that is too old, systemd's own analysis and Chromium (Debian), ipycam (in a virtual
# environment of its own, .cache/ipycam), axe-core (one file, .cache/axe-core) and the language server that editors ask about YAML (npm,
# .cache/yaml-language-server).
# Starts no service. Safe to run again. Needs root or sudo.
set -euo pipefail
cd "$(dirname "$0")/../.."

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# What is installed already is left alone; php's version differs between Debian releases.
wanted=(zoneminder mariadb-server mariadb-client apache2 libapache2-mod-php php-cli php-mysql ffmpeg inetutils-syslogd
  motion nats-server curl iproute2 util-linux python3-venv
  golang-go golang-golang-x-mod-dev openssl postgresql systemd chromium fonts-dejavu-core fonts-nanum)
# Node may come from elsewhere than Debian; that one brings npm, which Debian packages apart.
command -v npm >/dev/null || wanted+=(nodejs npm)
missing=()
for package in "${wanted[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done

if [ ${#missing[@]} -gt 0 ]; then
  # The packages would start their services, the database and the web server on all interfaces.
  policy=/usr/sbin/policy-rc.d
  ours=
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    ours=yes
  fi
  give_back() { if [ -n "$ours" ]; then as_root rm -f "$policy"; fi; }
  trap give_back EXIT
  as_root apt-get -o DPkg::Lock::Timeout=600 update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -y -q \
    --no-install-recommends "${missing[@]}"
  give_back
  trap - EXIT
fi

if [ ! -x .cache/ipycam/bin/ipycam ]; then
  mkdir -p .cache
  python3 -m venv .cache/ipycam
  # It asks for opencv-python, which wants a desktop's libraries; the headless build has the same module.
  .cache/ipycam/bin/pip install --quiet --disable-pip-version-check --no-deps 'ipycam==1.3.0'
  .cache/ipycam/bin/pip install --quiet --disable-pip-version-check opencv-python-headless numpy
fi

# The accessibility rules, from a wheel that carries them: that needs no npm.
if [ ! -f .cache/axe-core/axe.min.js ]; then
  mkdir -p .cache/axe-core
  .cache/ipycam/bin/pip download --quiet --disable-pip-version-check --no-deps -d .cache/axe-core \
    'axe-playwright-python==0.1.8'
  python3 -c 'import sys, zipfile; sys.stdout.buffer.write(
    zipfile.ZipFile(sys.argv[1]).read("axe_playwright_python/axe.min.js"))' \
    .cache/axe-core/axe_playwright_python-0.1.8-*.whl >.cache/axe-core/axe.part
  mv .cache/axe-core/axe.part .cache/axe-core/axe.min.js
fi

version=1.25.0
server=.cache/yaml-language-server
if ! grep -q "\"version\": \"$version\"" "$server/node_modules/yaml-language-server/package.json" 2>/dev/null; then
  rm -rf "$server"
  mkdir -p "$server"
  npm install --prefix "$server" --ignore-scripts --no-audit --no-fund --no-progress --loglevel=error \
    "yaml-language-server@$version"
fi
echo "real programs are installed"
