"""`--route browser` and `--route drop` of the commands, in place of one's own contract."""
