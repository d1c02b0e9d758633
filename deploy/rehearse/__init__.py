"""A rehearsal of the deployment where there is no container engine: the Dockerfile's steps in a plain folder."""
