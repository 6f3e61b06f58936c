"""Whether a service has a request for one operation is learned from its answers."""

import pytest
from attrs import define, field

from asyncops.errors import APIError, NotFound, ServerError
from asyncops.kit.optional_get import OptionalGet

MISSING = "this Farm has no request for one operation (GET /jobs/{id})"


@define
class Farm:
    """A service: the ids that it knows, and how it refuses others."""

    known: set[str] = field(factory=set)
    newest: str | None = "n"
    status: int = 404
    asked: list[str] = field(factory=list)
    lists: bool = True

    async def fetch(self, segment: str) -> str:
        self.asked.append(segment)
        if segment in self.known:
            return segment
        raise (NotFound if self.status == 404 else APIError)("no", status=self.status)

    async def list(self) -> str | None:
        self.asked.append("list")
        if not self.lists:
            raise ServerError("down", status=503)
        return self.newest

    @property
    def get(self) -> OptionalGet:
        return OptionalGet(self.fetch, self.list, missing=MISSING)


async def test_a_good_answer_tells_that_the_request_exists() -> None:
    farm = Farm({"a"})
    get = farm.get
    assert await get.get("a") == "a"
    with pytest.raises(NotFound) as caught:
        await get.get("b")
    assert caught.value.hint is None
    assert farm.asked == ["a", "b"]


async def test_a_404_is_taken_at_its_word_once_the_newest_is_found() -> None:
    farm = Farm({"n"})
    get = farm.get
    for _ in range(2):
        with pytest.raises(NotFound):
            await get.get("b")
    assert farm.asked == ["b", "list", "n", "b"]
    assert get.usable()


async def test_a_newest_that_is_not_found_either_tells_that_there_is_no_such_request() -> None:
    get = Farm().get
    with pytest.raises(APIError, match="this Farm has no request for one operation") as caught:
        await get.get("b")
    assert not isinstance(caught.value, NotFound)
    assert not get.usable()


async def test_the_newest_itself_need_not_be_asked_for_again() -> None:
    farm = Farm()
    with pytest.raises(APIError, match="wait_many and watch find it in the listing"):
        await farm.get.get("n")
    assert farm.asked == ["n", "list"]


@pytest.mark.parametrize("status", [405, 501])
async def test_a_method_that_is_not_there_says_so_itself(status: int) -> None:
    farm = Farm(status=status)
    with pytest.raises(APIError, match="has no request"):
        await farm.get.get("b")
    assert farm.asked == ["b"]


@pytest.mark.parametrize("farm", [Farm(newest=None), Farm(lists=False)])
async def test_where_nothing_tells_the_error_names_both(farm: Farm) -> None:
    get = farm.get
    with pytest.raises(NotFound) as caught:
        await get.get("b")
    assert MISSING in str(caught.value)
    assert get.usable()


async def test_after_three_attempts_to_find_out_no_more_are_made() -> None:
    farm = Farm(lists=False)
    get = farm.get
    for _ in range(5):
        with pytest.raises(NotFound):
            await get.get("b")
    assert farm.asked.count("list") == 3
