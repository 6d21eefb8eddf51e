-- +goose Up
-- A dataset is small enough to be read by its key alone. An index on the
-- revision, which every write changes, cost each write half of its time and led
-- planners astray.
drop index records_rev;

-- +goose Down
create index records_rev on records (pool, identity, dataset, rev);
