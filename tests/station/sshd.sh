#!/usr/bin/env bash
# Serves the folders of partners by SFTP on loopback, until it is ended; nothing of the machine is changed.
#
# sshd.sh FOLDER PARTNER...: for each partner, FOLDER holds PARTNER.key, the private key, and PARTNER.sshd, what `claimgate partner add` printed.
# FOLDER/ssh_config is written for clients: `sftp -F FOLDER/ssh_config PARTNER`. FOLDER must hold the station too.
#
# As root, sshd takes what was printed as it stands: the users and a safe way to the folders are made in a mount namespace that ends with it.
# Anybody else can let in only himself: then each partner has a port, and begins in its own folder without being kept there.
set -euo pipefail
folder=$(cd "$1" && pwd)
shift
PATH=$PATH:/usr/sbin:/sbin
sshd=$(command -v sshd)
umask 022

# Asks the kernel for a port that is free.
free_port() {
  local port
  for port in $(shuf -i 20000-60000 -n 100); do
    (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null || { echo "$port"; return; }
  done
  return 1
}

# What stands in front of every Match is printed with each partner, and is wanted once.
common() { sed -n '/^#/d; /^Match/q; p' "$folder/$1.sshd"; }
of_partner() { sed -n '/^Match/,$p' "$folder/$1.sshd"; }

[ -f "$folder/host_key" ] || ssh-keygen -q -t ed25519 -N '' -f "$folder/host_key"
is_root=$([ "$(id -u)" = 0 ] && unshare --mount true 2> /dev/null && echo 1 || true)
ports=()
for partner in "$@"; do
  [ -n "$is_root" ] && [ -n "${ports[*]}" ] || ports+=("$(free_port)")
  cat <<CLIENT
Host $partner
    HostName 127.0.0.1
    Port ${ports[-1]}
    User $([ -n "$is_root" ] && echo "$partner" || id -un)
    IdentityFile $folder/$partner.key
    IdentitiesOnly yes
    StrictHostKeyChecking no
    UserKnownHostsFile /dev/null
    LogLevel ERROR
CLIENT
done > "$folder/ssh_config"
{
  common "$1"
  printf 'Port %s\n' "${ports[@]}"
  echo "ListenAddress 127.0.0.1
HostKey $folder/host_key
PidFile none
UsePAM no
PasswordAuthentication no"
  if [ -n "$is_root" ]; then
    for partner in "$@"; do of_partner "$partner"; done
  else
    echo "StrictModes no"
    for partner in "$@"; do
      home=$(of_partner "$partner" | awk '$1 == "ChrootDirectory" { print $2 }')
      of_partner "$partner" | sed -e "s|^Match.*|Match LocalPort ${ports[0]}|" -e '/ChrootDirectory/d' -e "/ForceCommand/s|\$| -d $home|"
      ports=("${ports[@]:1}")
    done
  fi
} > "$folder/sshd_config"
[ -n "$is_root" ] || exec "$sshd" -D -e -f "$folder/sshd_config"

# sshd passes no folder on its way that others can write to, such as /tmp, and needs its users in the list of the system.
export folder sshd
exec unshare --mount --propagation private bash -euc '
  for list in passwd group shadow; do cp "/etc/$list" "$folder/$list"; done
  number=61001
  for partner in "$@"; do
    echo "$partner:x:$number:$number::/:/usr/sbin/nologin" >> "$folder/passwd"
    echo "$partner:x:$number:" >> "$folder/group"
    echo "$partner:*:19000::::::" >> "$folder/shadow"
    number=$((number + 1))
  done
  mount --bind "$folder" /mnt
  top=/$(cut -d/ -f2 <<< "$folder")
  mount -t tmpfs -o mode=755 none "$top"
  mkdir -p "$folder"
  mount --bind /mnt "$folder"
  for list in passwd group shadow; do mount --bind "$folder/$list" "/etc/$list"; done
  mount -t tmpfs -o mode=755 none /run
  mkdir /run/sshd
  exec "$sshd" -D -e -f "$folder/sshd_config"
' sshd.sh "$@"
