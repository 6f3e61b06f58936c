"""Each model of Zoo's is its schema in the published description: no more and no less.

Run with ``pytest -m specs``, as ``test_specs.py`` says.
"""

from functools import partial
from typing import Any

import attrs
import pytest
from attrs import evolve

from asyncops.services import zoo
from tests.published.differences import Schema, differences, unlike
from tests.published.schemas import NEWEST, WITH_LISTINGS

pytestmark = pytest.mark.specs

# Kept as texts: the formats of files, units, and the names of models.
TEXTS = {
    *("src_format", "output_format", "output_unit", "model"),
    *("material_density_unit", "material_mass_unit"),
}
NEWEST_MODELS = {
    "ApiCallWithPrice": zoo.ApiCallWithPrice,
    "Conversation": zoo.Conversation,
    "OrgDataset": zoo.OrgDataset,
    "OrgDatasetFileConversionDetails": zoo.DatasetConversionDetails,
    "OrgDatasetFileConversionSummary": zoo.DatasetConversion,
    "FileConversion": zoo.FileConversion,
    "FileMass": zoo.FileMass,
    "TextToCadResponse": zoo.TextToCadResponse,
    "UnitArea": zoo.UnitArea,
    "UnitDensity": zoo.UnitDensity,
    "UnitLength": zoo.UnitLength,
    "UnitMass": zoo.UnitMass,
    "UnitVolume": zoo.UnitVolume,
    "FileImportFormat": zoo.FileImportFormat,
    "FileExportFormat": zoo.FileExportFormat,
    "CreatedAtSortMode": zoo.CreatedAtSortMode,
    "ConversionSortMode": zoo.ConversionSortMode,
}
OLD_MODELS = {"AsyncApiCall": zoo.AsyncApiCall, "MlPromptResponse": zoo.MlPrompt}
MODELS = [
    *((NEWEST, name, model) for name, model in NEWEST_MODELS.items()),
    *((WITH_LISTINGS, name, model) for name, model in OLD_MODELS.items()),
]


@pytest.mark.parametrize(("file", "name", "model"), MODELS, ids=[each[1] for each in MODELS])
def test_a_model_is_its_schema(file: str, name: str, model: type[Any]) -> None:
    schema = Schema.named(file, name)
    check: Any = partial(differences, free=TEXTS) if attrs.has(model) else unlike
    assert list(check(model, schema, name)) == []


def test_each_result_is_the_variant_of_its_type() -> None:
    variants = Schema.named(NEWEST, "AsyncApiCallOutput").variants
    found = {
        word: each for each in variants for word in each.of(each.tree["properties"]["type"]).words
    }
    assert found.keys() == {each.value for each in zoo.AsyncApiCallType}
    for word, variant in found.items():
        name = "".join(part.title() for part in word.split("_"))
        assert list(differences(getattr(zoo, name), variant, name, free=TEXTS)) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"type": "integer"}, "is <class 'int'>, not <class 'str'>"),
        ({"type": "string", "nullable": True}, "may be null"),
        ({"type": "string", "enum": ["a"]}, "is ['a'], not"),
        (None, "is not published"),
    ],
)
def test_a_difference_is_found(change: Any, complaint: str) -> None:
    """Or this module would prove nothing."""
    schema = Schema.named(NEWEST, "Conversation")
    properties = dict(schema.tree["properties"], first_prompt=change)
    if change is None:
        del properties["first_prompt"]
    changed = evolve(schema, tree={**schema.tree, "properties": properties})
    (found,) = differences(zoo.Conversation, changed)
    assert found.startswith("$.first_prompt ")
    assert complaint in found
