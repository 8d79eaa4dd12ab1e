"""What `benchmarks.chaos` reports of its runs."""

from benchmarks.chaos.invariants import Finding
from benchmarks.chaos.report import Report, markdown


def make_report(database: str, *, strikes: dict[str, int], broken: tuple[str, ...] = ()) -> Report:
    findings = [Finding("no job is lost", 7, broken)]
    return Report(database, 1, 7, 12.3, {"done": 7}, strikes, {"attempts": 9}, findings)


def test_the_table_has_a_column_for_each_database() -> None:
    lines = markdown(
        [
            make_report("sqlite", strikes={"all killed": 1}),
            make_report("postgresql", strikes={"PostgreSQL killed": 4}, broken=("a", "b")),
        ]
    ).splitlines()
    assert lines[0] == "| | sqlite | postgresql |"
    assert "| done | 7 | 7 |" in lines
    assert "| all killed | 1 | – |" in lines
    assert "| PostgreSQL killed | – | 4 |" in lines
    assert "| no job is lost | 0 | 2 |" in lines


def test_a_run_holds_if_no_rule_is_broken() -> None:
    assert make_report("sqlite", strikes={}).holds
    assert not make_report("sqlite", strikes={}, broken=("a job is lost",)).holds
