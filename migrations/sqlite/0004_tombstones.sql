-- +goose Up
-- Clean-up finds what was removed long ago.
create index records_tombstones on records (modified_at) where deleted;

-- +goose Down
drop index records_tombstones;
