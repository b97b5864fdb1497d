public import HTTPTypes

/// The line of a request in a log, which is written when the request is over. Used only on the loop of its connection.
public protocol RequestRecord: AnyObject {
    /// The response was made.
    /// - Parameter bodyBytes: How long its body is; `nil` for a stream.
    func respond(_ status: HTTPResponse.Status, bodyBytes: Int?)

    /// The response was written, the stream has ended, or the client is gone.
    func end()
}
