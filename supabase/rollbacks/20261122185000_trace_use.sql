-- derived: trace_use, trace_use_begun
-- Counts of looks and builds; nothing that a person entered.
drop function app.add_trace_use(jsonb);
drop table app.trace_use;
drop table app.trace_use_begun;
