"""Large work is not looked through for cycles at every step, and others are again."""

import gc

import pytest

from registry.garbage import RARELY, rarely_collected


def test_cycles_are_looked_for_seldom_until_the_last_work_ends():
    usual = gc.get_threshold()
    with rarely_collected():
        with rarely_collected():
            assert gc.get_threshold() == RARELY
        assert gc.get_threshold() == RARELY
    assert gc.get_threshold() == usual


def test_work_that_fails_leaves_the_collector_as_it_was():
    usual = gc.get_threshold()
    with pytest.raises(ZeroDivisionError), rarely_collected():
        raise ZeroDivisionError
    assert gc.get_threshold() == usual
