import gzip
import hashlib
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.recording import Entry, Recording, RecordingError, RecordingWriter
from streams.recording.line import encode

TOPICS = ("clickstream", "orders")


def entries(count=100, topic="orders"):
    return [
        Entry(topic, number % 3, number // 3, b"k", b'{"n":%d}' % number, 1000 + number)
        for number in range(count)
    ]


def write(folder, given):
    with RecordingWriter(folder) as writer:
        for entry in given:
            writer.write(entry)
    return folder


def order(given):
    """The documented order, the slow way."""
    latest, keyed = {}, []
    for entry in sorted(given, key=lambda each: (each.topic, each.partition, each.offset)):
        place = entry[:2]
        latest[place] = max(latest.get(place, entry.timestamp), entry.timestamp)
        keyed.append((latest[place], *entry[:3], entry))
    return [entry for *_, entry in sorted(keyed)]


def test_what_was_written_is_read(tmp_path):
    given = entries()
    recording = Recording([write(tmp_path, given)])
    assert list(recording) == given
    assert len(recording) == 100
    assert (recording.first, recording.last) == (1000, 1099)
    assert recording.topics == {"orders": 100}


def test_a_recording_may_be_read_several_times_at_once(tmp_path):
    recording = Recording([write(tmp_path, entries())])
    assert [one == two for one, two in zip(recording, recording, strict=True)] == [True] * 100


RECORDS = st.lists(
    st.tuples(st.sampled_from(TOPICS), st.integers(0, 2), st.integers(0, 30), st.integers(-5, 30)),
    max_size=40,
    unique_by=lambda each: each[:3],
).map(
    lambda all_: [
        Entry(topic, partition, offset, None, b'"%d"' % number, timestamp)
        for number, (topic, partition, offset, timestamp) in enumerate(all_)
    ]
)


@given(RECORDS, st.data())
def test_the_order_is_a_matter_of_the_records_alone(tmp_path_factory, given, data):
    folder = tmp_path_factory.mktemp("recording")
    shuffled = data.draw(st.permutations(given))
    cut = data.draw(st.integers(0, len(given)))
    for name, part in [("a.jsonl", shuffled[:cut]), ("b.jsonl", shuffled[cut:])]:
        (folder / name).write_bytes(b"".join(map(encode, part)))
    assert list(Recording([folder])) == order(given)
    assert list(Recording([folder], topics=["orders"])) == order(
        [entry for entry in given if entry.topic == "orders"]
    )


def test_the_bytes_of_a_recording_repeat(tmp_path):
    first, second = (
        hashlib.sha256((write(tmp_path / name, entries()) / "orders.jsonl.gz").read_bytes())
        for name in "ab"
    )
    assert first.digest() == second.digest()
    header = (tmp_path / "a" / "orders.jsonl.gz").read_bytes()[:10]
    assert header[3] == 0, "no name in the header"
    assert header[4:8] == bytes(4), "no time in the header"


def test_each_topic_has_a_file_even_an_empty_one(tmp_path):
    with RecordingWriter(tmp_path) as writer:
        writer.open("inventory")
        for topic in TOPICS:
            for entry in entries(3, topic):
                writer.write(entry)
        assert writer.counts == {"clickstream": 3, "orders": 3}
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "clickstream.jsonl.gz",
        "inventory.jsonl.gz",
        "orders.jsonl.gz",
    ]
    assert gzip.decompress((tmp_path / "inventory.jsonl.gz").read_bytes()) == b""
    assert Recording([tmp_path]).topics == {"clickstream": 3, "orders": 3}


