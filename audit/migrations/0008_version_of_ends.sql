-- Up Migration
-- The version rises also when a pending change comes to its end, not only when one is committed. A look that was made while a change
-- was in doubt, and before lists showed it, is not good any more once that change is known to have been made: without this, an attempt
-- that comes long after such a look would rely on it and create a second flow log.
create function ledger.count_end() returns trigger language plpgsql as $$
begin
  new.version := old.version + 1;
  return new;
end $$;
create trigger targets_count_end before update on ledger.targets for each row
  when (old.pending_intent is not null and new.pending_intent is null)
  execute function ledger.count_end();

comment on column ledger.targets.version is
  'Intents ever committed and ever ended: what was looked up before is still good while this stands.';
