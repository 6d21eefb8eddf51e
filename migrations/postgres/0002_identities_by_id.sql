-- +goose Up
-- The Cognito API names an identity without its pool.
create index identities_id on identities (id);

-- Sealed policies that are too long for a token, by the hash that tokens name.
create table sealed_policies (
  pool text not null references identity_pools (id) on delete cascade,
  hash text not null,
  body bytea not null,
  expires_at bigint not null,
  primary key (pool, hash)
);
create index sealed_policies_expiry on sealed_policies (expires_at);

-- +goose Down
drop table sealed_policies;
drop index identities_id;
