-- derived: newest_results
drop index app.session_summaries_results;
create index session_summaries_results on app.session_summaries (patient_id, session_at desc)
    include (session_id, undated, left_verdict, left_good, left_good_at_most, left_expected,
             right_verdict, right_good, right_good_at_most, right_expected, effort_cr10)
    where left_verdict is not null or right_verdict is not null;
drop trigger pack_inserted on app.session_summaries;
drop trigger pack_updated on app.session_summaries;
drop trigger pack_deleted on app.session_summaries;
drop function app.pack_inserted();
drop function app.pack_updated();
drop function app.pack_newest(uuid[]);
drop function app.pack_results(uuid);
drop table app.newest_results;
