"""What the network achieves, as far as its reader may know: numbers, then pictures of them."""
