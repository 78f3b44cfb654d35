from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from streams.charts.svg import HEIGHT, WIDTH, Axis, Curve, dots, lines

numbers = st.floats(-1e9, 1e9, allow_nan=False)


@given(
    st.lists(st.tuples(st.floats(0, 2000), st.one_of(numbers, st.just(float("nan")))), min_size=1),
    st.booleans(),
)
def test_curves_are_well_formed_and_inside_the_frame(
    points: list[tuple[float, float]], log: bool
) -> None:
    x, y = zip(*points, strict=True)
    drawn = lines("a < b", {"one & only": Curve(x, y, "c0")}, log=log)
    if drawn:
        for element in ElementTree.fromstring(drawn).iter("polyline"):
            for pair in element.attrib["points"].split():
                left, top = map(float, pair.split(","))
                assert -0.1 <= left <= WIDTH + 0.1
                assert -0.1 <= top <= HEIGHT + 0.1


def test_dots_show_every_name_with_its_mean() -> None:
    nan = float("nan")
    drawn = dots("share", {"a": (0.9, 0.8, 1.0, "c0"), "b": (0.95, nan, nan, "c1")})
    root = ElementTree.fromstring(drawn)
    texts = [element.text for element in root.iter("text")]
    assert {"a", "b", "0.900", "0.950"} <= set(texts)


@given(st.floats(-1e6, 1e6), st.floats(0.001, 1e6))
def test_ticks_are_few_and_within_the_scale(low: float, span: float) -> None:
    ticks = Axis(low, low + span, 0, 100).ticks()
    assert len(ticks) <= 7
    assert all(low - 1e-6 * span <= tick <= low + span * (1 + 1e-6) for tick in ticks)
