"""Adam: bit for bit torch's, without torch's compiler."""

import subprocess
import sys

import torch

from engine.synthesis.optimiser import Adam


def test_it_steps_exactly_as_torch_does() -> None:
    generator = torch.Generator().manual_seed(0)
    theirs = torch.randn(1, 4, 3, 5, generator=generator).requires_grad_()
    ours = theirs.detach().clone()
    optimizer, adam = torch.optim.Adam([theirs]), Adam(ours)
    for step_size in (0.1, 0.07, 0.03):
        gradient = torch.randn(theirs.shape, generator=generator)
        theirs.grad = gradient
        optimizer.param_groups[0]["lr"] = step_size
        optimizer.step()
        adam.step(gradient, step_size)
        assert torch.equal(ours, theirs.detach())
    state = optimizer.state[theirs]
    assert adam.state.keys() == state.keys()
    assert all(torch.equal(adam.state[name], value) for name, value in state.items())


def test_a_step_does_not_import_the_compiler() -> None:
    program = (
        "import sys, torch; from engine.synthesis.optimiser import Adam; "
        "Adam(torch.zeros(3)).step(torch.ones(3), 0.1); "
        "print('torch._dynamo' in sys.modules)"
    )
    command = [sys.executable, "-c", program]
    assert subprocess.check_output(command, text=True).strip() == "False"
