drop function app.find_api_key(text, text);
drop table app.api_keys;
drop function app.audit_api_key();
drop function app.keep_revoked();
revoke usage on schema app from app_dashboard;
