-- derived: patients.revision
drop trigger next_revision on app.patients;
drop function app.next_patient_revision();
alter table app.patients drop column revision;
