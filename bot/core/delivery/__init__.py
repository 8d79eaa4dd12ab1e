"""Delivery: shows the progress and the results of jobs by editing their messages."""
