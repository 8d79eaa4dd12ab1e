"""What tests of the admin need: local chains, Seaport, a marketplace and IPFS to talk to."""
