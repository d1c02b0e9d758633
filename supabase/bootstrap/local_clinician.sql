-- The one person of an installation without sign-in. `migrate --upgrade` runs this after the migrations, unless the
-- role supabase_admin exists. Nobody can sign in as this person: only the dashboard on this computer acts for them.

insert into auth.users (id, email)
values ('00000000-0000-4000-8000-000000000001', 'local-clinician@localhost.invalid')
on conflict (id) do nothing;

insert into app.user_profiles (user_id, role, display_name)
values ('00000000-0000-4000-8000-000000000001', 'administrator', 'Local clinician')
on conflict (user_id) do nothing;
