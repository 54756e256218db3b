"""The service under the studio: a REST API, jobs in processes of their own, and the page."""
