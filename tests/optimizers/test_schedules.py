"""Schedules: PyTorch's own rates, what becomes of a run, and a sentence for whoever mistypes."""

import json
from pathlib import Path

import numpy as np
import pytest
from small_problems import QFSP, bowl

from objectives.errors import UsageError
from optimizers import (
    RULES,
    SCHEDULES,
    AdaGrad,
    GradientDescent,
    Momentum,
    descend,
    make_rule,
    make_schedule,
    rates,
    scheduled,
)
from optimizers.schedules import Cosine, StepDecay

TORCH = json.loads(Path(__file__).with_name("torch_reference.json").read_text())["schedules"]
every_schedule = pytest.mark.parametrize(
    "text", [*SCHEDULES, "warm_up(steps=4) then cosine", "eta/(1 + t)", "0.1*0.9^t"]
)


@pytest.mark.parametrize("text", TORCH["rates"])
def test_rates_are_torch_s(text):
    expected = np.array([float.fromhex(rate) for rate in TORCH["rates"][text]])
    found = rates(make_schedule(text), TORCH["rate"], TORCH["steps"])
    np.testing.assert_allclose(found[: len(expected)], expected, rtol=1e-12, atol=1e-15)


def test_every_schedule_has_torch_for_a_witness():
    assert all(any(text.startswith(name) for text in TORCH["rates"]) for name in SCHEDULES)


@every_schedule
def test_a_batch_of_rates_is_its_members_and_one_call_is_all_steps(text):
    schedule, batch = make_schedule(text), np.array([[0.1, 0.2, 0.3], [1.0, 2.0, 3.0]])
    found = rates(schedule, batch, 12)
    assert found.shape == (12, 2, 3)
    for t in (0, 5, 11):
        for place in np.ndindex(2, 3):
            assert found[(t, *place)] == pytest.approx(float(schedule.rate(float(t), batch[place], 12)), rel=1e-14)


@every_schedule
@pytest.mark.parametrize("steps", [0, 1, 2, 100])
def test_any_length_has_rates(text, steps):
    found = rates(make_schedule(text), 0.5, steps)
    assert found.shape == (steps,)
    assert (np.isfinite(found) & (found >= 0)).all()


