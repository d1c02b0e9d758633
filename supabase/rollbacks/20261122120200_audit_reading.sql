drop function app.colleagues();
drop index app.audit_log_at;
drop trigger audit on app.performance_scores;
drop function app.audit_judgement();
