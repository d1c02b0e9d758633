"""The version of the analysis, stored with each result."""

# Raise it whenever a number that a clinician sees can move, with a line in CHANGELOG.md.
PIPELINE_VERSION = "0.3.0"
# The product's own, as pyproject.toml says it; a test compares the two.
SOFTWARE_VERSION = "0.1.0"
