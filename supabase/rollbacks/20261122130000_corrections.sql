-- derived: performance_scores.corrections_revision
-- What counts stays as it was corrected last, only without its log; the next analysis counts what is detected.
revoke update (n_contractions) on app.emg_statistics from authenticated;
comment on column app.emg_statistics.n_contractions is null;
alter table app.performance_scores drop column corrections_revision;
drop trigger keep_detected on app.emg_statistics;
drop function app.keep_detected();
drop table app.detected_statistics;
drop table app.contraction_corrections;
drop function app.keep_corrections();
