import pytest
from django.test import RequestFactory

from planner.workspace.ranges import RangeNotSatisfiableError, Span, file_response, requested_span

CONTENT = bytes(range(100)) * 2000  # 200,000 bytes: more than three chunks
ETAG = '"abc"'


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "tiles.pmtiles"
    file.write_bytes(CONTENT)
    return file


def ask(path, **headers):
    request = RequestFactory().get("/", headers=headers)
    return file_response(request, path, etag=ETAG, content_type="application/vnd.pmtiles")


def body(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-99", 0, 99),
        ("bytes=150-", 150, 199),
        ("bytes=-10", 190, 199),
        ("bytes=-999", 0, 199),
        ("bytes=199-500", 199, 199),
    ],
)
def test_a_range_names_its_bytes(header, first, last):
    assert requested_span(header, 200) == Span(first=first, last=last)


@pytest.mark.parametrize(
    "header",
    [
        "", "items=0-1", "bytes=0-1,5-6", "bytes=9-3", "bytes=-", "bytes=a-b", "0-10",
        "bytes=٣-٤", "bytes=" + "9" * 5000 + "-", "bytes=0-" + "9" * 5000, "bytes=-" + "9" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_single_range_is_ignored(header):
    assert requested_span(header, 200) is None


@pytest.mark.parametrize("header", ["bytes=200-", "bytes=200-300", "bytes=-0"])
def test_a_range_outside_the_file_cannot_be_met(header):
    with pytest.raises(RangeNotSatisfiableError):
        requested_span(header, 200)


def test_a_part_is_sent_with_its_place(path):
    answer = ask(path, range="bytes=70000-140000")
    assert answer.status_code == 206
    assert answer["Content-Range"] == "bytes 70000-140000/200000"
    assert answer["Content-Length"] == "70001"
    assert body(answer) == CONTENT[70000:140001]


def test_without_a_range_the_whole_is_sent(path):
    answer = ask(path)
    assert answer.status_code == 200
    assert (answer["Accept-Ranges"], answer["ETag"], answer["Content-Length"]) == ("bytes", ETAG, "200000")
    assert body(answer) == CONTENT


def test_a_range_outside_is_refused_with_the_size(path):
    answer = ask(path, range="bytes=200000-")
    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */200000")


def test_a_part_of_another_version_is_not_mixed_in(path):
    assert ask(path, range="bytes=0-9", if_range='"old"').status_code == 200
    assert ask(path, range="bytes=0-9", if_range=ETAG).status_code == 206


def test_what_the_reader_has_is_not_sent_again(path):
    answer = ask(path, if_none_match=ETAG)
    assert (answer.status_code, body(answer)) == (304, b"")
