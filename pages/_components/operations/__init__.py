"""What the Operations page is made of."""
