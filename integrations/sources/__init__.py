"""What each road into the hub says: one file a road, pure decoders."""
