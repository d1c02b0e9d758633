-- derived: emg_statistics.tally, therapy_sessions.session_at
alter table app.emg_statistics drop column tally;
drop function app.tally(jsonb);
alter policy viewer_reads on app.session_settings
    using ((select app.sees_every_patient()) or session_id in (select app.own_sessions()));
alter policy viewer_reads on app.bfr_monitoring
    using ((select app.sees_every_patient()) or session_id in (select app.own_sessions()));
alter policy viewer_reads on app.processing_parameters
    using ((select app.sees_every_patient()) or session_id in (select app.own_sessions()));
alter policy viewer_reads on app.emg_statistics
    using ((select app.sees_every_patient()) or session_id in (select app.own_sessions()));
alter policy viewer_reads on app.performance_scores
    using ((select app.sees_every_patient()) or session_id in (select app.own_sessions()));
alter policy viewer_reads on app.clinical_notes
    using ((select app.may_read_every_note()) or session_id in (select app.own_sessions()));
drop index app.therapy_sessions_patient;
drop index app.therapy_sessions_not_completed;
drop index app.therapy_sessions_newest;
alter table app.therapy_sessions drop column session_at;
create index therapy_sessions_listed on app.therapy_sessions
    ((coalesce(recorded_at, received_at at time zone 'UTC')) desc, session_code desc);
create index therapy_sessions_patient on app.therapy_sessions
    (patient_id, (coalesce(recorded_at, received_at at time zone 'UTC')) desc);
