#!/usr/bin/env bash
# A station with two partners, an sshd on loopback, and a real sftp client that drops files and fetches the answers.
#
# demo.sh PROGRAM FOLDER: everything is made in FOLDER, which is removed first; only what was begun here is ended.
set -euo pipefail
program=$1 folder=$2
here=$(cd "$(dirname "$0")" && pwd)
samples=$here/../../samples
PATH=$PATH:/usr/sbin:/sbin
for tool in sftp ssh-keygen sshd; do
  command -v $tool > /dev/null || { echo "there is no $tool; install openssh-server and openssh-client" >&2; exit 1; }
done
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"
# sshd goes by where a folder is, not by the links on the way to it.
folder=$(pwd -P)
cd "$folder"

begun=()
end() { for id in "${begun[@]}"; do kill "$id" 2> /dev/null || true; done; wait; }
trap end EXIT

say() { printf '\n== %s\n' "$*"; }
# Waits for what comes, a minute at most.
wait_for() {
  local since=$SECONDS
  until "$@" > /dev/null 2>&1; do
    [ $((SECONDS - since)) -lt 60 ] || { echo "it did not come to this: $*" >&2; exit 1; }
    read -rt 0.05 <> <(:) || true
  done
}
as() { sftp -q -b - -F ssh_config "$1" | sed "s/^sftp> /$1> /"; }

say "The lists that claims are judged by"
for list in 2025-10-05XWalk.csv asp-2025q4.csv; do
  "$program" crosswalk import "$samples/crosswalks/$list" --crosswalk lists --by demo | sed -n 2p
done
"$program" crosswalk activate pdac-2025-10-05 asp-2025Q4 --crosswalk lists --by demo

say "Two partners, each with a key"
number=61001
for partner in pine:TPID00000001 oak:TPID00000002; do
  name=${partner%:*}
  user=()
  # The users are made where sshd is begun.
  [ "$(id -u)" != 0 ] || user=(--uid $number --gid $number)
  ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$name.key"
  "$program" partner add "$name" --sender-id "${partner#*:}" --key "$name.key.pub" --station station --by demo "${user[@]}" > "$name.sshd"
  number=$((number + 1))
done
"$program" partner list --station station

say "sshd and the station begin"
"$here/sshd.sh" . pine oak 2> sshd.log &
begun+=($!)
"$program" serve --station station --crosswalk lists --log info 2> station.log &
begun+=($!)
for name in pine oak; do wait_for as "$name" <<< "pwd"; done
echo "sshd listens on loopback, port $(awk '$1 == "Port" { print $2 }' sshd_config | paste -sd' ')"

say "pine puts down two files, oak one in the wrong folder"
cp "$samples/one-of-two/in.837" monday.837
cp "$samples/odd-delimiters/in.837" tuesday.837
sed 's/TPID00000001/TPID00000002/' "$samples/one-of-two/in.837" > october.837
as pine <<< $'put monday.837 inbound/prod/\nput tuesday.837 inbound/prod/'
as oak <<< 'put october.837 inbound/test/'

has() { [ -n "$(find "station/partners/$1/home/outbound/report" -name "$2-*-MANIFEST.sha256")" ]; }
wait_for has pine monday
wait_for has pine tuesday
wait_for has oak october

say "pine fetches its answers"
mkdir -p fetched/ack fetched/report
as pine <<< $'ls -1 outbound/ack\nls -1 outbound/report\nget outbound/ack/* fetched/ack/\nget outbound/report/* fetched/report/'
(cd fetched/report && cat ./*MANIFEST.sha256 | sha256sum --check)
sed -n 1,20p fetched/report/monday-*-BRR.txt

say "oak is told in words"
cat station/partners/oak/home/outbound/report/october-*-NOTICE.txt

say "What the operators see"
"$program" status --station station
"$program" submission list --station station
"$program" ledger verify --station station
printf '\nClaims that go on: %s\n' "$folder/station/onward/prod"
