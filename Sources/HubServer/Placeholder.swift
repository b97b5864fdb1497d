enum PlaceholderHubServer {}
