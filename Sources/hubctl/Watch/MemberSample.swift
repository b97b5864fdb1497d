import HubClient

/// What a hub said of itself at one time.
struct MemberSample: Sendable {
    /// More than a screen has lines.
    static let maximumTopicCount = 1000

    let url: String
    let time: ContinuousClock.Instant
    let metrics: Result<MetricsReading, HubClientError>
    let topics: Result<[TopicStatus], HubClientError>

    /// Asks a hub.
    /// - Parameter hub: A client of this one alone.
    static func take(from hub: HubClient) async -> MemberSample {
        async let topics = Self.result { () async throws(HubClientError) in
            try await hub.topics(first: Self.maximumTopicCount)
        }
        let metrics = await Self.result { () async throws(HubClientError) in
            MetricsReading(try await hub.metrics())
        }
        let time = ContinuousClock.now
        return MemberSample(url: hub.configuration.urls[0], time: time, metrics: metrics, topics: await topics)
    }

    /// Why a hub that answers tells no topics.
    var topicProblem: String? {
        guard case .success = self.metrics, case .failure(let error) = self.topics else { return nil }
        return error.message
    }

    private static func result<Value: Sendable>(
        _ body: @Sendable () async throws(HubClientError) -> Value
    ) async -> Result<Value, HubClientError> {
        do throws(HubClientError) {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}
