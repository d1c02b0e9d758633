-- The one person of an installation without sign-in, in each of the three roles. `migrate --upgrade` runs this after
-- the migrations, unless the role supabase_admin exists. Nobody can sign in as these: only the dashboard on this
-- computer acts for them.

insert into auth.users (id, email)
values
    ('00000000-0000-4000-8000-000000000001', 'local-clinician@localhost.invalid'),
    ('00000000-0000-4000-8000-000000000002', 'local-therapist@localhost.invalid'),
    ('00000000-0000-4000-8000-000000000003', 'local-researcher@localhost.invalid')
on conflict (id) do nothing;

insert into app.user_profiles (user_id, role, display_name)
values
    ('00000000-0000-4000-8000-000000000001', 'administrator', 'Local clinician'),
    ('00000000-0000-4000-8000-000000000002', 'therapist', 'Local therapist'),
    ('00000000-0000-4000-8000-000000000003', 'researcher', 'Local researcher')
on conflict (user_id) do nothing;
