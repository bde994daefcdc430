"""The trail: back and forward, and what a new step forgets."""

from app.visitor.trail import LONGEST, Trail


def test_one_comes_back_and_forward_again():
    trail = Trail("a")
    for step in "bc":
        trail.go(step)
    assert (trail.can_go_back, trail.can_go_forward) == (True, False)
    assert (trail.back(), trail.back(), trail.back()) == ("b", "a", "a")
    assert (trail.can_go_back, trail.can_go_forward) == (False, True)
    assert (trail.forward(), trail.forward(), trail.forward()) == ("b", "c", "c")


def test_a_new_step_forgets_what_lay_ahead_and_the_same_step_is_none():
    trail = Trail("a")
    trail.go("b")
    trail.back()
    trail.go("a")
    assert trail.can_go_forward
    trail.go("c")
    assert not trail.can_go_forward
    assert trail.back() == "a"


def test_a_correction_is_no_step():
    trail = Trail("a")
    trail.go("b")
    trail.correct("c")
    assert trail.here == "c"
    assert trail.back() == "a"
    assert trail.forward() == "c"


def test_only_so_many_steps_are_remembered():
    trail = Trail(0)
    for step in range(1, 2 * LONGEST):
        trail.go(step)
    while trail.can_go_back:
        trail.back()
    assert trail.here == LONGEST
