"""What labels say about precision and recall: intervals that hold the truth, from pairs that tell most."""

from __future__ import annotations

import numpy as np
import pytest

from onefold.identity.estimating import (
    Answers,
    Estimate,
    Stratum,
    count_wanted,
    estimate,
    next_strata,
)

WORKSPACE = (
    Stratum("strong", True, 100_000, 0.998),
    Stratum("fair", True, 30_000, 0.95),
    Stratum("weak", True, 10_000, 0.85),
    Stratum("near", False, 20_000, 0.12),
    Stratum("far", False, 200_000, 0.005),
)


def made_up(random: np.random.Generator) -> dict[str, float]:
    """The true rates of a workspace whose calibration is off as those of real ones are."""
    rates = {}
    for stratum in WORKSPACE:
        odds = np.log(stratum.expected / (1 - stratum.expected)) + random.normal(0, 0.7)
        rates[stratum.key] = 1 / (1 + np.exp(-odds))
    return rates


def truth(rates: dict[str, float]) -> tuple[float, float]:
    joined = sum(one.pairs * rates[one.key] for one in WORKSPACE if one.is_joined)
    apart = sum(one.pairs * rates[one.key] for one in WORKSPACE if not one.is_joined)
    return joined / sum(one.pairs for one in WORKSPACE if one.is_joined), joined / (joined + apart)


def labelled(rates: dict[str, float], count: int, random: np.random.Generator) -> dict[str, Answers]:
    """A steward who labels what is asked for, five pairs at a time."""
    answers: dict[str, Answers] = {}
    for _ in range(0, count, 5):
        for key in next_strata(WORKSPACE, answers, dict.fromkeys(rates, 1_000), 5):
            said, is_same = answers.get(key, Answers()), random.random() < rates[key]
            answers[key] = Answers(said.same + is_same, said.different + (not is_same))
    return answers


def test_intervals_hold_the_truth_in_about_95_of_100_workspaces():
    random = np.random.default_rng(11)
    holds = np.zeros(2)
    for _ in range(200):
        rates = made_up(random)
        found = estimate(WORKSPACE, labelled(rates, 60, random))
        for side, (got, true) in enumerate(zip((found.precision, found.recall), truth(rates), strict=True)):
            holds[side] += got.low <= true <= got.high
    share = holds / 200
    assert (share >= 0.91).all(), share


def test_labels_narrow_the_intervals_and_bring_the_estimate_nearer():
    random = np.random.default_rng(5)
    widths, misses = [], []
    for count in (20, 240):
        found, off = [], []
        for _ in range(30):
            rates = made_up(random)
            got = estimate(WORKSPACE, labelled(rates, count, random))
            found.append(got.precision.high - got.precision.low)
            off.append(abs(got.precision.value - truth(rates)[0]))
        widths.append(np.mean(found))
        misses.append(np.mean(off))
    assert widths[1] < widths[0]
    assert misses[1] < misses[0]


def test_equal_answers_give_equal_estimates():
    answers = {"fair": Answers(9, 1)}
    assert estimate(WORKSPACE, answers) == estimate(WORKSPACE, answers)


def test_an_interval_reaches_one_while_no_more_than_slips_speak_against_it():
    all_right = estimate(WORKSPACE, {"fair": Answers(10, 0), "near": Answers(0, 10)})
    assert (all_right.precision.high, all_right.recall.high) == (1.0, 1.0)
    assert estimate(WORKSPACE, {"fair": Answers(8, 2)}).precision.high < 1.0


def test_one_slip_among_many_pairs_that_are_hardly_one_customer_moves_recall_little():
    before = estimate(WORKSPACE, {"far": Answers(0, 20)}).recall.value
    after = estimate(WORKSPACE, {"far": Answers(1, 19)}).recall.value
    as_if_true = (20_000 * 0.12 + 200_000 / 20) / 140_000
    assert before - after < as_if_true / 2


def test_pairs_are_asked_about_where_answers_tell_most():
    chosen = next_strata(WORKSPACE, {}, dict.fromkeys((one.key for one in WORKSPACE), 50), 20)
    assert len(chosen) == 20
    joined = {one.key for one in WORKSPACE if one.is_joined}
    assert sum(key in joined for key in chosen) == 10, "precision and recall take turns"
    assert "weak" in chosen
    left = {"near": 2}
    assert next_strata(WORKSPACE, {}, left, 5) == ["near", "near"], "no more than there are"
    assert next_strata((), {}, {}, 5) == []


@pytest.mark.parametrize("count", [0, 19])
def test_with_few_labels_more_are_wanted(count):
    found: Estimate = estimate(WORKSPACE, {"fair": Answers(count, 0)})
    assert count_wanted(found, count) >= 20 - count


def test_enough_is_enough():
    found = estimate(WORKSPACE, {})
    assert count_wanted(found, 500) == 0


def test_a_workspace_without_pairs_is_perfect():
    found = estimate((), {})
    assert (found.precision.value, found.recall.value) == (1.0, 1.0)
