-- +goose Up
-- A user pool. version and touched_at drive every node's caches.
create table pools (
  id text primary key,
  name text not null,
  kind text not null default 'users',
  issuer text not null default '',
  token_profile text not null default 'standard',
  deletion_protection boolean not null default false,
  settings text not null default '{}',
  version bigint not null default 1,
  touched_at bigint not null default 0,
  deleted_at bigint not null default 0,
  created_at bigint not null,
  updated_at bigint not null
);
create index pools_touched on pools (touched_at);

create table clients (
  pool text not null references pools (id) on delete cascade,
  id text not null,
  name text not null,
  enabled boolean not null default true,
  settings text not null default '{}',
  created_at bigint not null,
  updated_at bigint not null,
  primary key (pool, id)
);

create table client_secrets (
  pool text not null,
  client text not null,
  id text not null,
  hash bytea not null,
  created_at bigint not null,
  primary key (pool, client, id),
  foreign key (pool, client) references clients (pool, id) on delete cascade
);

create table resource_servers (
  pool text not null references pools (id) on delete cascade,
  identifier text not null,
  name text not null,
  scopes text not null default '[]',
  created_at bigint not null,
  updated_at bigint not null,
  primary key (pool, identifier)
);

create table idps (
  pool text not null references pools (id) on delete cascade,
  name text not null,
  type text not null,
  details text not null default '{}',
  sealed_secret bytea,
  mapping text not null default '{}',
  identifiers text not null default '[]',
  created_at bigint not null,
  updated_at bigint not null,
  primary key (pool, name)
);

create table users (
  pool text not null references pools (id) on delete cascade,
  id text not null,
  username text not null,
  status text not null,
  enabled boolean not null default true,
  attributes text not null default '{}',
  valid_after bigint not null default 0,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (pool, id)
);
create index users_created on users (pool, created_at, id);

-- Every name that leads to a user, folded. The key makes names race-free.
create table user_names (
  pool text not null,
  name_key text not null,
  user_id text not null,
  kind text not null,
  primary key (pool, name_key),
  foreign key (pool, user_id) references users (pool, id) on delete cascade
);
create index user_names_user on user_names (pool, user_id);

create table passwords (
  pool text not null,
  user_id text not null,
  hash text not null,
  temporary boolean not null default false,
  expires_at bigint not null default 0,
  updated_at bigint not null,
  primary key (pool, user_id),
  foreign key (pool, user_id) references users (pool, id) on delete cascade
);

-- groups is a reserved word in some engines that speak PostgreSQL.
create table user_groups (
  pool text not null references pools (id) on delete cascade,
  name text not null,
  description text not null default '',
  precedence bigint,
  role_arn text not null default '',
  created_at bigint not null,
  updated_at bigint not null,
  primary key (pool, name)
);

create table memberships (
  pool text not null,
  user_id text not null,
  group_name text not null,
  created_at bigint not null,
  primary key (pool, user_id, group_name),
  foreign key (pool, user_id) references users (pool, id) on delete cascade,
  foreign key (pool, group_name) references user_groups (pool, name) on delete cascade
);
create index memberships_group on memberships (pool, group_name, user_id);

create table federated_logins (
  pool text not null,
  provider text not null,
  subject text not null,
  issuer text not null,
  user_id text not null,
  created_at bigint not null,
  last_used_at bigint not null default 0,
  primary key (pool, provider, issuer, subject),
  foreign key (pool, user_id) references users (pool, id) on delete cascade
);
create index federated_logins_user on federated_logins (pool, user_id);

create table operators (
  pool text not null,
  user_id text not null,
  scope text not null,
  role text not null,
  created_at bigint not null,
  primary key (pool, user_id, scope),
  foreign key (pool, user_id) references users (pool, id) on delete cascade
);

create table access_keys (
  pool text not null,
  id text not null,
  user_id text not null,
  sealed_secret bytea not null,
  enabled boolean not null default true,
  created_at bigint not null,
  primary key (pool, id),
  foreign key (pool, user_id) references users (pool, id) on delete cascade
);
create index access_keys_user on access_keys (pool, user_id);

