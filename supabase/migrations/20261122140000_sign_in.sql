-- What a person who has just signed in is told about their own account, also when it may see nothing yet.

create function app.own_profile()
returns table (role text, display_name text, site text, standing text)
language sql stable security definer set search_path = '' as $$
    select p.role, p.display_name, p.site,
        case
            when not p.active then 'inactive'
            when p.mfa_required and auth.jwt() ->> 'aal' is distinct from 'aal2' then 'second_factor'
            else 'full'
        end
    from app.user_profiles p
    where p.user_id = (select auth.uid())
      and auth.jwt() ->> 'role' = 'authenticated'
      and to_timestamp((auth.jwt() ->> 'exp')::float8) > now()
$$;
comment on function app.own_profile() is
    'The viewer''s own profile; standing says whether it counts: full, or what it lacks. No row without a profile.';
revoke all on function app.own_profile() from public;
grant execute on function app.own_profile() to authenticated;
