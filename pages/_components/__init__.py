"""What the pages share: words, figures, widgets, session-state keys and the gate."""
