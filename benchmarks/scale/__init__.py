"""From one ward to a national programme: load, queue, growth and cost, from measured costs, checked by a real run."""
