"""`ganshare admin rounds`: a round as only the owner can want it, weighed by shares."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from admin.__main__ import admin
from admin.contract.collection import mint_batch
from admin.curation.share_balances import Shares, balances, block_at, read_holders
from admin.testing.evm import Evm
from ganshare.cli import run_cli
from ganshare.domain.votes import LogKind
from ganshare.errors import ParameterError, WorldError
from ganshare.store import open_store

ANN, BEA = "0x" + "aa" * 20, "0x" + "bb" * 20
# Answers balanceOf(address,uint256) with the id: an ERC-1155 in eleven bytes.
ERC_1155 = bytes.fromhex("600b600c600039600b6000f3" + "602435600052" + "60206000f3")

Type = Callable[..., tuple[int, str, str]]


@pytest.fixture
def type_in(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Type:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANSHARE_DATABASE_URL", url)

    def type_words(*words: str) -> tuple[int, str, str]:
        code = run_cli(admin, ("rounds", *words), "ganshare admin")
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return type_words


async def _weights(url: str, round_id: str) -> dict[str, Any]:
    async with open_store(url) as store:
        entry = (await store.votes.log.read(newest=True, limit=1))[0]
        assert entry.kind is LogKind.WEIGH
        assert entry.data["round"] == round_id
        return {"source": entry.reason, **entry.data["weights"]}


def test_a_round_is_opened_weighed_by_a_list_and_ended(type_in: Type, url: str) -> None:
    code, told, _ = type_in("open", "discord:9", "--weighted", "--critic", "25", "--title", "May")
    assert code == 0
    assert "the critic's 25%  weighted  May" in told
    round_id = told.split()[0]
    Path("holders.csv").write_text("account,shares\ndiscord:1,2\ndiscord:2,0\nweb:3,90\n")
    _, told, _ = type_in("snapshot", round_id, "--holders", "holders.csv", "--dry-run")
    assert told.startswith("2 of 3 accounts hold shares")
    code, told, _ = type_in("snapshot", round_id, "--holders", "holders.csv")
    assert (code, told) == (
        0, f"2 of 3 accounts hold shares (holders.csv); kept for {round_id}.\n"
    )  # fmt: skip
    weights = asyncio.run(_weights(url, round_id))
    assert weights == {"source": "holders.csv", "discord:1": 3.0, "web:3": 3.0}
    code, _, error = type_in("snapshot", round_id, "--holders", "holders.csv")
    assert (code, "has its snapshot" in error) == (2, True)
    assert type_in("close", round_id)[0] == 2
    assert type_in("close", round_id, "--early")[1] == "0 winners of 0 paintings\n"
    assert "ended" in type_in("list")[1]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "needs columns `account` and either"),
        ("account\ndiscord:1\n", "needs columns `account` and either"),
        ("account,shares,wallet\ndiscord:1,2,0x\n", "needs columns `account` and either"),
        ("account,shares\nAnn,2\n", "line 2: 'Ann' is not an account"),
        ("account,shares\ndiscord:1,-2\n", "line 2: '-2' is not a number of shares"),
        ("account,shares\ndiscord:1,inf\n", "line 2: 'inf' is not a number of shares"),
        ("account,wallet\ndiscord:1,0x12\n", "line 2: '0x12' is not a wallet address"),
        (f"account,wallet\ndiscord:1,{ANN}\nweb:2,{ANN}\n", "for two accounts"),
    ],
)
def test_a_list_that_is_not_understood_is_refused_with_its_line(
    tmp_path: Path, text: str, sentence: str
) -> None:
    file = tmp_path / "holders.csv"
    file.write_text(text)
    with pytest.raises(ParameterError) as refused:
        read_holders(file)
    assert sentence in str(refused.value).replace('"', "'")


def test_wallets_need_a_contract(type_in: Type) -> None:
    round_id = type_in("open", "discord:9", "--weighted")[1].split()[0]
    Path("holders.csv").write_text(f"account,wallet\ndiscord:1,{ANN}\n")
    code, _, error = type_in("snapshot", round_id, "--holders", "holders.csv")
    assert (code, "ADMIN_GATE_CONTRACT" in error) == (2, True)


async def test_balances_are_those_of_the_block_before_a_round_began(
    evm: Evm, deployed: tuple[Evm, str], tmp_path: Path
) -> None:
    collection, chain = deployed[1], evm.chain
    evm.send_as_owner(collection, mint_batch(ANN, [1, 2], [b"\x01" * 32] * 2))
    before = await chain.height()
    began = await chain.time() + 1
    evm.send_as_owner(collection, mint_batch(BEA, [3], [b"\x01" * 32]))
    evm.send_as_owner(collection, mint_batch(ANN, [4], [b"\x01" * 32]))
    file = tmp_path / "holders.csv"
    file.write_text(f"account,wallet\ndiscord:1,{ANN}\ndiscord:2,{BEA}\n")
    holders, shares = read_holders(file), Shares(collection)
    assert await block_at(chain, began) == before
    assert await balances(chain, shares, before, holders) == {"discord:1": 2.0, "discord:2": 0.0}
    now = await balances(chain, shares, await chain.height(), holders)
    assert now == {"discord:1": 3.0, "discord:2": 1.0}
    with pytest.raises(WorldError, match="newest block is older"):
        await block_at(chain, await chain.time() + 60)


async def test_shares_may_be_a_token_of_an_erc_1155(evm: Evm, tmp_path: Path) -> None:
    contract = evm.deploy(ERC_1155)
    file = tmp_path / "holders.csv"
    file.write_text(f"account,wallet\ndiscord:1,{ANN}\ndiscord:1,{BEA}\n")
    block = await evm.chain.height()
    found = await balances(evm.chain, Shares(contract, 7), block, read_holders(file))
    assert found == {"discord:1": 14.0}  # of both wallets
    with pytest.raises(ParameterError, match="40 hex digits"):
        Shares("0x12")
