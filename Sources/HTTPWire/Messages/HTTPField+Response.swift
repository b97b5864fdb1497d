import HTTPTypes
import NIOCore

extension HTTPField {
    /// Whether the value can be written: none that could end its line early should get so far, and none may split a response.
    var hasSafeValue: Bool {
        // Bytes that lie together are looked at several times as fast.
        self.value.utf8.withContiguousStorageIfAvailable(Self.isSafe) ?? Self.isSafe(self.value.utf8)
    }

    private static func isSafe(_ bytes: some Sequence<UInt8>) -> Bool {
        bytes.allSatisfy { $0 != 0x0D && $0 != 0x0A && $0 != 0x00 }
    }
}

extension HTTPResponse.Status {
    /// Whether a response of this status can have a body (RFC 9110, 6.4.1).
    var mayHaveBody: Bool { self.kind != .informational && self.code != 204 && self.code != 304 }
}

extension Response {
    /// Its fields, and the length of its body. HEAD needs no length, and that of a stream is not known.
    func framedFields(omitsBody: Bool) -> HTTPFields {
        guard self.status.mayHaveBody, !omitsBody || self.body.readableBytes > 0 else { return self.fields }
        var fields = self.fields
        fields[.contentLength] = String(self.body.readableBytes)
        return fields
    }
}
