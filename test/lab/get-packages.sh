#!/usr/bin/env bash
# get-packages.sh [--with-libraries] SUITE PACKAGE...: prints the folder with the programs of these packages of a Debian release, fetching them
# if need be. Static programs run on any Debian as they are; with their libraries others run by the dynamic loader that
# comes with these. Kept between runs on one machine. The machine's own apt is left as it is.
set -euo pipefail

libraries=
[ "$1" != --with-libraries ] || { libraries=-libraries; shift; }
suite=$1
shift
base=${LAB_DIR:-/var/tmp/steward-lab}/$suite-$(IFS=+ && echo "$*")$libraries
mkdir -p "$base"
exec 9>"$base/lock"
flock 9
if [ ! -e "$base/done" ]; then
  mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/*.sources 2>/dev/null | head -n 1)
  [ -n "$mirror" ] || mirror=$(awk '$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /^http/) { print $i; exit } }' /etc/apt/sources.list)
  mkdir -p "$base"/apt/{lists/partial,archives/partial,none} "$base/debs"
  : >"$base/apt/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$base/apt/sources.list"
  cat >"$base/apt/apt.conf" <<CONF
Dir::Etc::sourcelist "$base/apt/sources.list"; Dir::Etc::sourceparts "$base/apt/none";
Dir::State::lists "$base/apt/lists"; Dir::State::status "$base/apt/status"; Dir::Cache "$base/apt";
APT::Sandbox::User "root";
CONF
  export APT_CONFIG=$base/apt/apt.conf
  {
    apt-get update -q
    cd "$base/debs"
    if [ -n "$libraries" ]; then
      # shellcheck disable=SC2046 # one word a package
      set -- "$@" $(apt-cache depends --recurse --no-pre-depends --no-recommends --no-suggests --no-conflicts --no-breaks \
        --no-replaces --no-enhances "$@" | grep -E '^(lib|zlib1g)' | sort -u)
    fi
    apt-get download -q "${@/%//$suite}"
    for package in *.deb; do dpkg -x "$package" "$base/root"; done
    touch "$base/done"
  } >"$base/log" 2>&1 || {
    tail -n 20 "$base/log" >&2
    exit 1
  }
fi
echo "$base/root/usr/bin"
