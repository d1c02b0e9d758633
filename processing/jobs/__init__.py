"""The queue edge: the only importer of Procrastinate at run time."""
