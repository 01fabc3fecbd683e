-- Up Migration
-- Name of the attempt that gathers the targets of a bulk, the last one that opened it: one that was suspended meanwhile neither adds to them
-- nor seals them. Null: opened by an earlier release.
alter table flowlog.bulks add column gathering text;
-- What was told of the gathering beside its targets, for an attempt that finds the bulk sealed. Null: not sealed, or by an earlier release.
alter table flowlog.bulks add column gathered jsonb;
