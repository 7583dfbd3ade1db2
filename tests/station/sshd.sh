#!/usr/bin/env bash
# Serves the folders of one partner by SFTP on loopback, as the current user, until it is ended.
#
# sshd.sh FOLDER PORT PARTNER-FOLDER: FOLDER takes the host key and the configuration, which is that of `claimgate partner add`
# but for the user: who is not root can let in only himself, and a root of its own needs a way to it that nobody else can write to.
set -euo pipefail
folder=$1 port=$2 partner=$3
umask 077
mkdir -p "$folder"
[ -f "$folder/host_key" ] || ssh-keygen -q -t ed25519 -N '' -f "$folder/host_key"

sftp="internal-sftp -u 0007 -P symlink,hardlink,mkdir,rmdir"
root="ForceCommand $sftp -d $partner/home"
if [ "$(id -u)" = 0 ]; then
  mkdir -p /run/sshd
  way=$partner/home
  while [ "$(stat -c %u "$way")" = 0 ] && [ -z "$(find "$way" -maxdepth 0 -perm /022)" ] && [ "$way" != / ]; do
    way=$(dirname "$way")
  done
  [ "$way" != / ] || root="ChrootDirectory $partner/home
ForceCommand $sftp"
fi

cat > "$folder/sshd_config" <<CONFIG
Port $port
ListenAddress 127.0.0.1
HostKey $folder/host_key
PidFile none
AuthorizedKeysFile $partner/authorized_keys
AuthenticationMethods publickey
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
MaxStartups 100:30:200
LoginGraceTime 30
Subsystem sftp internal-sftp
DisableForwarding yes
PermitTTY no
$root
CONFIG
exec "$(PATH=$PATH:/usr/sbin:/sbin command -v sshd)" -D -e -f "$folder/sshd_config"
