"""Pure decisions of outcomes: facts in, everything else derived from them."""
