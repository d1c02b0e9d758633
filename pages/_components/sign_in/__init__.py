"""Signing in, staying signed in and signing out, as the browser sees it."""
