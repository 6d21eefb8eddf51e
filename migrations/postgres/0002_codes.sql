-- +goose Up
-- One code a user and purpose: a new one takes the place of the last.
create table codes (
  pool text not null,
  user_id text not null,
  purpose text not null,
  hash bytea not null,
  key_version integer not null,
  destination text not null,
  tries integer not null default 0,
  sent_at bigint not null,
  expires_at bigint not null,
  primary key (pool, user_id, purpose),
  foreign key (pool, user_id) references users (pool, id) on delete cascade
);
create index codes_expiry on codes (expires_at);

-- A secret hash is keyed with the client's secret itself, so it is kept sealed.
alter table client_secrets add column sealed_value bytea;
-- Public operations name an app client and no pool.
create index clients_by_id on clients (id);

-- +goose Down
drop index clients_by_id;
alter table client_secrets drop column sealed_value;
drop table codes;
