drop function app.ingest_storage_event(text, text, text, text, text, text, bigint, text, jsonb);
drop function app.enqueue_analysis(uuid, text, boolean);
