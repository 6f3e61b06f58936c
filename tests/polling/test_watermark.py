"""How a watch tells a new operation from one that it has seen."""

import math

from asyncops.checkpoints import WatchCheckpoint
from asyncops.polling.watermark import Watermark


def test_a_creation_counts_from_the_poll_after_the_one_that_saw_it() -> None:
    watermark = Watermark(10)
    watermark.move_on(1000.0, 990.0)
    assert (watermark.moment, watermark.newest, watermark.floor) == (None, 990.0, -math.inf)
    watermark.move_on(1005.0, None)
    assert (watermark.moment, watermark.newest, watermark.floor) == (990.0, 990.0, 980.0)


def test_it_never_goes_back_and_drops_what_lies_before_its_floor() -> None:
    watermark = Watermark(10)
    watermark.moment = watermark.newest = 100.0
    watermark.keep_ended("late", 95.0)
    watermark.keep_ended("old", 80.0)
    watermark.keep_ended("unknown", None)
    assert watermark.ended == {"late": 95.0}
    created = {"late": 95.0, "other": 95.0, "older": 89.0, "undated": None}
    assert watermark.new_among(created) == {"other"}
    watermark.move_on(50.0, 120.0)
    assert (watermark.moment, watermark.newest) == (100.0, 120.0)
    watermark.move_on(200.0, None)
    assert (watermark.moment, watermark.ended) == (120.0, {})


def test_a_larger_overlap_takes_effect_once_the_watermark_has_moved_on() -> None:
    watermark = Watermark(60)
    watermark.go_on(
        WatchCheckpoint(
            query="q", alive=(), ended=(("a", 95.0),), watermark=100.0, newest=100.0, floor=90.0
        )
    )
    assert (watermark.floor, watermark.ended) == (90.0, {"a": 95.0})
    watermark.move_on(200.0, 190.0)
    watermark.move_on(300.0, None)
    assert watermark.floor == 130.0
