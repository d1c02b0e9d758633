"""What the programs that answer over HTTP share: correlation ids, bodies under a cap, the server."""
