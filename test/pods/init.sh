#!/bin/bash
# The first process of a node, in namespaces of its own: makes the node's mounts, says in the file
# READY that they are there, and lives until it is killed. Everything of the node ends with it.
#
#   init.sh READY STATE CGROUP_HIERARCHY...
set -eu
ready=$1 state=$2
shift 2

# Each hierarchy anew: its root is now the node's own cgroup.
umount --recursive /sys/fs/cgroup
mount -t sysfs sysfs /sys
mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup
for hierarchy in "$@"; do
  mkdir "/sys/fs/cgroup/$hierarchy"
  case $hierarchy in
    systemd) mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd ;;
    *) mount -t cgroup -o "$hierarchy" cgroup "/sys/fs/cgroup/$hierarchy" ;;
  esac
done

# What programs of a node write to in fixed places.
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/log
mount -t tmpfs tmpfs /var/lib
mkdir -p /var/log/pods /var/log/containers /var/lib/kubelet
mount --bind "$state/kubelet" /var/lib/kubelet
printf '127.0.0.1 localhost\n127.0.0.1 node\n' >/run/hosts
mount --bind /run/hosts /etc/hosts
: >/run/resolv.conf
mount --bind /run/resolv.conf /etc/resolv.conf

# What kubelet would otherwise set for the whole machine: it finds, and writes, files instead.
mkdir /run/sysctl
pretend() {
  echo "$2" >"/run/sysctl/${1//\//_}"
  mount --bind "/run/sysctl/${1//\//_}" "/proc/sys/$1"
}
pretend vm/overcommit_memory 1
pretend vm/panic_on_oom 0
pretend kernel/panic 10
pretend kernel/panic_on_oops 1
pretend kernel/keys/root_maxkeys 1000000
pretend kernel/keys/root_maxbytes 25000000

# Pods see what is mounted for them later.
mount --make-rshared /

hostname node
ip link set lo up
echo 1 >/proc/sys/net/ipv4/ip_forward

touch "$ready"
trap 'exit 0' TERM
# bash also reaps what is left to it.
while :; do
  sleep 3600 &
  wait $!
done
