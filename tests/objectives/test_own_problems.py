"""A problem of one's own: what is built is what SciPy minimises, what is found holds, what is wrong is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import least_squares, minimize
from scipy.special import expit

from objectives import DataObjective, UsageError
from objectives import data_objective as sums
from objectives.building import LOSSES, build
from objectives.definitions import Definition, Extension, Own, Table, marked_names
from objectives.search import find_minima
from objectives.tables import column_names, numbers

CHANCE = np.random.default_rng(5)
X = CHANCE.normal(1.0, 2.0, 60)
CLASSES = (CHANCE.random(60) < expit(1.2 * X - 1.0)).astype(float)
LINE = 3.0 * X + 2.0 + CHANCE.normal(0, 0.5, 60)


def csv_of(separator: str = ",", **columns: Any) -> bytes:
    rows = [
        separator.join(columns),
        *(separator.join(map(repr, map(float, row))) for row in zip(*columns.values(), strict=True)),
    ]
    return "\n".join(rows).encode()


def data(y: Any, x: Any = X) -> tuple[tuple[str, tuple[float, ...]], ...]:
    return (("x", tuple(map(float, x))), ("y", tuple(map(float, y))))


def built(**keys: Any) -> Any:
    return build(Definition("mine", file="lecture.toml", lines=(("mine", 3), ("model", 4), ("data", 5)), **keys))


# Against SciPy --------------------------------------------------------------------------------------------------------


def test_a_line_is_that_of_least_squares() -> None:
    mine = built(model="w*x + b", loss="squared", columns=data(LINE))
    wanted = least_squares(lambda p: p[0] * X + p[1] - LINE, [0, 0], xtol=1e-15, ftol=1e-15, gtol=1e-15)
    np.testing.assert_allclose(mine.minima, [wanted.x], rtol=1e-7)
    assert mine.value(mine.minima[0]) == pytest.approx(2 * wanted.cost / 60)
    assert [str(one) for one in mine.variables] == ["w", "b"], "in the order in which the model names them"


@pytest.mark.parametrize("model", ["w*x + b", "1/(1 + exp(-(w*x + b)))"])
def test_logistic_regression_is_scipys(model: str) -> None:
    mine = built(model=model, loss="logistic", columns=data(CLASSES))

    def loss(p: Any) -> Any:
        chance = expit(p[0] * X + p[1])
        return -np.mean(CLASSES * np.log(chance) + (1 - CLASSES) * np.log1p(-chance))

    wanted = minimize(loss, [0.1, 0.1], method="BFGS", options={"gtol": 1e-9})
    np.testing.assert_allclose(mine.minima, [wanted.x], rtol=1e-5)
    assert mine.value((0.3, -0.2)) == pytest.approx(loss((0.3, -0.2)))
    np.testing.assert_allclose(mine.predict((0.3, -0.2), X), expit(0.3 * X - 0.2), err_msg="drawn as a probability")


@pytest.mark.parametrize(("loss", "name"), [("absolute", "linear"), ("huber", "huber")])
def test_robust_losses_are_textbooks(loss: str, name: str) -> None:
    mine = built(model="w*x + b", loss=loss, columns=data(LINE), reduction="summed")
    off = np.abs(2.5 * X + 1.0 - LINE)
    by_hand = {"linear": off, "huber": np.where(off <= 1, off**2 / 2, off - 0.5)}[name].sum()
    assert mine.value((2.5, 1.0)) == pytest.approx(by_hand)
    nearby = mine.minima[0] + 0.01 * np.random.default_rng(0).normal(size=(100, 2))
    assert (mine.value(nearby) >= mine.value(mine.minima[0])).all()


def test_a_formula_as_loss_is_taken_as_it_stands() -> None:
    mine = built(model="1/(1 + exp(-(w*x + b)))", loss="(f - y)^2 / 2", columns=data(CLASSES), penalty="0.1*w^2")
    by_hand = np.mean((expit(0.7 * X - 1) - CLASSES) ** 2 / 2) + 0.1 * 0.49
    assert mine.value((0.7, -1.0)) == pytest.approx(by_hand)


# What is found --------------------------------------------------------------------------------------------------------


def test_known_minima_are_found() -> None:
    himmelblau = built(formula="(x^2 + y - 11)^2 + (x + y^2 - 7)^2")
    wanted = [(-3.779310, -3.283186), (-2.805118, 3.131312), (3, 2), (3.584428, -1.848126)]
    np.testing.assert_allclose(sorted(himmelblau.minima), wanted, atol=1e-5)
    assert himmelblau.remarks == ()


@pytest.mark.parametrize("formula", ["x^2 - y^2", "exp(-x) + y^2", "x + y"])
def test_where_there_is_no_minimum_that_is_said(formula: str) -> None:
    mine = built(formula=formula)
    assert mine.minima == ()
    assert "has no minimum" in mine.remarks[0]


def test_classes_that_a_line_parts_have_no_minimum() -> None:
    mine = built(model="w*x + b", loss="logistic", columns=data((0, 0, 1, 1), (1, 2, 3, 4)))
    assert mine.minima == ()
    assert "goes down without end" in mine.remarks[0]


@pytest.mark.parametrize("formula", ["abs(x) + 2*abs(y - 1)", "abs(x) + (y - 1)^2"])
def test_a_kink_is_a_minimum_that_is_not_smooth(formula: str) -> None:
    mine = built(formula=formula)
    np.testing.assert_allclose(mine.minima, [(0, 1)], atol=1e-8)
    (found,) = find_minima(mine, np.zeros(2), np.ones(2)).minima
    assert not found.smooth


@pytest.mark.parametrize(("formula", "kept"), [("x^4 + y^4", (0, 0)), ("x^2 + abs(y)^3", (0, 0))])
def test_what_is_flatter_than_a_parabola_is_no_kink(formula: str, kept: tuple[float, float]) -> None:
    (found,) = find_minima(built(formula=formula), np.zeros(2), np.ones(2)).minima
    np.testing.assert_allclose(found.place, kept, atol=1e-2)
    assert found.smooth


def test_the_flat_tail_of_a_sigmoid_is_no_minimum() -> None:
    """Beyond the data a sigmoid says 0 or 1 there, and no double tells its slope from 0: no valley's floor."""
    points = data((0.2, 0.9, 0.1, 0.8), (0.5, 2.5, -1.0, 3.0))
    mine = built(model="1/(1 + exp(-(w*x + b)))", loss="(f - y)^2/2", columns=points)
    assert len(mine.minima) == 1
    assert len(find_minima(mine, np.zeros(2), np.array([2.3, 1.4])).minima) == 1


