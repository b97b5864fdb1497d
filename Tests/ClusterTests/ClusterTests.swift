import TestSupport
import Testing

/// Real hubs and a real redis-server. One test at a time: each needs the machine for itself.
@Suite("A cluster", .serialized, .timeLimit(.minutes(Patience.minutes(2))))
enum ClusterTests {}
