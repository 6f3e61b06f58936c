"""GitHub's description, held to what every service promises, and what is its own."""

from asyncops import GitHubClient
from asyncops.testing import contract

TestGitHub = contract(GitHubClient)
