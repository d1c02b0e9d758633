"""From a C3D recording to statistics, scores and just-in-time traces: everything the entry points share."""
