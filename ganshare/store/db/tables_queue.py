"""Tables of the queue, as the newest migration leaves them; for building statements only.

JSON is kept as text: one damaged row must not break the reading of all others.
"""

import sqlalchemy as sa

from ganshare.domain.jobs import JobState

__all__ = [
    "ACTIVE",
    "PUBLIC",
    "QUEUED",
    "RUNNING",
    "artworks",
    "engines",
    "frames",
    "jobs",
    "pauses",
    "state_in",
    "state_name",
    "turns",
]

_metadata = sa.MetaData()

jobs = sa.Table(
    "jobs",
    _metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("reply_to", sa.Text, nullable=False),  # JSON
    sa.Column("request", sa.Text, nullable=False),  # JSON
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("area", sa.Integer, nullable=False),
    sa.Column("cutouts", sa.Integer, nullable=False, server_default="16"),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("cost", sa.Float, nullable=False),
    sa.Column("tag", sa.Float, nullable=False),  # when its turn comes, in virtual time
    sa.Column("tag_end", sa.Float, nullable=False),  # when the person's next turn comes
    sa.Column("virtual_time", sa.Float),  # what a claim moved the clock to
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("max_attempts", sa.Integer, nullable=False),
    sa.Column("worker", sa.Text),
    sa.Column("lease_until", sa.Float),
    sa.Column("suspect", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("silences", sa.Integer, nullable=False, server_default="0"),
    sa.Column("furthest", sa.Integer, nullable=False, server_default="0"),  # step, when reaped
    sa.Column("kept_state", sa.Text),  # saved by then
    sa.Column("visibility", sa.Text, nullable=False, server_default="public"),
    sa.Column("share", sa.Text),  # what pays for it: a holding or a gift
    sa.Column("seat", sa.Integer, nullable=False),  # among the person's active jobs
    sa.Column("slot", sa.Integer),  # among the person's running jobs
    sa.Column("cancel_requested", sa.Boolean, nullable=False),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("steps", sa.Integer, nullable=False),
    sa.Column("loss", sa.Float),
    sa.Column("preview", sa.Text),
    sa.Column("saved_state", sa.Text),
    sa.Column("artwork", sa.Text),
    sa.Column("description", sa.Text),  # JSON
    sa.Column("error", sa.Text),
    sa.Column("error_details", sa.Text),  # JSON
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("seen", sa.Integer, nullable=False),
    sa.Column("settled", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("started", sa.Float),
    sa.Column("finished", sa.Float),
)

frames = sa.Table(
    "frames",
    _metadata,
    sa.Column("job", sa.Text, primary_key=True),
    sa.Column("attempt", sa.Integer, primary_key=True),
    sa.Column("step", sa.Integer, primary_key=True),
    sa.Column("loss", sa.Float),
    sa.Column("preview", sa.Text, nullable=False),
    sa.Column("created", sa.Float, nullable=False),
)

artworks = sa.Table(
    "artworks",
    _metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("job", sa.Text, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("prompt", sa.Text, nullable=False),
    sa.Column("attributes", sa.Text, nullable=False),  # JSON
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("blob", sa.Text, nullable=False),
    sa.Column("preview", sa.Text, nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("manifest", sa.Text, nullable=False),  # JSON
    sa.Column("may_sell", sa.Boolean, nullable=False),
    sa.Column("visibility", sa.Text, nullable=False, server_default="public"),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("hidden", sa.Text),
    sa.Column("hidden_details", sa.Text),  # JSON
    sa.Column("deleted", sa.Float),
    sa.Column("film", sa.Text),
)

engines = sa.Table(
    "engines",
    _metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("models", sa.Text, nullable=False),  # JSON
    sa.Column("max_area", sa.Integer, nullable=False),
    sa.Column("min_area", sa.Integer, nullable=False, server_default="0"),
    sa.Column("room", sa.Integer, nullable=False, server_default="2147483647"),
    sa.Column("cutout_area", sa.Integer, nullable=False, server_default="0"),
    sa.Column("batch", sa.Integer, nullable=False),
    sa.Column("rate", sa.Float),
    sa.Column("running", sa.Text, nullable=False),  # JSON
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("reads", sa.Text),  # JSON
    sa.Column("reported", sa.Float, nullable=False),
)


pauses = sa.Table(
    "pauses",
    _metadata,
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("since", sa.Float, nullable=False),
    sa.Column("drains", sa.Boolean, nullable=False, server_default=sa.false()),
)

turns = sa.Table(
    "turns",
    _metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("until", sa.Float, nullable=False),
)


def state_name(state: JobState) -> sa.ColumnElement[str]:
    """A state as a constant of the statement, not as one of its values."""
    return sa.literal_column(f"'{state}'", sa.Text)


def state_in(table: sa.FromClause, *states: JobState) -> sa.ColumnElement[bool]:
    """A condition on the state, spelled out in the statement so that partial indexes serve it."""
    words = [state_name(state) for state in states]
    return table.c.state == words[0] if len(words) == 1 else table.c.state.in_(words)


# Paintings that all may see.
PUBLIC = (
    artworks.c.hidden.is_(None),
    artworks.c.deleted.is_(None),
    artworks.c.visibility == "public",
)

QUEUED = state_in(jobs, JobState.QUEUED)
RUNNING = state_in(jobs, JobState.RUNNING)
ACTIVE = state_in(jobs, JobState.QUEUED, JobState.RUNNING)
