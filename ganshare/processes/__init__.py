"""Child processes: started, restarted, and ended together with their parent."""
