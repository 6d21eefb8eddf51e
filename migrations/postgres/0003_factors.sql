-- +goose Up
-- A code may belong to one sign-in attempt, so that nobody can overwrite another's;
-- it may also be a link, and go out by e-mail or by text message. The table before
-- this one, codes, stays for binaries that are still serving; nothing reads it here.
create table one_time_codes (
  pool text not null,
  user_id text not null,
  purpose text not null,
  attempt text not null default '',
  hash bytea not null,
  link_hash bytea,
  key_version integer not null,
  channel text not null default 'email',
  destination text not null,
  tries integer not null default 0,
  sent_at bigint not null,
  expires_at bigint not null,
  primary key (pool, user_id, purpose, attempt),
  foreign key (pool, user_id) references users (pool, id) on delete cascade
);
create unique index one_time_codes_link on one_time_codes (pool, link_hash) where link_hash is not null;
create index one_time_codes_expiry on one_time_codes (expires_at);

-- Which second factors a user has, and which of them first.
alter table users add column mfa text not null default '{}';
create index users_status on users (pool, status, created_at, id);
create index users_enabled on users (pool, enabled, created_at, id);

-- What users are searched by: folded values, in an order that prefixes follow.
create table user_terms (
  pool text not null,
  attribute text not null,
  value text collate "C" not null,
  user_id text not null,
  primary key (pool, attribute, value, user_id),
  foreign key (pool, user_id) references users (pool, id) on delete cascade
);
create index user_terms_user on user_terms (pool, user_id);

create table password_history (
  pool text not null,
  user_id text not null,
  id text not null,
  hash text not null,
  created_at bigint not null,
  primary key (pool, user_id, id),
  foreign key (pool, user_id) references users (pool, id) on delete cascade
);

-- One authenticator app a user. A new secret waits until a code of it was shown.
create table totps (
  pool text not null,
  user_id text not null,
  name text not null default '',
  sealed_secret bytea,
  sealed_pending bytea,
  pending_at bigint not null default 0,
  last_step bigint not null default 0,
  verified_at bigint not null default 0,
  created_at bigint not null,
  primary key (pool, user_id),
  foreign key (pool, user_id) references users (pool, id) on delete cascade
);

create table passkeys (
  pool text not null,
  id text not null,
  user_id text not null,
  name text not null default '',
  public_key bytea not null,
  aaguid text not null default '',
  transports text not null default '[]',
  attachment text not null default '',
  sign_count bigint not null default 0,
  user_verified boolean not null default false,
  backup_eligible boolean not null default false,
  backup_state boolean not null default false,
  suspect boolean not null default false,
  created_at bigint not null,
  last_used_at bigint not null default 0,
  primary key (pool, id),
  foreign key (pool, user_id) references users (pool, id) on delete cascade
);
create index passkeys_user on passkeys (pool, user_id, created_at);

-- What the new passkey of a person who is signed in must answer. Browsers are told it
-- anyway, so it is no secret; it works once.
create table passkey_challenges (
  pool text not null,
  user_id text not null,
  session text not null,
  expires_at bigint not null,
  primary key (pool, user_id),
  foreign key (pool, user_id) references users (pool, id) on delete cascade
);
create index passkey_challenges_expiry on passkey_challenges (expires_at);
-- When a user last said that they want no passkey.
alter table users add column passkey_declined_at bigint not null default 0;

create table recovery_codes (
  pool text not null,
  user_id text not null,
  hash bytea not null,
  key_version integer not null,
  created_at bigint not null,
  used_at bigint not null default 0,
  primary key (pool, user_id, hash),
  foreign key (pool, user_id) references users (pool, id) on delete cascade
);

-- A browser that a user has signed in from. The browser keeps the token.
create table devices (
  pool text not null,
  user_id text not null,
  id text not null,
  token_hash bytea not null,
  name text not null default '',
  remembered boolean not null default false,
  remembered_until bigint not null default 0,
  address text not null default '',
  user_agent text not null default '',
  created_at bigint not null,
  updated_at bigint not null,
  last_used_at bigint not null,
  expires_at bigint not null,
  primary key (pool, user_id, id),
  foreign key (pool, user_id) references users (pool, id) on delete cascade
);
create unique index devices_token on devices (pool, user_id, token_hash);
create index devices_expiry on devices (expires_at);
alter table sessions add column device text not null default '';
alter table sessions add column spared boolean not null default false;

-- A pool's own words for a message, in one language.
create table message_templates (
  pool text not null references pools (id) on delete cascade,
  kind text not null,
  locale text not null,
  subject text not null default '',
  text text not null default '',
  html text not null default '',
  sms text not null default '',
  updated_at bigint not null,
  primary key (pool, kind, locale)
);

-- How much of something was used in one stretch of time, such as texts in a day.
create table quotas (
  pool text not null,
  quota_key text not null,
  window_start bigint not null,
  used bigint not null default 0,
  expires_at bigint not null,
  primary key (pool, quota_key, window_start)
);
create index quotas_expiry on quotas (expires_at);

-- +goose Down
drop table quotas;
drop table message_templates;
alter table sessions drop column spared;
alter table sessions drop column device;
drop table devices;
drop table recovery_codes;
alter table users drop column passkey_declined_at;
drop table passkey_challenges;
drop table passkeys;
drop table totps;
drop table password_history;
drop table user_terms;
drop index users_enabled;
drop index users_status;
alter table users drop column mfa;
drop table one_time_codes;
