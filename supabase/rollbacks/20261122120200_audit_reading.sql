drop trigger audit_removal on app.therapy_sessions;
drop trigger audit_requeue on app.therapy_sessions;
drop trigger audit_arrival on app.therapy_sessions;
drop function app.audit_session();
drop function app.colleagues();
drop index app.audit_log_at;
drop trigger audit on app.performance_scores;
drop function app.audit_judgement();
