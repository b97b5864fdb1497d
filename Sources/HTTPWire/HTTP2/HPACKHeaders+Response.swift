import ByteStrings
import HTTPTypes
import NIOHPACK

extension HPACKHeaders {
    /// The head of a response (RFC 9113, 8.3.2).
    /// - Parameters:
    ///   - status: Its status.
    ///   - fields: Its fields; those that say something of a connection of HTTP/1 are left out (RFC 9113, 8.2.2).
    ///   - date: The `Date` field.
    init(_ status: HTTPResponse.Status, _ fields: HTTPFields, date: String) {
        self.init([(":status", String(status.code))])
        self.reserveCapacity(fields.count + 3)
        for field in fields where field.hasSafeValue && !Self.connectionFields.contains(field.name) {
            self.add(name: field.name.canonicalName, value: field.value)
        }
        self.add(name: "date", value: date)
        self.add(name: "x-content-type-options", value: "nosniff")
    }

    private static let connectionFields: Set<HTTPField.Name> = [.connection, .transferEncoding, .upgrade]

    /// Lets a client send the body that it announced (RFC 9110, 15.2.1).
    static let `continue` = HPACKHeaders([(":status", "100")])
}
