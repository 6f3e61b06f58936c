"""OpenAI's description, held to what every service promises, and what is its own."""

from asyncops import OpenAIClient
from asyncops.testing import contract

TestOpenAI = contract(OpenAIClient)
