"""A body of several parts is one that the standard library reads."""

from email import message_from_bytes
from email.policy import HTTP

import pytest

from asyncops.kit.multipart import multipart
from asyncops.models import JSON


@pytest.mark.parametrize("name", ["scene", "settings.tags", 'a"b'])
@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("dawn", "dawn"),
        ("--\r\nover\r\n--", "--\r\nover\r\n--"),
        ("ä", "ä"),
        (3, "3"),
        (True, "true"),
        ({"a": [1, None, "ä"]}, '{"a":[1,null,"ä"]}'),
    ],
)
def test_each_value_arrives_under_its_name(name: str, value: JSON, sent: str) -> None:
    body, kind = multipart([("first", "1"), (name, value)])
    whole = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=HTTP)
    assert (whole.get_content_type(), whole.defects) == ("multipart/form-data", [])
    first, second = whole.iter_parts()
    assert first.get_payload(decode=True) == b"1"
    assert second.get_param("name", header="content-disposition") == name.replace('"', "%22")
    assert second.get_payload(decode=True) == sent.encode()
