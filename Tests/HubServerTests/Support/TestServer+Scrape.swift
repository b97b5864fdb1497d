import Testing

extension TestServer {
    /// What Prometheus would take from `/metrics`.
    func scrape() async throws -> Scrape {
        try Scrape(try await self.request("GET", "/metrics").body)
    }

    /// Scrapes until the numbers are as they should be.
    func wait(_ comment: Comment, until isMet: (Scrape) -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < deadline {
            if isMet(try await self.scrape()) { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record(comment)
    }
}
