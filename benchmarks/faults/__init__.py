"""``make faults``: everything that may go wrong between bucket and result, done for real on one machine."""
