#!/bin/sh
# Makes the secrets of docker-compose.yml: a folder with one file each. What is there is left as it is.
#
#   deploy/make-secrets.sh /etc/flowlog/secrets && export FLOWLOG_SECRETS=/etc/flowlog/secrets
#
# The folder lets nobody in but its owner; the files are for everybody, because each container reads its own under a uid of its own.
set -eu
folder=${1:?"usage: deploy/make-secrets.sh FOLDER"}
mkdir -p "$folder"
chmod 700 "$folder"

for name in postgres temporal migrate worker auditor; do
  file=$folder/$name-password
  [ -s "$file" ] || (umask 022 && od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$file")
done

credentials=$folder/alibaba-cloud-credentials
[ -e "$credentials" ] || (umask 022 && cat >"$credentials") <<'END'
# Credentials of Alibaba Cloud. May stay empty where they come from elsewhere: ALIBABA_CLOUD_* variables, the RAM role of an ECS instance.
#
# [default]
# type = access_key
# access_key_id = LTAI…
# access_key_secret = …
END
echo "$folder: $(ls "$folder" | tr '\n' ' ')"
