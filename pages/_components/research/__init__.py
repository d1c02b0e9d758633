"""What the Research page is made of."""