def test_an_error_leaves_the_earlier_recording(tmp_path):
    write(tmp_path, entries(5))
    interrupted = (entry for entry in [entries(1)[0], None])
    with pytest.raises(AttributeError):
        write(tmp_path, interrupted)
    assert len(Recording([tmp_path])) == 5
    assert [each.name for each in tmp_path.iterdir()] == ["orders.jsonl.gz"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("number", [1, 100_000], ids=["at the end", "on the way"])
def test_a_full_disk_is_named_and_leaves_the_earlier_recording(tmp_path, number):
    earlier = tmp_path / "t.jsonl.gz"
    earlier.write_bytes(b"earlier")
    (tmp_path / "t.jsonl.gz.part").symlink_to("/dev/full")
    many = (Entry("t", 0, place, None, b"%d" % place**9, 0) for place in range(number))
    with pytest.raises(RecordingError, match=r"cannot be written: .*No space left on device"):
        write(tmp_path, many)
    assert list(tmp_path.iterdir()) == [earlier]
    assert earlier.read_bytes() == b"earlier"


def test_flushed_entries_are_in_the_file(tmp_path):
    with RecordingWriter(tmp_path) as writer:
        for entry in entries(3):
            writer.write(entry)
        writer.flush()
        unfinished = (tmp_path / "orders.jsonl.gz.part").read_bytes()
    found = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(unfinished)
    assert found == b"".join(map(encode, entries(3)))


def test_an_incomplete_file_is_named(tmp_path):
    file = write(tmp_path, entries(5000)) / "orders.jsonl.gz"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(RecordingError, match=r"orders\.jsonl\.gz is incomplete"):
        Recording([file])


def test_a_file_of_which_nothing_is_left_is_incomplete(tmp_path):
    (tmp_path / "orders.jsonl.gz").touch()
    with pytest.raises(RecordingError, match=r"orders\.jsonl\.gz is incomplete"):
        Recording([tmp_path])


def test_a_plain_file_without_offsets_is_numbered_by_partition(tmp_path):
    lines = [
        '{"topic":"orders","timestamp":1,"value":1}',
        "",
        '{"topic":"orders","timestamp":2,"value":2,"partition":1}',
        '{"topic":"orders","timestamp":3,"value":3}',
    ]
    file = tmp_path / "mine.jsonl"
    file.write_text("\n".join(lines))
    assert [(entry.partition, entry.offset) for entry in Recording([file])] == [
        (0, 0),
        (1, 0),
        (0, 1),
    ]


def test_a_recording_without_records_is_empty(tmp_path):
    (tmp_path / "orders.jsonl").write_text("")
    recording = Recording([tmp_path])
    assert list(recording) == []
    assert (len(recording), recording.first, recording.topics) == (0, None, {})


def test_a_malformed_line_is_named(tmp_path):
    good = encode(entries(1)[0])
    (tmp_path / "orders.jsonl").write_bytes(good + b'{"topic": 7}\n')
    with pytest.raises(RecordingError, match=r"orders\.jsonl:2: Expected `str`"):
        Recording([tmp_path])


def test_a_malformed_value_is_named(tmp_path):
    good = encode(entries(1)[0])
    bad = b'{"topic":"orders","offset":9,"timestamp":2000,"value_base64":"?"}\n'
    (tmp_path / "orders.jsonl").write_bytes(good + b"\n" + bad)
    with pytest.raises(RecordingError, match=r"orders\.jsonl:3: value_base64"):
        list(Recording([tmp_path]))


def test_a_record_that_is_there_twice_is_named(tmp_path):
    for name in "ab":
        write(tmp_path / name, entries(3))
    with pytest.raises(
        RecordingError,
        match=r"orders partition 0 offset 0 is there twice: .*a.orders\.jsonl\.gz:1 and .*b.*:1",
    ):
        Recording([tmp_path / "a", tmp_path / "b"])


def test_a_damaged_file_is_named(tmp_path):
    file = write(tmp_path, entries(5000)) / "orders.jsonl.gz"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)
    with pytest.raises(RecordingError, match=r"orders\.jsonl\.gz.*damaged|orders\.jsonl\.gz:\d+"):
        list(Recording([file]))


def test_what_is_not_there_is_named(tmp_path):
    with pytest.raises(RecordingError, match="there is no recording"):
        Recording([tmp_path / "nowhere"])
    with pytest.raises(RecordingError, match="holds no recording"):
        Recording([tmp_path])
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordingError, match="cannot be written"):
        RecordingWriter(tmp_path / "file")


def test_an_entry_reaches_the_fold_as_a_record():
    entry = Entry("orders", 1, 2, b"k", b"v", 3, (("h", b"1"),))
    assert entry.record == ("orders", 1, 2, b"k", b"v", 3)


def test_what_was_told_of_a_shop_comes_before_a_past_that_was_sent_with_it(tmp_path):
    def told(topic, timestamp, offset=0):
        return Entry(topic, 0, offset, b"k", b"{}", timestamp)

    past = [told("orders", 1000), told("competitor-prices", 1500)]
    shop = [told("products", 9000), told("promotions", 9001), told("products", 9002, 1)]
    present = [told("orders", 9500, 1), told("products", 9600, 2)]
    given = write(tmp_path / "imported", [*past, *shop, *present])
    found = [(each.topic, each.timestamp) for each in Recording([given])]
    assert found == [
        *(("products", 9000), ("products", 9002), ("promotions", 9001)),
        *(("orders", 1000), ("competitor-prices", 1500), ("orders", 9500), ("products", 9600)),
    ]
    # where a product was there before anything happened, what was told counts from its own time
    live = [told("products", 900), *past, told("products", 9002, 1)]
    assert list(Recording([write(tmp_path / "live", live)])) == live
