"""A morning at a clinic's desk, form by form, to try the network with: nobody in it is real."""
