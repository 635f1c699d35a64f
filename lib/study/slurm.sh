#!/usr/bin/env bash
# A study as a Slurm job array. Its tasks share nothing but the folder of the results:
#
#   mkdir -p outputs && sbatch --array=0-7 --cpus-per-task=4 lib/study/slurm.sh report-networks
#
# If tasks are lost, queue the same array again: trials that have a result are not run again.
#SBATCH --job-name=study
#SBATCH --output=outputs/study-%A-%a.log
set -euo pipefail
exec "${DENO:-deno}" task study "$@"
