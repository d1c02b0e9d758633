drop function app.own_profile();
