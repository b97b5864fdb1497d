/// How a client of a churn reads its stream.
enum ChurnTransport: CaseIterable {
    case sse
    case chunkedSSE
    case webSocket
    case iframe

    /// The request for a stream of some topics.
    func request(_ topics: [String]) -> String {
        let query = topics.map { "topic=\($0)" }.joined(separator: "&")
        return switch self {
        case .sse: "GET /sse?\(query) HTTP/1.0\r\n\r\n"
        case .chunkedSSE: "GET /sse?\(query) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        case .iframe: "GET /iframe?\(query)&origin=http://127.0.0.1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        case .webSocket:
            "GET /ws?\(query) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                + WebSocketClient.handshake.joined(separator: "\r\n") + "\r\n\r\n"
        }
    }

    /// What the head of the answer begins with.
    var status: String { self == .webSocket ? "HTTP/1.1 101 " : self == .sse ? "HTTP/1.0 200 " : "HTTP/1.1 200 " }
}
