"""What the product does, one module a use case; edges come in as arguments."""
