"""The register for programs: read-only JSON under ``/api/v1/``."""
