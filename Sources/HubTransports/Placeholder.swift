enum PlaceholderHubTransports {}
