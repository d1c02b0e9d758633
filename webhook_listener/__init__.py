"""The storage webhook's receiver: verifies, hands over, answers. The work is done in `processing`."""
