"""Sessions as tidy tables and signals as files, built from the read models that the pages show."""
