#!/bin/sh
# Run once by the image of PostgreSQL, as its superuser, on an empty volume: a database with an owner of its own, and the login that the
# register works with, which has no right beyond its work. Both may take the role that the register's tables belong to.
set -eu
psql -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres -v owner="$OWNER_PASSWORD" -v login="$LOGIN_PASSWORD" <<'SQL'
CREATE ROLE vitrine_app NOLOGIN;
CREATE ROLE register_owner LOGIN PASSWORD :'owner';
CREATE ROLE register_login LOGIN PASSWORD :'login';
GRANT vitrine_app TO register_owner, register_login;
CREATE DATABASE vitrine OWNER register_owner;
SQL
