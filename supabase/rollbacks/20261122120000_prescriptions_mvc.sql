drop function app.mvc_notes(uuid);
drop table app.mvc_measurements;
drop table app.prescriptions;
