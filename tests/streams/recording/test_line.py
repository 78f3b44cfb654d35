import json
from operator import itemgetter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streams.recording.entry import Entry
from streams.recording.line import RecordedLineError, encode, entry, parse

INT64 = st.integers(-(2**63), 2**63 - 1)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
VALUES = (
    st.none()
    | st.binary()
    | JSON.map(lambda each: json.dumps(each, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    | JSON.map(lambda each: json.dumps(each, indent=1).encode())
)
HEADERS = st.lists(
    st.tuples(st.sampled_from(["error", "source-topic", "ümlaut"]), st.none() | st.binary())
)
ENTRIES = st.builds(
    Entry,
    topic=st.sampled_from(["orders", "dead-letters"]),
    partition=st.integers(0, 2**31 - 1),
    offset=INT64,
    key=st.none() | st.binary(),
    value=VALUES,
    timestamp=INT64,
    headers=HEADERS.map(tuple),
)


def decode(text):
    line = parse(text)
    return entry(line, line.offset)


def shown(value):
    return json.loads(encode(Entry("t", 0, 0, None, value, 0)))


@given(ENTRIES)
@example(Entry("t", 0, 0, b"", b"", 0))
@example(Entry("t", 0, 0, b"\xff", b"null", 0))
def test_an_entry_comes_back_as_it_was(given):
    text = encode(given)
    back = decode(text)
    # Names that occur several times are gathered: each keeps the order of its values.
    assert sorted(back.headers, key=lambda each: each[0]) == sorted(
        given.headers, key=lambda each: each[0]
    )
    assert back._replace(headers=()) == given._replace(headers=())


@given(ENTRIES)
def test_a_line_is_one_line_of_json_with_the_contract_fields(given):
    text = encode(given)
    assert text.endswith(b"\n")
    assert text.count(b"\n") == 1
    line = json.loads(text)
    assert {"topic", "partition", "offset", "timestamp", "headers"} <= line.keys()
    assert ("key" in line) != ("key_base64" in line)
    assert "value" in line or "value_base64" in line


@pytest.mark.parametrize(
    "value",
    [
        b'{"price":12.90}',
        b'{"price":1e400}',
        b'{"a":1,"a":2}',
        b"-0",
        b"123456789012345678901234567890",
        b'"\\u00e9 \xc3\xa9"',
        b'{ "spaced" : [ 1 , 2 ] }',
        b"[" * 300 + b"]" * 300,
    ],
)
def test_json_is_embedded_byte_for_byte(value):
    assert b'"value":' + value + b',"timestamp"' in encode(Entry("t", 0, 0, None, value, 0))


def test_json_over_several_lines_is_readable_and_exact():
    value = b'{\n  "sku": "a",\r\n  "price": 12.90\n}\n'
    line = shown(value)
    assert line["value"] == {"sku": "a", "price": 12.9}
    assert "value_base64" in line


@pytest.mark.parametrize(
    "value",
    [b"", b"{", b"NaN", b"\xff", b'{"a":"\xff"}', b"\xef\xbb\xbf{}", b"null", b"[" * 100_000],
)
def test_what_is_no_json_is_base64_only(value):
    line = shown(value)
    assert "value_base64" in line
    assert "value" not in line


def test_a_tombstone_is_null():
    line = shown(None)
    assert line["value"] is None
    assert "value_base64" not in line


def test_headers_are_an_object_of_text():
    headers = (("error", "zu groß".encode()), ("raw", b"\xff"), ("none", None), ("n", b"1"))
    text = encode(Entry("t", 0, 0, None, None, 0, (*headers, ("n", b"2"))))
    assert json.loads(text)["headers"] == {
        "error": "zu groß",
        "raw": {"base64": "/w=="},
        "none": None,
        "n": ["1", "2"],
    }


def test_json_that_a_deeper_stack_could_not_read_is_no_json():
    deepest = 0
    for depth in range(100, 3000, 50):
        value = b"[" * depth + b"]" * depth
        if b'"value":' in encode(Entry("t", 0, 0, None, value, 0)):
            deepest = depth
    value = b"[" * deepest + b"]" * deepest

    def read(frames):
        if frames:
            return read(frames - 1)
        return decode(encode(Entry("t", 0, 0, None, value, 0)))

    assert read(100).value == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"{", "truncated"),
        (b"[1]", "Expected `object`"),
        (b"{}", "missing required field `topic`"),
        (b'{"topic":"t"}', "missing required field `timestamp`"),
        (b'{"topic":"t","timestamp":"now"}', r"Expected `int`, got `str` - at `\$.timestamp`"),
        (b'{"topic":"t","timestamp":1,"partition":-1}', r"`\$.partition`"),
        (b'{"topic":"t","timestamp":1,"offset":99999999999999999999}', r"`\$.offset`"),
        (b'{"topic":"t","timestamp":1,"key":"\xff"}', "UTF-8"),
        (b'{"topic":"t","timestamp":1,"key_base64":"?"}', "key_base64"),
        (b'{"topic":"t","timestamp":1,"value_base64":"?"}', "value_base64"),
        (b'{"topic":"t","timestamp":1,"headers":{"h":1}}', "header h: expected text"),
        (b'{"topic":"t","timestamp":1,"headers":{"h":{"base64":"?"}}}', "header h"),
        (b'{"topic":"t","timestamp":1,"value":' + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_malformed_line_says_what_is_wrong(text, reason):
    with pytest.raises(RecordedLineError, match=reason):
        entry(parse(text), 0)


def test_a_line_written_by_hand_may_leave_much_out():
    line = parse(b' {"topic" : "orders", "timestamp": 5, "value": {"a": 1} , "note": "mine"} ')
    assert line.offset is None
    assert entry(line, 7) == Entry("orders", 0, 7, None, b'{"a": 1}', 5)


def test_headers_may_be_an_array_of_pairs():
    text = (
        b'{"topic":"orders","offset":3,"value":1,"timestamp":7,'
        b'"headers":[["trace","a"],["trace",{"base64":"/w=="}],["empty",null]]}'
    )
    assert decode(text).headers == (("trace", b"a"), ("trace", b"\xff"), ("empty", None))


@pytest.mark.parametrize("headers", ["[[1,2]]", '["a","b"]', '[["a"]]', '[["a",1]]', '"a"', "5"])
def test_headers_of_another_form_are_refused(headers):
    text = f'{{"topic":"orders","offset":3,"value":1,"timestamp":7,"headers":{headers}}}'
    with pytest.raises(RecordedLineError, match="header"):
        decode(text.encode())


@pytest.mark.parametrize("name", ["ümlaut", b"\xff\xfe".decode("utf-8", "surrogateescape")])
def test_a_header_comes_back_whatever_its_name_is_made_of(name):
    headers = ((name, b"1"), ("error", None), (name, b"\xff"))
    back = decode(encode(Entry("t", 0, 0, None, None, 0, headers)))
    assert sorted(back.headers, key=itemgetter(0)) == sorted(headers, key=itemgetter(0))


def test_a_header_without_a_name_is_no_entry():
    with pytest.raises(RecordedLineError, match="without a name"):
        decode(b'{"topic":"t","timestamp":0,"offset":0,"headers":[[null,"1"]]}')
