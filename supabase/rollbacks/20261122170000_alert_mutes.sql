drop index app.session_summaries_no_leg;
drop table app.alert_mutes;
drop function app.next_mute();
