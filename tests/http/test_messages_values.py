"""Parameters go into the query, or into the JSON body of a listing that is asked for by POST."""

import json

from asyncops.http.messages import Request, with_values


def test_without_a_body_they_go_into_the_query() -> None:
    request = with_values(
        Request(path="/x", params=(("a", "1"),)), [("page[after]", "t"), ("n", 2)]
    )
    assert request.params == (("a", "1"), ("page[after]", "t"), ("n", "2"))


def test_with_a_body_they_go_to_places_in_it() -> None:
    post = Request(
        method="POST",
        path="/x",
        params=(("tenant", "t"),),
        headers={"X": "1"},
        body=b'{"sort": "ID", "paging": {"limit": 5}}',
        reads_only=True,
    )
    request = with_values(post, [("paging.offset", 40), ("a.b.c", "t"), ("sort", "X")])
    assert request.body is not None
    assert json.loads(request.body) == {
        "sort": "X",
        "paging": {"limit": 5, "offset": 40},
        "a": {"b": {"c": "t"}},
    }
    assert (request.params, request.headers) == (post.params, post.headers)
    assert (request.method, request.reads_only) == ("POST", True)
    assert json.loads(post.body or b"") == {"sort": "ID", "paging": {"limit": 5}}