T = np.linspace(0, 8, 25)
NOISE = np.random.default_rng(1).normal(0, 0.05, 25)
MODELS: dict[str, tuple[str, Any, Any, tuple[float, float]]] = {  # formula, function, data and the parameters behind it
    "decay": ("a*exp(-k*t)", lambda p, t: p[0] * np.exp(-p[1] * t), T, (3, 0.7)),
    "large and late": ("a*exp(-k*t)", lambda p, t: p[0] * np.exp(-p[1] * t), 1000 * T, (300, 0.0007)),
    "growth": ("a*exp(k*t)", lambda p, t: p[0] * np.exp(p[1] * t), T, (0.5, 0.4)),
    "power": ("a*t^b", lambda p, t: p[0] * t ** p[1], T + 0.5, (2, 1.5)),
    "saturation": ("a*(1 - exp(-k*t))", lambda p, t: p[0] * (1 - np.exp(-p[1] * t)), T, (3, 0.7)),
    "wave": ("a*sin(w*t)", lambda p, t: p[0] * np.sin(p[1] * t), T, (2, 1.7)),
    "bell": ("exp(-(t - m)^2/(2*s^2))", lambda p, t: np.exp(-((t - p[0]) ** 2) / (2 * p[1] ** 2)), T, (3, 0.8)),
    "years": ("w*t + b", lambda p, t: p[0] * t + p[1], 2000 + np.arange(25.0), (2, -4020)),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_with_flat_tails_is_looked_at_where_its_data_are(name: str) -> None:
    """The lowest minimum is SciPy's, from the parameters behind the data; window and start are on that scale."""
    formula, model, t, behind = MODELS[name]
    y = model(behind, t) + NOISE * np.abs(behind[0])
    mine = built(model=formula, loss="squared", columns=(("t", tuple(map(float, t))), ("y", tuple(map(float, y)))))
    wanted = least_squares(lambda p: model(p, t) - y, behind, x_scale=np.abs(behind), xtol=1e-14, ftol=1e-14)
    same = np.abs(np.abs(np.array(mine.minima)) - np.abs(wanted.x)) < 1e-4 * np.abs(wanted.x)  # (-a, -w) is (a, w)
    assert same.all(axis=1).any()
    lowest = float(mine.value(mine.minima[0]))
    assert lowest == pytest.approx(2 * wanted.cost / 25, rel=1e-6)
    for (low, high), place in zip(mine.view, wanted.x, strict=True):
        assert low <= abs(place) * (1 + 1e-9) <= high or low <= -abs(place) <= high
        assert high - low < 30 * abs(place)
    at_zero = float(mine.value((1e-9, 1e-9) if name != "bell" else (0.0, 1e9)))
    assert lowest < float(mine.value(mine.start)) < 100 * at_zero
    assert mine.remarks == ()


def test_of_noise_alone_no_curve_is_found_that_fits_a_single_point() -> None:
    mine = built(model="a*exp(-k*t)", loss="squared", columns=(("t", tuple(T[::3])), ("y", tuple(NOISE[::3]))))
    assert np.ptp(np.array(mine.view), axis=1).max() < 10
    assert float(mine.value(mine.start)) < 100 * np.mean(NOISE**2)


@pytest.mark.parametrize(
    "loss", ["absolute", "huber", "3*abs(y - f)", "huber(f - y, 0.3)", "abs(f - y) + w^2", "hinge(f)"]
)
@pytest.mark.parametrize("model", ["w*x + b", "2*w - 3*x*b", "b*x - w*x^2"])
def test_a_map_of_absolute_errors_is_the_sum_itself(model: str, loss: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Line by line or however it is made, in both ways in which a grid may be turned, points on a kink included."""
    mine = built(model=model, loss=loss, columns=data(LINE), view=((-4, 4), (-5, 5)), start=(1, 1), minima=())
    first, second = np.linspace(-4, 4, 23), np.append(np.linspace(-5, 5, 40), LINE[0])
    for indexing in ("xy", "ij"):
        grid = np.stack(np.meshgrid(first, second, indexing=indexing), axis=-1)  # type: ignore[call-overload]
        point_by_point = mine.value(grid.reshape(-1, 2)).reshape(grid.shape[:-1])
        monkeypatch.setattr(sums, "LARGE", 1)
        np.testing.assert_allclose(mine.value(grid), point_by_point, rtol=1e-12, atol=1e-4 * ("hinge" in loss))
        monkeypatch.undo()


def test_of_a_line_of_minima_one_is_listed() -> None:
    assert built(formula="(x + y)^2").minima == ((0.0, 0.0),)


@settings(max_examples=12)
@given(st.floats(-3, 3), st.floats(-50, 50), st.sampled_from([0.01, 1.0, 1000.0]))
def test_a_window_holds_what_matters(slope: float, offset: float, unit: float) -> None:
    """Whatever the units of the data are: minimum and start lie in it, and there is a way down between them."""
    mine = built(model="w*x + b", columns=data(slope * X + offset + np.sin(9 * X), X * unit), start=(slope / unit, 3))
    low, high = np.array(mine.view).T
    (minimum,) = np.array(mine.minima)
    assert ((low < minimum) & (minimum < high)).all()
    assert not ((high - low) > 1e4 * np.maximum(np.abs(minimum), 1e-3 / unit) + 40).any()
    again = build(Definition("other", model="w*x + b", columns=data(slope * X + offset + np.sin(9 * X), X * unit)))
    assert again.value(again.start) > again.value(again.minima[0])


def test_large_data_are_searched_as_small_ones() -> None:
    x = np.random.default_rng(2).normal(size=30_000)
    y = 1.5 * x - 0.5 + np.random.default_rng(3).normal(size=30_000)
    mine = built(model="w*x + b", table=Table("points.csv", csv_of(x=x, y=y)))
    np.testing.assert_allclose(mine.minima[0], np.polyfit(x, y, 1), rtol=1e-9)
    assert mine.samples == 30_000


# A map of large data --------------------------------------------------------------------------------------------------


def grid(view: Any, across: int = 240, up: int = 200) -> Any:
    return np.stack(np.meshgrid(*[np.linspace(*side, n) for side, n in zip(view, (across, up), strict=True)]), axis=-1)


@pytest.mark.parametrize("function", ["value", "gradient"])
@pytest.mark.parametrize("model", ["1/(1 + exp(-(w*x + b)))", "tanh(w*x/2) + b"])
def test_a_map_is_what_its_points_are(model: str, function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = built(model=model, loss="squared", columns=data(CLASSES), view=((-3.0, 4.0), (-2.0, 5.0)), start=(0.1, 0.1))
    points = grid(mine.view)
    exact = getattr(mine, function)(points)
    monkeypatch.setattr(sums, "LARGE", 0)
    asked: list[int] = []
    each = DataObjective._at_each
    monkeypatch.setattr(
        DataObjective, "_at_each", lambda self, order, at: asked.append(at[0].size) or each(self, order, at)
    )
    quick = getattr(mine, function)(points)
    assert sum(asked) < points.shape[0] * points.shape[1], "fewer points were computed"
    np.testing.assert_allclose(quick, exact, rtol=0, atol=1e-7 * np.ptp(exact))
    turned = getattr(mine, function)(np.swapaxes(points, 0, 1))
    np.testing.assert_allclose(turned, np.swapaxes(exact, 0, 1), rtol=0, atol=1e-7 * np.ptp(exact))


@pytest.mark.parametrize(("steep", "function"), [(1.0, "value"), (1.0, "gradient"), (4000.0, "value")])
def test_many_rows_count_as_few(steep: float, function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where few rows cannot stand for many, because a term is too steep for them, that shows, and all are asked."""
    chance = np.random.default_rng(8)
    x = chance.normal(size=1400)
    y = (chance.random(1400) < expit(x)).astype(float)
    view = ((-0.5 * steep, 1.5 * steep), (-1.0, 1.0))
    mine = built(model="w*x + b", loss="logistic", columns=data(y, x), view=view, minima=(), start=(1.0, 1.0))
    points = grid(mine.view, 60, 50)
    exact = getattr(mine, function)(points.reshape(-1, 2)).reshape(50, 60, -1)
    monkeypatch.setattr(sums, "LARGE", 0)
    asked: list[int] = []
    each = DataObjective._at_each
    monkeypatch.setattr(
        DataObjective, "_at_each", lambda self, order, at: asked.append(at[0].size) or each(self, order, at)
    )
    quick = getattr(mine, function)(points).reshape(50, 60, -1)
    assert (sum(asked) < 100) == (steep == 1.0)
    assert mine._few_rows is not None
    assert mine._few_rows[1].sum() == pytest.approx(1400), "the weights of one are the samples"
    assert np.abs(quick - exact).max() <= 1e-7 * np.ptp(exact)


def test_a_map_with_a_bent_kink_is_computed_point_by_point(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = built(
        model="b*exp(w*x)", loss="absolute", columns=data((0.2, 0.9), (0.5, 2.5)), view=((-2, 2), (-2, 2)), minima=()
    )
    exact = mine.value(grid(mine.view))
    monkeypatch.setattr(sums, "LARGE", 0)
    np.testing.assert_array_equal(mine.value(grid(mine.view)), exact)


# Files ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_separators(separator: str) -> None:
    table = Table("p.txt", csv_of(separator, x=[1, 2.5, 3], y=[0, 1, 4]))
    assert column_names(table) == ("x", "y")
    np.testing.assert_array_equal(numbers(table, ("y", "x"))["x"], [1, 2.5, 3])


def test_a_spreadsheet_with_decimal_commas() -> None:
    table = Table("p.csv", "Größe (cm);y\n1,5;2\n\n2,5;3,25\n".encode("utf-8-sig"))
    mine = built(model="w*x + b", table=table, letters=(("x", "Größe (cm)"),), minima=(), view=((0, 1), (0, 1)))
    np.testing.assert_array_equal(mine.data["x"], [1.5, 2.5])
    np.testing.assert_array_equal(mine.data["y"], [2, 3.25])


def test_columns_may_be_called_by_words() -> None:
    table = Table("p.csv", csv_of(height=X, weight=LINE))
    mine = built(model="w*height + b", loss="(f - weight)^2", table=table)
    assert mine.value((3.0, 2.0)) == pytest.approx(np.mean((3 * X + 2 - LINE) ** 2))


def test_parquet(tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": X, "y": LINE, "who": ["me"] * 60}), tmp_path / "p.parquet")
    table = Table("p.parquet", (tmp_path / "p.parquet").read_bytes())
    assert built(model="w*x + b", table=table).value((3, 2)) == pytest.approx(np.mean((3 * X + 2 - LINE) ** 2))
    with pytest.raises(UsageError, match="who holds string, and no numbers"):
        numbers(table, ("who",))
    with pytest.raises(UsageError, match="cannot be read as Parquet"):
        numbers(Table("p.parquet", b"nothing"), ("x",))


def test_parquet_without_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"needs pyarrow: pip install '\.\[parquet\]'"):
        column_names(Table("other.parquet", b"PAR1"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"x,y\n1,2\n3,abc\n", "line 3: y is 'abc', which is no finite number"),
        (b"x,y\n1,2\n3\n", "line 3: y is missing"),
        (b"x,y\n1,2\n\n3,nan\n", "line 4: y is 'nan'"),
        (b"x,y\n1,2\n3,inf\n", "line 3: y is 'inf'"),
        (b"1,2\n3,4\n", "line 1: the first line must name the columns"),
        (b"x,x\n3,4\n", "line 1: two columns are called x"),
        (b"", "is empty"),
        (b"x,y\n", "no rows"),
        (b"x,y\n1,2\n", "one row"),
        (b"x,y\n1,2\n\xff\xfe,2\n", "line 3: this is not UTF-8"),
        (b"x,z\n1,2\n3,4\n", "There is no variable 'y'"),
        (b"x,y\n1,2\n1,4\n", "x is 1 in every row: data without spread"),
    ],
)
def test_bad_tables_have_a_sentence(content: bytes, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        built(model="w*x + b", loss="(f - y)^2", table=Table("points.csv", content))
    assert said in str(caught.value)
    assert str(caught.value).startswith("lecture.toml, line ")
    assert "objective mine" in str(caught.value)


def test_too_many_rows() -> None:
    with pytest.raises(UsageError, match="100,000 are the most"):
        numbers(Table("p.csv", b"x\n" + b"1\n" * 100_001), ("x",))


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"formula": "x^2 + "}, "Something is missing here"),
        ({"formula": "3"}, "has no variable"),
        ({"formula": "x^2", "start": (1.0, 2.0)}, "the start needs 1 number, for x, and has 2"),
        ({"formula": "x^2", "view": ((0.0, 1.0), (0.0, 1.0))}, "the view needs two ends for each of x"),
        ({"formula": "x^2", "minima": ((0.0, 0.0),)}, "each of the minima needs 1 number"),
        ({"formula": "log(x)", "start": (-1.0,)}, "no finite value or slope at the start"),
        ({"model": "w*t + b", "columns": data(LINE)}, "uses none of the columns (x, y)"),
        ({"model": "w*Y + b*x", "columns": data(LINE)}, "there is no column Y: did you mean the column y?"),
        ({"model": "x", "columns": data(LINE)}, "the model has no parameter"),
        ({"model": "f*x", "columns": data(LINE)}, "f is the model itself"),
        ({"model": "w*x + z", "parameters": ("w", "b"), "columns": data(LINE)}, "z"),
        ({"model": "w*x + b", "loss": "(f - u)^2", "columns": data(LINE)}, "u"),
        ({"model": "w*x + b", "loss": "y^2", "columns": data(LINE)}, "does not name f"),
        ({"model": "w*x + b", "target": "z", "columns": data(LINE)}, "column 'z'"),
        ({"model": "w*x + b", "loss": "logistic", "columns": data(LINE)}, "needs y from 0 to 1, and in row"),
        ({"model": "w*x + b", "columns": (("x", (1.0, 2.0)), ("y", (1.0,)))}, "x has 2 numbers and y has 1"),
        ({"model": "w*x + b", "columns": (("x", (1.0, np.nan)), ("y", (1.0, 2.0)))}, "number 2 of x is not finite"),
        ({"model": "w*x + b", "columns": (("x", (1.0,)), ("y", (1.0,)))}, "one row"),
        ({"model": "w*x + b", "letters": (("x", "speed"),), "columns": data(LINE)}, "column 'speed'"),
        ({"model": "w*x + b", "penalty": "q^2", "columns": data(LINE)}, "q"),
        ({"model": "w*x + b", "fault": "there is no points.csv"}, "there is no points.csv"),
    ],
)
def test_what_cannot_be_meant_has_a_sentence_with_its_place(keys: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        built(**{"loss": "squared" if "model" in keys else "", **keys})
    assert said in str(caught.value)
    assert str(caught.value).startswith("lecture.toml, line ")


def test_every_loss_by_name_is_a_formula_of_the_model_and_the_target() -> None:
    for name in LOSSES:
        assert built(model="w*x + b", loss=name, columns=data(CLASSES), minima=(), view=((0, 1), (0, 1))).samples == 60


# Definitions as records -----------------------------------------------------------------------------------------------


def test_a_digest_is_of_the_content_and_not_of_the_place() -> None:
    one = Definition("mine", formula="x^2", file="lecture.toml", lines=(("mine", 3),))
    assert one.digest == Definition("mine", formula="x^2", file="talk.toml", lines=(("mine", 30),)).digest
    assert one.digest != Definition("mine", formula="x^3").digest
    with_data = [Definition("mine", model="w*x", table=Table("p.csv", content)) for content in (b"1", b"2")]
    assert with_data[0].digest != with_data[1].digest


def test_a_clip_depends_on_what_it_names_and_on_nothing_else() -> None:
    own = Own(
        (Definition("bowl", formula="x^2"), Definition("hill", formula="x^4")),
        (Extension("a.py", "...", ("sign_descent", "dune")), Extension("b.py", "...", ("other",))),
    )
    assert set(own.used_by({"objective": "bowl"}).digests) == {"bowl"}
    assert set(own.used_by({"rules": ["momentum", "sign_descent"]}).digests) == {"sign_descent", "dune"}
    assert set(own.used_by({"rules": "momentum,other", "objective": "My Bowl"}).digests) == {"other"}
    assert own.used_by({"momentum": 0.9}).digests == {}
    marked = own.marked({"objective": "bowl", "steps": 3})
    assert marked == {"objective": ["bowl", {"bowl": own.digests["bowl"]}], "steps": 3}


def test_what_a_file_of_python_marks_is_read_off_it() -> None:
    text = (
        '@objective\ndef dune(): ...\n\n@clips.rule\nclass A:\n    name: ClassVar[str] = "sign"\n\ndef other(): ...\n'
    )
    assert list(marked_names(text)) == [(2, "dune"), (5, "sign")]
