#!/usr/bin/env bash
# Prints the path of a Debian root that boot-systemd.sh can boot, making it if need be. Kept between runs on one
# machine, under a name that changes with the list of packages. Needs root and debootstrap.
set -euo pipefail

suite=${LAB_SUITE:-bookworm}
packages=systemd,systemd-sysv,dbus,libnss-systemd,libpam-systemd,procps,curl,git,ca-certificates,iproute2,strace,openssh-client,openssh-server
base=${LAB_DIR:-/var/tmp/steward-lab}
root=$base/$suite-$(printf '%s' "$packages" | sha256sum | cut -c1-8)

mirror() {
  local found
  found=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/*.sources 2>/dev/null | head -n 1)
  [ -n "$found" ] || found=$(awk '$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /^http/) { print $i; exit } }' /etc/apt/sources.list)
  printf '%s' "$found"
}

mkdir -p "$base"
exec 9>"$root.lock"
flock 9
if [ ! -e "$root/.complete" ]; then
  rm -rf "$root"
  debootstrap --variant=minbase --include="$packages" "$suite" "$root" "$(mirror)" >"$base/debootstrap.log" 2>&1 || {
    tail -n 20 "$base/debootstrap.log" >&2
    exit 1
  }
  # Only the test that wants it starts it.
  rm -f "$root"/etc/systemd/system/{multi-user.target.wants/ssh.service,sockets.target.wants/ssh.socket,sshd.service}
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
  : >"$root/.complete"
fi
echo "$root"
