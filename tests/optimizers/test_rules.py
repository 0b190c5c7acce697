"""What the rules promise: purity, how they relate to each other, and clear words for a wrong setting."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_problems import QFSP, ROSENBROCK, Curved, Small, Told, bowl, matrix

from objectives.errors import UsageError
from optimizers import (
    BFGS,
    RULES,
    Accelerated,
    AdaDelta,
    AdaGrad,
    Adam,
    AdaMax,
    AdamW,
    AMSGrad,
    Averaging,
    Backtracking,
    ConjugateGradient,
    DampedNewton,
    ExactLineSearch,
    GradientDescent,
    Lion,
    Momentum,
    MomentumRestart,
    NAdam,
    Nesterov,
    Newton,
    PolyakStep,
    RMSProp,
    SignSGD,
    descend,
    make_rule,
    theory,
)

RATES = st.floats(1e-4, 0.5)
MOMENTA = st.floats(0.0, 0.99)
POINT = np.array([1.5, -2.0])
GRADIENT = Told(QFSP)
every_rule = pytest.mark.parametrize("rule", [make() for make in RULES.values()], ids=list(RULES))


def path(problem, rule, start=(0.7, -0.4), steps=40):
    return descend(problem, rule, start, steps).iterates


# --- a rule is a pure function ---------------------------------------------------------------------------


@every_rule
def test_a_step_repeats_and_leaves_its_arguments_alone(rule):
    x, state = rule.step(GRADIENT, POINT, rule.init(POINT))
    x_before, state_before = x.copy(), repr(state)
    once, again = (rule.step(GRADIENT, x, state) for _ in range(2))
    np.testing.assert_array_equal(once[0], again[0])
    assert repr(once[1]) == repr(again[1])
    np.testing.assert_array_equal(x, x_before)
    assert repr(state) == state_before


@every_rule
def test_a_rule_is_frozen_compares_and_hashes(rule):
    assert rule == type(rule)()
    assert hash(rule) == hash(type(rule)())
    assert rule != type(rule)(learning_rate=0.7)
    with pytest.raises(FrozenInstanceError):
        rule.learning_rate = 1.0


@every_rule
def test_the_hyperparameters_of_a_rule_describe_its_record(rule):
    described = {entry.name: entry.default for entry in rule.hyperparameters()}
    assert described == vars(rule)
    assert all(entry.meaning and entry.bounds for entry in rule.hyperparameters())
    assert RULES[rule.name] is type(rule)
    assert rule.title


def test_an_array_of_hyperparameters_is_copied_and_read_only():
    rates = np.array([0.1, 0.2])
    rule = GradientDescent(rates)
    rates[0] = 9.0
    assert rule.learning_rate[0] == 0.1
    with pytest.raises(ValueError, match="read-only"):
        rule.learning_rate[0] = 9.0


# --- how the rules relate --------------------------------------------------------------------------------


@given(RATES, st.sampled_from(["lecture", "pytorch", "average"]))
def test_momentum_0_is_gradient_descent_bit_for_bit(eta, form):
    plain = path(QFSP, GradientDescent(eta))
    np.testing.assert_array_equal(path(QFSP, Momentum(eta, 0.0, form=form)), plain)
    np.testing.assert_array_equal(path(QFSP, Momentum(eta, 0.0, dampening=0.5)), plain)
    np.testing.assert_array_equal(path(QFSP, Nesterov(eta, 0.0)), plain)


@given(MOMENTA, st.floats(1e-3, 0.05))
def test_the_three_forms_agree_while_the_learning_rate_is_constant(gamma, eta):
    bumpy = bowl(1.0, 9.0)
    lecture = path(bumpy, Momentum(eta, gamma))
    np.testing.assert_allclose(path(bumpy, Momentum(eta, gamma, form="pytorch")), lecture, rtol=0, atol=1e-12)
    average = Momentum(eta / (1 - gamma), gamma, form="average")
    np.testing.assert_allclose(path(bumpy, average), lecture, rtol=0, atol=1e-12)


def test_the_forms_part_when_the_learning_rate_changes():
    def halved_at_20(form):
        scale = 10.0 if form == "average" else 1.0
        return lambda k: Momentum(scale * (0.02 if k < 20 else 0.01), 0.9, form=form)

    lecture, pytorch, average = (path(bowl(1.0, 9.0), halved_at_20(f)) for f in ("lecture", "pytorch", "average"))
    np.testing.assert_allclose(pytorch[:21], lecture[:21], rtol=0, atol=1e-12)
    assert np.abs(pytorch[21] - lecture[21]).max() > 1e-3
    np.testing.assert_allclose(average, pytorch, rtol=0, atol=1e-12)  # both keep gradients


@given(MOMENTA, st.floats(1e-3, 0.1))
def test_the_update_is_the_weighted_sum_of_all_gradients(gamma, eta):
    run = descend(bowl(1.0, 9.0), Momentum(eta, gamma), (0.7, -0.4), 25)
    for t in (1, 2, 25):
        unrolled = theory.unrolled_weights(t, gamma, eta) @ run.gradients[:t]
        np.testing.assert_allclose(run.updates[t - 1], unrolled, rtol=1e-9, atol=1e-14)


def test_dampening_spares_the_first_gradient():
    run = descend(bowl(1.0), Momentum(0.1, 0.5, dampening=0.4), 1.0, 2)
    np.testing.assert_allclose(run.updates[0], 0.1 * run.gradients[0], rtol=1e-15)
    expected = 0.5 * run.updates[0] + 0.6 * 0.1 * run.gradients[1]
    np.testing.assert_allclose(run.updates[1], expected, rtol=1e-14)


def test_nesterov_asks_for_the_gradient_at_the_look_ahead_point():
    asked = []

    def gradient(x):
        asked.append(x)
        return 2 * x

    rule = Nesterov(0.1, 0.9)
    x, update = rule.step(gradient, np.array([1.0]), np.array([0.5]))
    np.testing.assert_allclose(asked[0], [1.0 - 0.9 * 0.5], rtol=1e-15)
    np.testing.assert_allclose(update, 0.9 * 0.5 + 0.1 * 2 * asked[0], rtol=1e-15)
    np.testing.assert_array_equal(x, 1.0 - update)


@pytest.mark.parametrize(
    ("rule", "first_update"),
    [
        # One step by hand from g = 0.5 with epsilon = 0.11 (the root of g^2 + epsilon is 0.6).
        (AdaGrad(0.1, epsilon=0.11, epsilon_inside=True), 0.1 * 0.5 / 0.6),
        (AdaGrad(0.1, epsilon=0.11), 0.1 * 0.5 / 0.61),
        (RMSProp(0.1, decay=0.0, epsilon=0.11, epsilon_inside=True), 0.1 * 0.5 / 0.6),
        (RMSProp(0.1, decay=0.0, epsilon=0.11), 0.1 * 0.5 / 0.61),
        (Adam(0.1, epsilon=0.11, epsilon_inside=True), 0.1 * 0.5 / 0.6),
        (Adam(0.1, epsilon=0.11), 0.1 * 0.5 / 0.61),
    ],
)
def test_epsilon_stands_inside_the_root_or_outside(rule, first_update):
    x, _ = rule.step(lambda x: np.full_like(x, 0.5), np.zeros(1), rule.init(np.zeros(1)))
    np.testing.assert_allclose(-x, [first_update], rtol=1e-14)


def test_centered_rmsprop_survives_a_constant_gradient():
    # The variance of a constant is 0, and from step 31 its rounded form is below: a root of that is NaN.
    slope = Small("slope", 1, lambda x: 1.1 * x[..., 0], lambda x: np.full_like(x, 1.1))
    run = descend(slope, RMSProp(0.01, decay=0.3, centered=True, epsilon=1.0), 1.0, 100)
    np.testing.assert_allclose(run.updates[-1], 0.01 * 1.1, rtol=1e-6)


@every_rule
def test_every_rule_goes_downhill_at_its_defaults(rule):
    values = descend(bowl(1.0, 9.0), rule, (1.2, -1.0), 5).values
    assert ((np.diff(values) < 0) | (values[:-1] < 1e-30)).all(), "or it is there: Newton needs one step"
    assert values[1] < values[0]


# --- a batch is its members ------------------------------------------------------------------------------

SWEEPS = [
    GradientDescent(np.array([0.001, 0.01])),
    Momentum(np.array([0.001, 0.002]), np.array([0.0, 0.9]), np.array([0.5, 0.2])),
    Momentum(0.002, np.array([0.5, 0.9]), form="average"),
    Nesterov(0.001, np.array([0.5, 0.9])),
    AdaGrad(np.array([0.1, 0.3]), np.array([0.0, 0.1]), np.array([0.0, 0.5]), np.array([1e-10, 1e-2])),
    RMSProp(0.01, np.array([0.9, 0.99]), np.array([0.0, 0.5]), centered=True),
    Adam(0.1, np.array([0.9, 0.5]), np.array([0.99, 0.9]), np.array([1e-8, 0.1]), amsgrad=True),
    Nesterov(0.001, np.array([0.5, 0.9]), form="pytorch"),
    *(Accelerated(np.array([0.001, 0.002]), restart=restart) for restart in ("never", "gradient", "function")),
    *(MomentumRestart(0.001, np.array([0.5, 0.9]), criterion=one) for one in ("gradient", "function")),
    Averaging(np.array([0.001, 0.002]), skipped=np.array([0.0, 7.0])),
    AdaDelta(1.0, np.array([0.9, 0.5]), np.array([1e-6, 1e-2])),
    AdamW(0.1, np.array([0.9, 0.5]), np.array([0.99, 0.9]), weight_decay=np.array([0.0, 0.2])),
    *(AMSGrad(0.1, np.array([0.9, 0.5]), np.array([0.99, 0.9]), form=form) for form in ("pytorch", "optax", "reddi")),
    NAdam(0.1, np.array([0.9, 0.5]), np.array([0.99, 0.9]), momentum_decay=np.array([0.0, 0.2])),
    AdaMax(0.1, np.array([0.9, 0.5]), np.array([0.99, 0.9])),
    SignSGD(np.array([0.01, 0.1]), np.array([0.0, 0.9])),
    Lion(np.array([0.01, 0.1]), np.array([0.9, 0.8]), weight_decay=np.array([0.0, 0.1])),
    ExactLineSearch(np.array([1.0, 0.1])),
    Backtracking(np.array([1.0, 0.1]), np.array([0.5, 0.8]), np.array([1e-4, 0.3])),
    PolyakStep(np.array([1.0, 0.5]), np.array([0.0, -1.0])),
    *(ConjugateGradient(np.array([1.0, 0.1]), form=form) for form in ("polak_ribiere", "fletcher_reeves")),
    *(BFGS(np.array([1.0, 0.1]), search=search) for search in ("backtracking", "exact")),
    Newton(np.array([1.0, 0.5])),
    DampedNewton(1.0, np.array([1.0, 10.0])),
]


def test_every_rule_is_swept():
    assert {rule.name for rule in SWEEPS} >= set(RULES) - {"clipped_descent"}


@pytest.mark.parametrize("sweep", SWEEPS, ids=lambda rule: rule.name)
def test_a_batch_equals_its_members(sweep):
    batch = descend(ROSENBROCK, sweep, (-1.2, 1.0), 30)
    assert batch.batch_shape == (2,)
    for member in range(2):
        alone = descend(ROSENBROCK, member_of(sweep, member), (-1.2, 1.0), 30)
        np.testing.assert_allclose(batch.at(member).iterates, alone.iterates, rtol=1e-13, atol=1e-15)


def member_of(rule, member):
    numbers = {name: value[member] for name, value in vars(rule).items() if isinstance(value, np.ndarray)}
    return type(rule)(**(vars(rule) | numbers))


def test_a_plane_of_hyperparameters_is_one_batch():
    rates, momenta = np.array([0.001, 0.002, 0.003])[:, None], np.array([0.0, 0.9])[None, :]
    plane = descend(ROSENBROCK, Momentum(rates, momenta), (-1.2, 1.0), 30)
    assert plane.iterates.shape == (31, 3, 2, 2)
    assert plane.values.shape == (31, 3, 2)
    alone = descend(ROSENBROCK, Momentum(0.003, 0.9), (-1.2, 1.0), 30)
    np.testing.assert_array_equal(plane.at((2, 1)).iterates, alone.iterates)  # only + - *: the same bits


@every_rule
def test_starts_are_a_batch_too_and_whoever_flies_off_leaves_the_others_alone(rule):
    """Near starts, one that overflows at once, one beyond all numbers after a while: each as if it were alone."""
    starts = np.array([[-1.2, 1.0], [0.3, 0.4], [1e160, 1.0], [-3.0, 8.0]])
    batch = descend(ROSENBROCK, rule, starts, 25)
    for member, start in enumerate(starts):
        alone = descend(ROSENBROCK, rule, start, 25)
        assert (batch.diverged[member], batch.undefined[member]) == (alone.diverged, alone.undefined)
        kept = slice(0, alone.ended_at)
        np.testing.assert_allclose(batch.at(member).iterates[kept], alone.iterates[kept], rtol=1e-9, atol=1e-12)


@every_rule
def test_no_rule_raises_or_warns_wherever_it_is_sent(rule):
    """Domains, kinks and overflows: a run ends, and says where."""
    ladder = np.array([-1e200, -1e3, -1.0, 0.0, 0.5, 1.0, 30.0, 1e5])
    starts = np.stack(np.meshgrid(ladder, ladder), axis=-1).reshape(-1, 2)
    rates = np.array([1e-9, 1e-3, 1.0, 1e3, 1e300])[:, np.newaxis]
    for problem in (QFSP, HALF_PLANE):
        run = descend(problem, type(rule)(learning_rate=rates), starts, 4)
        steps = np.arange(5)[:, np.newaxis, np.newaxis]
        lost = np.isnan(run.iterates).any(axis=-1)
        assert not (lost & (steps < run.ended_at)).any()
        assert (lost | (steps <= run.ended_at)).all()


def _log(x):
    return np.where(x > 0, np.log(np.where(x > 0, x, 1.0)), np.nan)


#: |x| - log(y) + y: no value where y is not above 0, no slope where x is 0.
HALF_PLANE = Curved(
    "half plane",
    2,
    lambda p: np.abs(p[..., 0]) - _log(p[..., 1]) + p[..., 1],
    lambda p: np.stack(
        [np.where(p[..., 0] == 0, np.nan, np.sign(p[..., 0])), np.where(p[..., 1] > 0, 1 - 1 / p[..., 1], np.nan)], -1
    ),
    lambda p: matrix(
        [[0 * p[..., 0], 0 * p[..., 0]], [0 * p[..., 0], np.where(p[..., 1] > 0, p[..., 1] ** -2.0, np.nan)]]
    ),
)


def test_a_rule_that_needs_the_hessian_says_so():
    flat = Small("my loss", 1, lambda x: x[..., 0] ** 2, lambda x: 2 * x)
    for rule in (Newton(), DampedNewton()):
        with pytest.raises(UsageError, match="needs second derivatives, and my loss has no hessian"):
            descend(flat, rule, 1.0, 3)
    for name, rule in RULES.items():
        assert ("hessian" in rule.needs) == ("newton" in name)


# --- what a person can get wrong -------------------------------------------------------------------------

MISTAKES = [
    ("momentun", {}, "There is no rule 'momentun': did you mean 'momentum'?"),
    ("sgd", {}, "There is no rule 'sgd': here it is called gradient_descent, or momentum."),
    ("zzz", {}, "There is no rule 'zzz': choose one of"),
    ("polyak_step", {"lowest": np.inf}, "lowest of polyak_step must be finite, not inf"),
    ("lion", {"beta1": 1.0}, "beta1 of lion must be finite and at least 0 and below 1, not 1"),
    ("backtracking", {"shrink": 1.0}, "shrink of backtracking must be finite and above 0 and at most 0.95, not 1"),
    ("accelerated", {"restart": "functoin"}, "no restart of accelerated 'functoin': did you mean 'function'?"),
    (
        "momentum",
        {"momentun": 0.9},
        "no hyper-parameter of momentum 'momentun': did you mean 'momentum'?",
    ),
    ("gradient_descent", {"learning_rate": -0.1}, "must be finite and at least 0, not -0.1."),
    ("nesterov", {"learning_rate": np.nan}, "learning_rate of nesterov must be finite and at least 0, not nan"),
    ("nesterov", {"momentum": np.inf}, "momentum of nesterov must be finite and at least 0, not inf"),
    ("momentum", {"momentum": [0.5, -0.25]}, "momentum of momentum must be .* at least 0, not -0.25"),
    ("momentum", {"momentum": "fast"}, "momentum of momentum must be a number, not 'fast'"),
    ("momentum", {"momentum": "0.9"}, "momentum of momentum must be a number, not '0.9'"),
    ("momentum", {"learning_rate": True}, "learning_rate of momentum must be a number, not True"),
    ("momentum", {"learning_rate": None}, "learning_rate of momentum must be a number, not None"),
    ("momentum", {"learning_rate": [[1], [1, 2]]}, "learning_rate of momentum must be a number"),
    ("momentum", {"dampening": 1.5}, "dampening of momentum must be finite and at least 0 and at most 1"),
    ("momentum", {"dampening": 0.5, "form": "average"}, "dampening of momentum must be 0 with the form average"),
    ("momentum", {"form": "pytroch"}, "no form of momentum 'pytroch': did you mean 'pytorch'?"),
    ("momentum", {"form": 3}, "no form of momentum '3'"),
    ("adam", {"beta2": 1.0}, "beta2 of adam must be finite and at least 0 and below 1, not 1"),
    ("adam", {"epsilon": 0.0}, "epsilon of adam must be finite and above 0, not 0"),
    ("rmsprop", {"centered": 1}, "centered of rmsprop must be True or False, not 1"),
    ("adagrad", {"learning_rate_decay": -1}, "learning_rate_decay of adagrad must be"),
    (
        "momentum",
        {"learning_rate": np.ones(2), "momentum": np.full(3, 0.9)},
        r"do not broadcast together: learning_rate \(2,\), momentum \(3,\)",
    ),
]


@pytest.mark.parametrize(("name", "settings", "message"), MISTAKES)
def test_a_mistake_is_one_clear_sentence(name, settings, message):
    with pytest.raises(UsageError, match=message) as error:
        make_rule(name, **settings)
    assert "\n" not in str(error.value)


def test_the_edges_of_the_ranges_are_allowed():
    assert make_rule("momentum", learning_rate=0, momentum=1.5, dampening=1).momentum == 1.5
    assert make_rule("adam", beta1=0.0, amsgrad=np.True_).amsgrad is True
    assert make_rule("momentum", momentum=np.float32(0.5)).momentum == 0.5


def test_the_bounds_read_as_words():
    bounds = {entry.name: entry.bounds for entry in Momentum.hyperparameters()}
    assert bounds["learning_rate"] == "at least 0"
    assert bounds["dampening"] == "at least 0 and at most 1"
    assert bounds["form"] == "lecture, pytorch or average"
    assert {entry.name: entry.bounds for entry in RULES["polyak_step"].hyperparameters()}["lowest"] == "any number"
    assert {entry.name: entry.bounds for entry in Adam.hyperparameters()}["beta1"] == "at least 0 and below 1"


ELSEWHERE = [
    ("momentum", {"lr": 0.2, "gamma": 0.5}, {"learning_rate": 0.2, "momentum": 0.5}),
    ("nesterov", {"eta": 0.2, "mu": 0.5}, {"learning_rate": 0.2, "momentum": 0.5}),
    ("rmsprop", {"step_size": 0.2, "rho": 0.5, "eps": 0.1}, {"learning_rate": 0.2, "decay": 0.5, "epsilon": 0.1}),
    ("rmsprop", {"alpha": 0.5}, {"decay": 0.5}),
    ("adagrad", {"lr_decay": 0.5, "initial_accumulator_value": 1.0}, {"learning_rate_decay": 0.5}),
    ("adam", {"beta_1": 0.5, "b2": 0.25}, {"beta1": 0.5, "beta2": 0.25}),
]


@pytest.mark.parametrize(("name", "settings", "ours"), ELSEWHERE)
def test_names_of_other_libraries_are_understood(name, settings, ours):
    rule = make_rule(name, **settings)
    assert {key: getattr(rule, key) for key in ours} == ours


@pytest.mark.parametrize("name", RULES)
def test_every_name_means_one_hyper_parameter(name):
    names = [other for entry in RULES[name].hyperparameters() for other in (entry.name, *entry.elsewhere)]
    assert len(set(names)) == len(names)
    for entry in RULES[name].hyperparameters():
        for other in entry.elsewhere:
            assert make_rule(name, **{other: entry.default}) == make_rule(name)


@pytest.mark.parametrize(
    ("name", "settings", "sentence"),
    [
        ("momentum", {"lr": 0.1, "learning_rate": 0.2}, "learning_rate of momentum is given twice"),
        ("momentum", {"nesterov": True}, "a rule of its own"),
        ("adamw", {"amsgrad": True}, "a rule of its own: amsgrad"),
        ("adam", {"betas": 0.9}, "beta1 and beta2"),
        ("adam", {"weight_decay": 0.1}, "to the objective"),
        ("momentum", {"alpha": 0.1}, "choose one of dampening, form, learning_rate, momentum"),
    ],
)
def test_what_is_not_ours_is_answered_with_what_is(name, settings, sentence):
    with pytest.raises(UsageError, match=sentence):
        make_rule(name, **settings)


def test_bias_correction_makes_rmsprop_adam_without_momentum():
    """What ELSEWHERE says of optax's bias_correction: squares over 1 - decay^t, as its transform divides them."""
    run = descend(QFSP, make_rule("adam", learning_rate=0.1, beta1=0.0, beta2=0.9), (1.0, 2.0), 3)
    x, squares = np.array([1.0, 2.0]), np.zeros(2)
    for step in range(1, 4):
        slope = GRADIENT(x)
        squares = 0.9 * squares + 0.1 * slope**2
        x = x - 0.1 * slope / (np.sqrt(squares / (1 - 0.9**step)) + 1e-8)
        np.testing.assert_allclose(run.iterates[step], x, rtol=1e-14)
