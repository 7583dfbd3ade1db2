#!/usr/bin/env bash
# A station with two partners, an sshd on loopback for each, and a real sftp client that drops files and fetches the answers.
#
# demo.sh PROGRAM FOLDER: everything is made in FOLDER, which is removed first; only what was begun here is ended.
set -euo pipefail
program=$1 folder=$2
here=$(cd "$(dirname "$0")" && pwd)
samples=$here/../../samples
for tool in sftp ssh-keygen sshd; do
  PATH=$PATH:/usr/sbin:/sbin command -v $tool > /dev/null || { echo "SKIPPED: there is no $tool; install openssh-server and openssh-client"; exit 0; }
done
rm -rf "$folder"
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
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

say "The lists that claims are judged by"
for list in 2025-10-05XWalk.csv asp-2025q4.csv; do
  "$program" crosswalk import "$samples/crosswalks/$list" --crosswalk lists --by demo | head -2
done
"$program" crosswalk activate pdac-2025-10-05 asp-2025Q4 --crosswalk lists --by demo

say "Two partners"
port=$((20000 + RANDOM % 20000))
declare -A ports
for partner in pine:TPID00000001 oak:TPID00000002; do
  name=${partner%:*}
  ssh-keygen -q -t ed25519 -N '' -f "$name.key"
  "$program" partner add "$name" --sender-id "${partner#*:}" --key "$name.key.pub" --station station --by demo > "$name.sshd"
  port=$((port + 1))
  ports[$name]=$port
  "$here/sshd.sh" "$folder/sshd-$name" "$port" "$folder/station/partners/$name" 2> "$name.sshd.log" &
  begun+=($!)
done
"$program" partner list --station station

say "The station serves"
"$program" serve --station station --crosswalk lists --log info 2> station.log &
begun+=($!)

as() {
  sftp -q -b - -i "$1.key" -P "${ports[$1]}" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
    -o LogLevel=ERROR -o IdentitiesOnly=yes "$(id -un)@127.0.0.1"
}
for name in pine oak; do wait_for as "$name" <<< "pwd"; done

say "pine drops two files, oak drops one into the wrong folder"
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
head -20 fetched/report/monday-*-BRR.txt

say "oak is told in words"
cat station/partners/oak/home/outbound/report/october-*-NOTICE.txt

say "What the operators see"
"$program" status --station station
"$program" submission list --station station
"$program" ledger verify --station station
echo
echo "Claims that go on: $folder/station/onward/prod"
