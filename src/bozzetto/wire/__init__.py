"""The messages between the service, its client and its page: one typed definition of each."""
