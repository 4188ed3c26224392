import pytest

from benchmarks.comparing import covered


@pytest.mark.parametrize(
    ("spans", "seconds"),
    [
        ([], 0),
        ([(1, 3), (5, 6)], 3),
        ([(5, 6), (1, 3), (2, 4)], 4),
        ([(0, 9), (1, 2), (3, 4)], 9),
    ],
)
def test_what_spans_cover_together_counts_once(spans, seconds):
    assert covered(spans) == seconds
