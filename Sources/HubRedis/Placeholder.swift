enum PlaceholderHubRedis {}
