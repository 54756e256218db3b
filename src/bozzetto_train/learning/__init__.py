"""Everything that needs torch: the network, its training, its export."""
