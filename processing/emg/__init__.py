"""Pure signal analysis: numpy and scipy in, frozen dataclasses out."""
