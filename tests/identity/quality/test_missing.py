"""How many records a resolution misses is seen in how the others hold on, and it says who is hardly whole."""

from __future__ import annotations

import numpy as np
import pytest

from onefold.identity.calibration import expected_whole, missing_share


def held_by(chance: float, customers: int, records: int, seed: int = 1) -> tuple[np.ndarray, float]:
    """Customers whose records link to each other with a chance of their own, some of them never.

    Returns:
        ``held`` of those that were found, and the share of all records that no link reaches.
    """
    dice = np.random.default_rng(seed)
    says = np.clip(dice.beta(8 * chance, 8 * (1 - chance), (customers, records)), 0.01, 1.0)
    linked = dice.random((customers, records, records)) < np.sqrt(says[:, :, None] * says[:, None, :])
    linked = np.triu(linked, 1)
    linked |= linked.transpose(0, 2, 1)
    links = linked.sum(axis=2)
    held = np.zeros((records + 1, records + 1), np.int64)
    for of_customer in links:
        found = of_customer[of_customer > 0]
        for count in found:
            held[len(found), min(count, records)] += 1
    return held, float((links == 0).mean())


def test_the_looser_records_hold_on_the_more_are_taken_to_be_missed():
    shares = [missing_share(held_by(chance, 3_000, 5)[0]) for chance in (0.95, 0.8, 0.65, 0.5)]
    assert shares == sorted(shares)
    assert shares[0] < 0.01
    assert shares[-1] > 5 * shares[0]


def test_nothing_known_is_a_small_share_and_much_known_outvotes_it():
    nothing = np.zeros((9, 9), np.int64)
    assert missing_share(nothing) == pytest.approx(0.02)
    firm = nothing.copy()
    firm[3, 2] = 30_000
    assert missing_share(firm) < 0.001
    loose = nothing.copy()
    loose[3, 1], loose[3, 2] = 20_000, 1
    assert missing_share(loose) == 0.5, "no share is believed to be larger"


def test_single_records_are_pieces_where_there_are_fewer_of_them_than_pieces():
    usual = expected_whole(0.05, np.array([0, 4_000, 2_000, 1_000, 500]))
    rare = expected_whole(0.05, np.array([0, 60, 2_000, 1_000, 500]))
    assert rare[1] < 0.1 < 0.5 < usual[1]
    assert rare[2] > 0.8


def test_the_more_records_a_customer_has_the_likelier_one_is_missed():
    whole = expected_whole(0.02, np.array([0, *[1_000] * 12]))
    assert (np.diff(whole[5:]) < 0).all()
    assert ((whole > 0) & (whole < 1)).all()


def test_no_customers_expect_nothing():
    assert len(expected_whole(0.02, np.zeros(0, np.int64))) == 0
