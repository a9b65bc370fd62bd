#!/usr/bin/env bash
# make-root.sh [services]: prints the path of a Debian root that boot-systemd.sh can boot, making it if need be; `services`: one
# with the real servers in it, as their packages install them. Kept between runs on one machine, under a name that changes
# with the list of packages. Needs root and debootstrap.
set -euo pipefail

suite=${LAB_SUITE:-bookworm}
packages=systemd,systemd-sysv,dbus,libnss-systemd,libpam-systemd,procps,curl,git,ca-certificates,iproute2,strace,openssh-client,openssh-server
services='redis-server postgresql prometheus prometheus-alertmanager nats-server'
# They depend on it for pages, for speed and for languages that nobody here reads: half of what there would be to fetch.
unused='^(libjs-|fonts-|libllvm|libz3-|locales$|libc-l10n$)'
base=${LAB_DIR:-/var/tmp/steward-lab}
digest() { printf '%s' "$1" | sha256sum | cut -c1-8; }
plain=$base/$suite-$(digest "$packages")
full=$base/$suite-services-$(digest "$packages $services $unused")

mirror() {
  local found
  found=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/*.sources 2>/dev/null | head -n 1)
  [ -n "$found" ] || found=$(awk '$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /^http/) { print $i; exit } }' /etc/apt/sources.list)
  printf '%s' "$found"
}

make_plain() {
  debootstrap --variant=minbase --include="$packages" "$suite" "$1" "$(mirror)"
  # Only the test that wants it starts it.
  rm -f "$1"/etc/systemd/system/{multi-user.target.wants/ssh.service,sockets.target.wants/ssh.socket,sshd.service}
  rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/*
}

make_full() {
  cp -a "$plain" "$1"
  rm "$1/.complete"
  # No server is started by being installed, on the machine that this runs on.
  printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d"
  chmod 755 "$1/usr/sbin/policy-rc.d"
  chroot "$1" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 sh -euc '
    apt-get -q update
    cd /var/cache/apt/archives
    apt-get -q download $(apt-get -s install --no-install-recommends $1 | awk "/^Inst/ { print \$2 }" | grep -Ev "$2")
    dpkg --force-unsafe-io --force-depends -i ./*.deb
    rm -rf ./*.deb /var/lib/apt/lists/* /etc/systemd/system/multi-user.target.wants/* /usr/sbin/policy-rc.d
  ' sh "$services" "$unused"
}

# ensure ROOT FUNCTION
ensure() {
  exec 9>"$1.lock"
  flock 9
  [ ! -e "$1/.complete" ] || return 0
  rm -rf "$1"
  "$2" "$1" >"$1.log" 2>&1 || {
    tail -n 20 "$1.log" >&2
    exit 1
  }
  : >"$1/.complete"
}

mkdir -p "$base"
ensure "$plain" make_plain
[ "${1:-}" = services ] || { echo "$plain" && exit; }
ensure "$full" make_full
echo "$full"
