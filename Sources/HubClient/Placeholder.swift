enum PlaceholderHubClient {}
