-- Sessions and results that were taken over stay; only the older rows as they were are forgotten.
-- For the sake of those results size_bytes may stay null.
drop function app.adopt_older_session(text, text, text, text, timestamptz);
drop table app.older_results;
