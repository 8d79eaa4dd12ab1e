"""What tests of the frontends need: platforms of our own on loopback, and people on them."""