-- pool is a user pool or an identity pool, so there is no foreign key.
create table keys (
  pool text not null,
  id text not null,
  alg text not null,
  state text not null,
  public bytea not null,
  sealed bytea not null,
  created_at bigint not null,
  active_at bigint not null default 0,
  retired_at bigint not null default 0,
  forget_at bigint not null default 0,
  primary key (pool, id)
);
-- One signing key and one waiting key for each algorithm, whoever races to make them.
create unique index keys_state on keys (pool, alg, state) where state <> 'retired';

create table sessions (
  pool text not null,
  id_hash bytea not null,
  user_id text not null,
  auth_time bigint not null,
  amr text not null default '[]',
  provider text not null default '',
  address text not null default '',
  user_agent text not null default '',
  created_at bigint not null,
  idle_until bigint not null,
  expires_at bigint not null,
  revoked_at bigint not null default 0,
  primary key (pool, id_hash),
  foreign key (pool, user_id) references users (pool, id) on delete cascade
);
create index sessions_user on sessions (pool, user_id);
create index sessions_expiry on sessions (expires_at);

create table attempts (
  pool text not null references pools (id) on delete cascade,
  id text not null,
  browser_hash bytea not null,
  step text not null,
  state bytea not null,
  authorization_id text not null default '',
  created_at bigint not null,
  expires_at bigint not null,
  primary key (pool, id)
);
create index attempts_expiry on attempts (expires_at);

create table authorizations (
  pool text not null references pools (id) on delete cascade,
  id text not null,
  client text not null,
  request bytea not null,
  created_at bigint not null,
  expires_at bigint not null,
  primary key (pool, id)
);
create index authorizations_expiry on authorizations (expires_at);

create table grants (
  pool text not null,
  id text not null,
  user_id text not null,
  client text not null,
  session_hash bytea,
  scopes text not null default '[]',
  request bytea,
  code_hash bytea,
  code_used_at bigint not null default 0,
  code_expires_at bigint not null default 0,
  auth_time bigint not null default 0,
  created_at bigint not null,
  expires_at bigint not null,
  revoked_at bigint not null default 0,
  revoked_reason text not null default '',
  primary key (pool, id),
  foreign key (pool, user_id) references users (pool, id) on delete cascade
);
create unique index grants_code on grants (pool, code_hash) where code_hash is not null;
create index grants_user on grants (pool, user_id);
create index grants_expiry on grants (expires_at);

create table refresh_tokens (
  pool text not null,
  hash bytea not null,
  grant_id text not null,
  scopes text not null default '[]',
  successor_hash bytea,
  used_at bigint not null default 0,
  created_at bigint not null,
  expires_at bigint not null,
  primary key (pool, hash),
  foreign key (pool, grant_id) references grants (pool, id) on delete cascade
);
create index refresh_tokens_grant on refresh_tokens (pool, grant_id);

create table consents (
  pool text not null,
  user_id text not null,
  client text not null,
  scopes text not null default '[]',
  created_at bigint not null,
  updated_at bigint not null,
  primary key (pool, user_id, client),
  foreign key (pool, user_id) references users (pool, id) on delete cascade
);

create table revoked_tokens (
  pool text not null,
  jti text not null,
  expires_at bigint not null,
  primary key (pool, jti)
);
create index revoked_tokens_expiry on revoked_tokens (expires_at);

create table throttles (
  pool text not null,
  throttle_key text not null,
  failures bigint not null default 0,
  window_start bigint not null default 0,
  locked_until bigint not null default 0,
  expires_at bigint not null,
  primary key (pool, throttle_key)
);
create index throttles_expiry on throttles (expires_at);

create table audit_events (
  pool text not null,
  id text not null,
  at bigint not null,
  action text not null,
  outcome text not null,
  actor_kind text not null,
  actor_id text not null default '',
  target text not null default '',
  address text not null default '',
  user_agent text not null default '',
  request_id text not null default '',
  detail text not null default '{}',
  primary key (pool, id)
);
create index audit_events_target on audit_events (pool, target, id);

create table jobs (
  id text primary key,
  pool text not null,
  kind text not null,
  dedupe_key text not null default '',
  payload bytea,
  run_at bigint not null,
  lease_until bigint not null default 0,
  lease_owner text not null default '',
  attempts bigint not null default 0,
  last_error text not null default '',
  done_at bigint not null default 0,
  created_at bigint not null
);
create index jobs_due on jobs (run_at) where done_at = 0;
create unique index jobs_dedupe on jobs (pool, kind, dedupe_key) where done_at = 0 and dedupe_key <> '';

