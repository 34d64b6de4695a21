"""Clock, ids and log: the few things that every floor may use."""
