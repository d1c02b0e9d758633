revoke update (side) on app.emg_statistics from authenticated;
drop table app.session_side_map;
drop function app.person_name(uuid);
drop function app.next_side_map();
drop function app.is_channel_map(jsonb);
