-- derived: storage_events.gone_at
drop function app.assign_patient(text, uuid);
drop function app.same_recordings(text);
drop index app.processing_parameters_sha256;
drop function app.forget_parked(text, text[]);
drop index app.storage_events_parked;
create index storage_events_parked on app.storage_events (received_at desc) where outcome = 'parked';
alter table app.storage_events drop column gone_at;
