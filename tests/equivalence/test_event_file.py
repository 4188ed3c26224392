"""Event files are read by TensorFlow's own reader of them."""

import pytest

tf = pytest.importorskip("tensorflow", reason="TensorFlow is not installed")

from reference_impl.train import event_file  # noqa: E402

pytestmark = [pytest.mark.frameworks]

NUMBERS = [(0, "loss", 0.5), (1, "step/loss", -1e30), (2**40, "ü", 3.0)]


def test_every_event_is_read_back(tmp_path):
    path = tmp_path / "events.out.tfevents.0"
    events = [event_file.version(1.5), event_file.session_start(2.5, 7)]
    events += [event_file.scalar(3.5, *number) for number in NUMBERS]
    path.write_bytes(b"".join(events))

    version, start, *scalars = tf.compat.v1.train.summary_iterator(str(path))

    assert (version.wall_time, version.file_version) == (1.5, "brain.Event:2")
    assert (start.step, start.session_log.status) == (7, start.session_log.START)
    for event, (step, tag, number) in zip(scalars, NUMBERS, strict=True):
        (value,) = event.summary.value
        assert (event.wall_time, event.step, value.tag) == (3.5, step, tag)
        assert value.simple_value == pytest.approx(number, rel=1e-7)  # float32
