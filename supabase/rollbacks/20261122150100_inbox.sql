-- derived: therapy_sessions.run_stage
drop index app.therapy_sessions_arrived;
alter table app.therapy_sessions drop column run_stage;
drop function app.settle_parked_events(bigint, uuid);
drop table app.inbox_dismissals;
drop table app.session_reviews;
drop function app.next_review();
