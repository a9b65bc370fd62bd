#!/bin/sh
# quiet-machine.sh FIXTURES COMMAND…: runs COMMAND on a machine where twelve shipped probes have something to look at and
# nothing to find. In a mount namespace of its own (unshare -m): what the probes call is a stand-in that prints recorded
# output, so that neither a machine without systemd nor one with a full disk changes what is measured.
set -eu
fixtures=$1
shift

mount -t tmpfs -o mode=755 quiet /run
bin=/run/current-system/sw/bin
mkdir -p /run/systemd/system /run/booted-system "$bin"
echo kernel >/run/kernel-image
ln -s /run/kernel-image /run/booted-system/kernel
ln -s /run/kernel-image /run/current-system/kernel

stand_in() {
  printf '#!/bin/sh\n%s\n' "$2" >"$bin/$1"
  chmod 755 "$bin/$1"
}
stand_in systemctl "exec /bin/cat '$fixtures/systemd-failed.257.healthy.txt'"
stand_in timedatectl "exec /bin/cat '$fixtures/time-sync.257.healthy.txt'"
stand_in ss "exec /bin/cat '$fixtures/listening.vm.txt'"
stand_in ls "exec /bin/cat '$fixtures/reboot-needed.257.healthy.txt'"
stand_in df "case \$* in
*-i*) exec /bin/cat '$fixtures/inodes.257.healthy.txt' ;;
*) exec /bin/cat '$fixtures/disk.257.healthy.txt' ;;
esac"
stand_in journalctl "case \$* in
*-k*) exit 0 ;;
*) exec /bin/cat '$fixtures/journal.257.noisy.jsonl' ;;
esac"
stand_in cat "case \$1 in
/proc/meminfo) exec /bin/cat '$fixtures/memory.252.healthy.txt' ;;
/proc/pressure/*) exec /bin/cat '$fixtures/pressure.252.healthy.txt' ;;
*) exec /bin/cat '$fixtures/load.252.healthy.txt' ;;
esac"

exec "$@"
