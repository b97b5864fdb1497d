import ByteStrings
import HTTPTypes

/// What the fields of every request must keep to, whatever version of HTTP brought them.
struct FieldRules {
    let limits: HTTPLimits

    /// Checks fields.
    /// - Parameters:
    ///   - fields: All but `Host`.
    ///   - count: How many fields there were.
    ///   - byteCount: How many bytes they took, `: ` and the end of the line included.
    func check(_ fields: HTTPFields, count: Int, byteCount: Int) throws(Problem) {
        guard fields[values: .origin].count <= 1 else {
            throw Problem(.badRequest, "a request may have one Origin field only")
        }
        guard fields.list(.expect)?.allSatisfy({ $0.equalsIgnoringCase("100-continue") }) == true else {
            throw Problem(.expectationFailed, "the only expectation that can be met is 100-continue")
        }
        guard byteCount <= self.limits.headBytes, count <= self.limits.headFields else {
            throw .headTooLarge(self.limits)
        }
    }

    /// Checks what the client calls the server: the host that was meant decides which pages are the hub's own (RFC 9110, 7.2).
    func check(host: ByteString) throws(Problem) {
        guard Authority.isValid(host) else {
            throw Problem(
                .badRequest,
                "the Host field must be a name or an address, and maybe a port, such as example.org:8080")
        }
    }
}

extension Problem {
    /// The head of a request is over a limit.
    static func headTooLarge(_ limits: HTTPLimits) -> Problem {
        Problem(
            .requestHeaderFieldsTooLarge,
            "a request head may have \(limits.headBytes) bytes and \(limits.headFields) fields at most")
    }
}
