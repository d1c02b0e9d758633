drop function app.tidy_storage_events(timestamptz, integer);
drop index app.storage_events_with_body;
