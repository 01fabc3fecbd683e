-- Up Migration
-- Migrations add first, so that workers of the last release go on beside those of this one. A later one that takes away what older builds
-- call replaces this function by one that returns its own number: a build whose last migration has a lower number refuses to start.
create function ledger.oldest_build() returns integer language sql immutable as 'select 0';
select ledger.grant_roles();
