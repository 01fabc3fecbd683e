-- Up Migration
-- SHA-256 of what the bulk was asked to do, so that each of its operations can name it on the ledger. Null: asked of an earlier release.
alter table flowlog.bulks add column manifest_digest text;
