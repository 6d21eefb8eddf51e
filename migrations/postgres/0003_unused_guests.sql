-- +goose Up
-- Clean-up looks for old guests who saved nothing.
create index identities_guests on identities (created_at) where state = 'guest';

-- +goose Down
drop index identities_guests;
