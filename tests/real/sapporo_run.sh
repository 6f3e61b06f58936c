#!/usr/bin/env bash
# What sapporo starts for each run, in place of a workflow engine: it sleeps as long as the run's
# parameters say, and ends as they say.
run=$1
tell() { printf '%s\n' "$2" >"$run/$1"; }
finish() {
    tell exit_code.txt "$2"
    tell end_time.txt "$(date -u +%FT%T)"
    tell state.txt "$1"
    exit "$2"
}
# sapporo sends it to cancel a run.
trap 'finish CANCELED 138' USR1
tell run.pid $$
tell start_time.txt "$(date -u +%FT%T)"
tell state.txt RUNNING
params=$run/exe/workflow_params.json
sleep "$(sed -n 's/.*"sleep": *\([0-9.]*\).*/\1/p' "$params")" &
wait $!
echo '[]' >"$run/outputs.json"
grep -q '"fail": *true' "$params" && finish EXECUTOR_ERROR 1
finish COMPLETE 0