-- Where --dev keeps the messages that it would have sent.
create table mailbox (
  pool text not null,
  id text not null,
  channel text not null,
  recipient text not null,
  subject text not null default '',
  text text not null,
  code text not null default '',
  link text not null default '',
  sent_at bigint not null,
  primary key (pool, id)
);
create index mailbox_sent on mailbox (sent_at);

-- What the installation must agree on across nodes: one row a name.
create table settings (
  name text primary key,
  value bytea not null,
  updated_at bigint not null
);

create table identity_pools (
  id text primary key,
  name text not null,
  settings text not null default '{}',
  sealed_hmac bytea not null,
  version bigint not null default 1,
  touched_at bigint not null default 0,
  deleted_at bigint not null default 0,
  created_at bigint not null,
  updated_at bigint not null
);
create index identity_pools_touched on identity_pools (touched_at);

create table roles (
  pool text not null references identity_pools (id) on delete cascade,
  name text not null,
  description text not null default '',
  policies text not null,
  session_seconds bigint not null default 0,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (pool, name)
);

create table identities (
  pool text not null references identity_pools (id) on delete cascade,
  id text not null,
  state text not null,
  merged_into text not null default '',
  valid_after bigint not null default 0,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (pool, id)
);
create index identities_created on identities (pool, created_at, id);
-- The Cognito API names an identity without its pool.
create index identities_id on identities (id);
-- Clean-up looks for old guests who saved nothing.
create index identities_guests on identities (created_at) where state = 'guest';

create table identity_logins (
  pool text not null,
  subject_hash bytea not null,
  provider text not null,
  identity text not null,
  hash_version bigint not null default 1,
  created_at bigint not null,
  primary key (pool, subject_hash),
  foreign key (pool, identity) references identities (pool, id) on delete cascade
);
create index identity_logins_identity on identity_logins (pool, identity);

-- Sealed policies that are too long for a token, by the hash that tokens name.
create table sealed_policies (
  pool text not null references identity_pools (id) on delete cascade,
  hash text not null,
  body bytea not null,
  expires_at bigint not null,
  primary key (pool, hash)
);
create index sealed_policies_expiry on sealed_policies (expires_at);

create table datasets (
  pool text not null,
  identity text not null,
  name text not null,
  rev bigint not null default 0,
  records bigint not null default 0,
  bytes bigint not null default 0,
  created_at bigint not null,
  modified_at bigint not null default 0,
  modified_by text not null default '',
  deleted_rev bigint not null default 0,
  deleted boolean not null default false,
  horizon_rev bigint not null default 0,
  primary key (pool, identity, name),
  foreign key (pool, identity) references identities (pool, id) on delete cascade
);
-- The change feed reads what was written since a cursor.
create index datasets_modified on datasets (modified_at);

create table records (
  pool text not null,
  identity text not null,
  dataset text not null,
  record_key text not null,
  value text not null default '',
  rev bigint not null,
  size bigint not null default 0,
  deleted boolean not null default false,
  modified_at bigint not null,
  modified_by text not null default '',
  device_modified_at bigint not null default 0,
  primary key (pool, identity, dataset, record_key),
  foreign key (pool, identity, dataset) references datasets (pool, identity, name) on delete cascade
);
-- No index on rev: every write changes it, which costs each write half of its
-- time, and a dataset is small enough to be read by its key alone.
-- Clean-up finds what was removed long ago by this one.
create index records_tombstones on records (modified_at) where deleted;

-- +goose Down
drop table records;
drop table datasets;
drop table sealed_policies;
drop table identity_logins;
drop table identities;
drop table roles;
drop table identity_pools;
drop table settings;
drop table mailbox;
drop table jobs;
drop table audit_events;
drop table throttles;
drop table revoked_tokens;
drop table consents;
drop table refresh_tokens;
drop table grants;
drop table authorizations;
drop table attempts;
drop table sessions;
drop table keys;
drop table access_keys;
drop table operators;
drop table federated_logins;
drop table memberships;
drop table user_groups;
drop table passwords;
drop table user_names;
drop table users;
drop table idps;
drop table resource_servers;
drop table client_secrets;
drop table clients;
drop table pools;
