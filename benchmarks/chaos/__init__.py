"""Jobs under kill -9, SIGSTOP past the lease and database crashes: is each done once?

`plan` says who asks for what; `bot` and `engine` are the processes, `crew` keeps them running,
`storm` strikes them down and `upgrade` renews them; `cluster` is the databases. `history` and
`journal` record what happened, `evidence` collects it and `invariants` judges it; `course` is one
run, `report` its result.
"""
