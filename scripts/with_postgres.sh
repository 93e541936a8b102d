#!/usr/bin/env bash
# Runs a command beside a PostgreSQL server that is thrown away afterwards, where one is installed:
#   scripts/with_postgres.sh make test ARGS=tests/contracts/test_stores.py
set -euo pipefail

programs=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1 || true)
if [ -n "${NBLABEL_TEST_POSTGRES:-}" ] || [ -z "$programs" ]; then
    exec "$@"
fi

folder=$(mktemp -d)
as_owner=()
if [ "$(id -u)" = 0 ]; then # the server refuses to be root
    chown postgres "$folder"
    as_owner=(setpriv --reuid=postgres --regid=postgres --clear-groups)
fi
stop() {
    "${as_owner[@]}" "$programs/pg_ctl" --pgdata="$folder/data" --mode=immediate --silent stop || true
    rm -rf "$folder"
}
trap stop EXIT
"${as_owner[@]}" "$programs/initdb" --pgdata="$folder/data" --auth=trust --username=nblabel \
    --encoding=UTF8 --locale=C >/dev/null
# no port, and no write that waits for the disk
"${as_owner[@]}" "$programs/pg_ctl" --pgdata="$folder/data" --silent --log="$folder/log" \
    --options="-c listen_addresses= -c unix_socket_directories=$folder -c fsync=off" --wait start
export NBLABEL_TEST_POSTGRES="postgresql+psycopg://nblabel@/postgres?host=$folder"
"$@"
