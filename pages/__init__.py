"""The dashboard's pages: each parses, calls one use case and draws."""
