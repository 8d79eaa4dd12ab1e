"""A simulated fleet: sleeping engines, people who ask too much, one real PostgreSQL.

`load` says how much; `engines` and `bots` use the store as the real ones do, each with connections
of its own; `record` keeps what they measured, `report` sums it up.
"""
