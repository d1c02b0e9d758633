-- Two administrators who edit one patient: the second is told. Arrivals move only the patient's counter, which is no edit.

alter table app.patients add column revision integer not null default 1 check (revision > 0);

create function app.next_patient_revision() returns trigger language plpgsql set search_path = '' as $$
begin
    new.revision := old.revision + 1;
    return new;
end
$$;
revoke all on function app.next_patient_revision() from public;
create trigger next_revision before update of therapist, site on app.patients
    for each row execute function app.next_patient_revision();
