#!/usr/bin/env bash
# slurm_cluster.sh start|kill_node_2|stop DIR: a Slurm controller and two nodes of one core on this machine.
set -euo pipefail
command=$1
mkdir -p "$2"
dir=$(cd "$2" && pwd)
export SLURM_CONF="$dir/slurm.conf"

stop() {
  local pids=() pid
  for daemon in slurmd.n1 slurmd.n2 slurmctld munged; do
    if [ -s "$dir/$daemon.pid" ]; then pids+=("$(cat "$dir/$daemon.pid")"); fi
  done
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do
    # Where nobody waits for it, a process that has ended stays as a zombie.
    while grep -qs "^State:[[:space:]]*[^Z]" "/proc/$pid/status"; do sleep 0.1; done
  done
}

start() {
  local host port=$((20000 + RANDOM % 12000)) # below those that the system gives to anybody
  host=$(hostname -s)
  mkdir -p "$dir/state" /run/munge
  chown munge:munge /run/munge
  cat >"$SLURM_CONF" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmctldPidFile=$dir/slurmctld.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdPidFile=$dir/slurmd.%n.pid
SlurmdLogFile=$dir/slurmd.%n.log
SlurmdSpoolDir=$dir/spool.%n
StateSaveLocation=$dir/state
SlurmUser=root
AuthType=auth/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=1
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=1
PartitionName=all Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
CONF
  if ! munge -n >/dev/null 2>&1; then
    runuser -u munge -- munged --pid-file=/run/munge/munged.pid
    cp /run/munge/munged.pid "$dir/munged.pid"
  fi
  slurmctld
  slurmd -N n1
  slurmd -N n2
  for _ in $(seq 40); do
    if [ "$(timeout 5 sinfo -h -N -t idle -o %N | sort -u | wc -l)" = 2 ]; then return; fi
    sleep 0.5
  done
  tail -n 20 "$dir"/*.log
  return 1
}

# Kills the node's daemon and all that runs on it, as a power failure would.
kill_node_2() {
  kill -KILL "$(cat "$dir/slurmd.n2.pid")"
  grep -slzFx "SLURMD_NODENAME=n2" /proc/[0-9]*/environ |
    xargs grep -slzFx "SLURM_CONF=$SLURM_CONF" |
    while IFS=/ read -r _ _ pid _; do kill -KILL "$pid" 2>/dev/null || true; done || true
}

"$command"
