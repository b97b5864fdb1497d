enum PlaceholderRedisWire {}
