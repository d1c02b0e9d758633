-- Effort and pressure that a file itself holds stand in the summaries, too, where nobody entered another value: the
-- score counts them, so timelines and the rules of attention have to see them.

create or replace view app.session_summary_source with (security_invoker = true) as
select s.id as session_id, s.patient_id, s.session_at, s.processing_status as status,
       c.total::real as score, c.low::real as score_low, c.high::real as score_high,
       (c.details ->> 'symmetry')::real as symmetry,
       coalesce(g.perceived_effort_cr10::real, (a.recording #>> '{measures,perceived_effort_cr10}')::real)
           as effort_cr10,
       coalesce(b.percent_aop::real, (a.recording #>> '{measures,bfr_percent_aop}')::real) as percent_aop,
       l.verdict as left_verdict, (c.details #>> '{left,expected}')::integer as left_expected,
       coalesce((l.counts ->> 'found')::integer, l.n_contractions) as left_found,
       (l.counts ->> 'held')::integer as left_held, (l.counts ->> 'good')::integer as left_good,
       (l.counts ->> 'good_at_most')::integer as left_good_at_most,
       (l.counts ->> 'mean_hold_s')::real as left_mean_hold_s,
       (l.counts ->> 'mvc_uv')::real as left_mvc_uv, l.counts ->> 'mvc_source' as left_mvc_source,
       r.verdict as right_verdict, (c.details #>> '{right,expected}')::integer as right_expected,
       coalesce((r.counts ->> 'found')::integer, r.n_contractions) as right_found,
       (r.counts ->> 'held')::integer as right_held, (r.counts ->> 'good')::integer as right_good,
       (r.counts ->> 'good_at_most')::integer as right_good_at_most,
       (r.counts ->> 'mean_hold_s')::real as right_mean_hold_s,
       (r.counts ->> 'mvc_uv')::real as right_mvc_uv, r.counts ->> 'mvc_source' as right_mvc_source
from app.therapy_sessions s
join app.session_settings g on g.session_id = s.id
left join app.bfr_monitoring b on b.session_id = s.id
left join app.processing_parameters a on (a.session_id, a.result_version) = (s.id, s.result_version)
left join app.performance_scores c on (c.session_id, c.result_version) = (s.id, s.result_version)
left join lateral (
    select e.verdict, e.n_contractions, case when e.verdict <> 'not_judged' then e.tally end as counts
    from app.emg_statistics e
    where e.session_id = s.id and e.result_version = s.result_version and e.side = 'left'
    order by e.position limit 1) l on true
left join lateral (
    select e.verdict, e.n_contractions, case when e.verdict <> 'not_judged' then e.tally end as counts
    from app.emg_statistics e
    where e.session_id = s.id and e.result_version = s.result_version and e.side = 'right'
    order by e.position limit 1) r on true;

update app.session_summaries t set (effort_cr10, percent_aop) = (v.effort_cr10, v.percent_aop)
from app.session_summary_source v
where v.session_id = t.session_id
  and (t.effort_cr10, t.percent_aop) is distinct from (v.effort_cr10, v.percent_aop);
