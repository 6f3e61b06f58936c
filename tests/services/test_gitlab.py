"""GitLab's description, held to what every service promises, and what is its own."""

from asyncops import GitLabClient
from asyncops.testing import contract

TestGitLab = contract(GitLabClient)
