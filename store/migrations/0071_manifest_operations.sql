-- Up Migration
-- The operations that a page was stored, and so checked, for. Null: stored by an earlier release, which did not say.
alter table flowlog.manifests add column operations text[];
