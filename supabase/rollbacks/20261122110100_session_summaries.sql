-- derived: session_summaries, patient_totals
drop trigger summarise on app.performance_scores;
drop trigger summarise on app.emg_statistics;
drop trigger summarise on app.bfr_monitoring;
drop trigger summarise on app.session_settings;
drop trigger summarise on app.therapy_sessions;
drop function app.summarise_session();
drop function app.refresh_session_summary(uuid);
drop view app.session_summary_source;
drop table app.session_summaries;
drop function app.add_to_totals();
drop table app.patient_totals;
