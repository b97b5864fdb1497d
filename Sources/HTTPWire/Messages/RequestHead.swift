public import HTTPTypes

/// The head of a request, whatever version of HTTP brought it.
public struct RequestHead: Sendable {
    /// The method.
    public var method: HTTPRequest.Method
    /// The target, as it came: mostly a path and a query.
    public var target: String
    /// What the client calls the server, a host and maybe a port, which is none of the fields; `nil` if it does not say.
    public var authority: String?
    /// The fields.
    public var fields: HTTPFields
    /// Whether a body follows, or may follow.
    public var announcesBody: Bool
    /// The version of HTTP that brought it, as it is written: `HTTP/1.1` say.
    public var version: StaticString = "HTTP/1.1"
    /// What is wrong with the head by the rules of its version of HTTP.
    public var fault: Problem?

    /// Makes a head.
    public init(
        _ method: HTTPRequest.Method, _ target: String, authority: String?, fields: HTTPFields,
        announcesBody: Bool = false, fault: Problem? = nil
    ) {
        self.method = method
        self.target = target
        self.authority = authority
        self.fields = fields
        self.announcesBody = announcesBody
        self.fault = fault
    }
}
