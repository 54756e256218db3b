"""Who may ask for what: one small module for each rule, and the gate that applies them."""