@every_schedule
def test_a_run_takes_the_rate_of_its_step(text):
    run = descend(QFSP, scheduled(GradientDescent(0.03), make_schedule(text), 15), (1.0, 2.0), 15)
    factors = rates(make_schedule(text), 0.03, 15)
    np.testing.assert_allclose(run.updates, factors[:, np.newaxis] * run.gradients[:-1], rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("name", RULES)
def test_any_rule_takes_a_schedule(name):
    """A constant schedule is the rule, to the last bit; and a rate of 0 stays, where the rate is the step."""
    rule = make_rule(name)
    plain = descend(bowl(1.0, 9.0), rule, (1.2, -1.0), 6)
    constant = descend(bowl(1.0, 9.0), scheduled(rule, make_schedule("constant"), 6), (1.2, -1.0), 6)
    np.testing.assert_array_equal(constant.iterates, plain.iterates)
    decaying = descend(bowl(1.0, 9.0), scheduled(rule, make_schedule("cosine"), 6), (1.2, -1.0), 6)
    assert decaying.diverged_at is None


def test_inverse_time_is_what_adagrad_has_by_itself():
    own = descend(QFSP, AdaGrad(0.3, learning_rate_decay=0.2), (1.0, 2.0), 30)
    ours = descend(QFSP, scheduled(AdaGrad(0.3), make_schedule("inverse_time(decay=0.2)"), 30), (1.0, 2.0), 30)
    np.testing.assert_allclose(ours.iterates, own.iterates, rtol=1e-12)


def test_batches_of_rules_and_of_schedules():
    rule = Momentum(np.array([0.01, 0.02]), 0.8)
    batch = descend(QFSP, scheduled(rule, Cosine(), 20), (1.0, 2.0), 20)
    for member, rate in enumerate((0.01, 0.02)):
        alone = descend(QFSP, scheduled(Momentum(rate, 0.8), Cosine(), 20), (1.0, 2.0), 20)
        np.testing.assert_allclose(batch.at(member).iterates, alone.iterates, rtol=1e-12)
    many = StepDecay(every=5, factor=np.array([0.5, 0.1]))
    drops = descend(QFSP, scheduled(GradientDescent(np.array([0.02, 0.02])), many, 20), (1.0, 2.0), 20)
    alone = descend(QFSP, scheduled(GradientDescent(0.02), StepDecay(5, 0.1), 20), (1.0, 2.0), 20)
    np.testing.assert_allclose(drops.at(1).iterates, alone.iterates, rtol=1e-12)


def test_the_forms_of_momentum_part_when_the_rate_drops():
    """What the module says: the lecture's memory keeps the old rate, the others take the new one at once."""
    drop = StepDecay(every=10, factor=0.1)
    runs = {
        form: descend(bowl(1.0, 9.0), scheduled(Momentum(0.02, 0.9, form=form), drop, 20), (3.0, 1.0), 20)
        for form in ("lecture", "pytorch")
    }
    np.testing.assert_allclose(runs["lecture"].iterates[:11], runs["pytorch"].iterates[:11], rtol=1e-12)
    sizes = {form: np.linalg.norm(run.updates, axis=-1) for form, run in runs.items()}
    assert sizes["pytorch"][10] < 0.2 * sizes["pytorch"][9]
    assert sizes["lecture"][10] > 0.5 * sizes["lecture"][9]


def test_decay_settles_what_noise_keeps_shaking():
    """Robbins and Monro: on noisy gradients a falling rate ends nearer than a constant one."""
    ends = {}
    for text in ("constant", "inverse_time(decay=0.1)"):
        noise = np.random.default_rng(3).normal(size=(400, 300, 1))
        x = np.zeros((300, 1))
        for step, rate in enumerate(rates(make_schedule(text), 0.5, 400)):
            x = x - rate * (x + noise[step])
        ends[text] = float(np.abs(x).mean())
    assert ends["inverse_time(decay=0.1)"] < 0.4 * ends["constant"]


MISTAKES = [
    ("cosin", "no schedule 'cosin': did you mean 'cosine'"),
    ("step(evry=2)", "no setting of step 'evry': did you mean 'every'"),
    ("step(every=x)", "step takes settings like every=30, factor=0.1, and not 'every=x'"),
    ("step(3)", "and not '3'"),
    ("step(every=0)", "every of step must be finite and above 0, not 0"),
    ("cosine(T_max=5, over=3)", "over of cosine is given twice"),
    ("cosine then step", "Only warm_up has something after it"),
    ("warm_up then cosin", "did you mean 'cosine'"),
    ("0.1/(1+q*t)", "no variable 'q'"),
    ("0.1/(1+0.05*t", "never closed"),
    ("", "no expression"),
]


@pytest.mark.parametrize(("text", "sentence"), MISTAKES)
def test_a_mistake_is_one_clear_sentence(text, sentence):
    with pytest.raises(UsageError, match=sentence):
        make_schedule(text)


def test_a_rate_that_the_rule_does_not_take_is_told_with_its_step():
    for text, number in (("0.1 - 0.05*t", "-0.05"), ("1/(t - 3)", "-0.333"), ("log(t)", "-inf")):
        with pytest.raises(UsageError, match=f"learning_rate of momentum at step . must be finite.*{number}"):
            descend(QFSP, scheduled(Momentum(), make_schedule(text), 5), (1.0, 2.0), 5)


def test_names_of_torch_are_understood():
    assert make_schedule("step(step_size=7, gamma=0.5)") == StepDecay(7.0, 0.5)
    assert make_schedule("cosine(T_max=7, eta_min=0.5)") == Cosine(7.0, 0.5)
    assert make_schedule("one-cycle") == SCHEDULES["one_cycle"]()
