-- derived: session_settings.revision, performance_scores.scoring_configuration_id
drop index app.therapy_sessions_patient;
drop index app.therapy_sessions_listed;
create index therapy_sessions_patient on app.therapy_sessions (patient_id);
create index therapy_sessions_newest on app.therapy_sessions (received_at desc);
alter table app.processing_parameters drop constraint processing_parameters_recording_check;
alter table app.performance_scores
    drop constraint performance_scores_details_check,
    drop column scoring_configuration_id;
alter table app.emg_statistics
    drop constraint emg_statistics_details_check,
    drop constraint emg_statistics_channel_name_check,
    drop constraint emg_statistics_snr_db_check;
drop table app.scoring_configuration;
drop function app.keep_scoring_configuration();
drop function app.is_scoring_configuration(jsonb);
drop trigger next_revision on app.session_settings;
alter table app.session_settings drop column revision;
drop table app.clinical_notes;
drop table app.patient_identities;
drop function app.next_revision();
alter table app.patients drop column therapist, drop column site;
comment on table app.patients is 'Pseudonyms only; who a patient is stands nowhere in this schema.';
drop table app.user_profiles;
