"""What the API answers, with meanings and units, for OpenAPI."""
