"""What the network achieves, as far as its reader may know: numbers first, then pictures of them."""
