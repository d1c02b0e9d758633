-- What was applied stays as it was scored, only without the run that it came from.
drop function app.rescue_reprocessing();
drop function app.apply_reprocessing(bigint, text);
drop function app.cancel_reprocessing(bigint);
drop function app.start_dry_run(text, jsonb, jsonb, jsonb, uuid[], text);
drop function app.enqueue_reprocessing(bigint, text);
alter table app.processing_parameters
    drop column changed_settings,
    drop column reprocessing_run;
drop table app.reprocessing_items;
drop function app.audit_applied();
drop table app.reprocessing_runs;
drop function app.is_researching();
drop table app.scoring_choice;
drop function app.keep_scoring_choice();
