"""Airflow keeps what every service promises."""

from asyncops.services.airflow import AirflowClient
from asyncops.testing import contract

TestAirflow = contract(AirflowClient)
