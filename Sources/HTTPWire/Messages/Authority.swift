public import ByteStrings
import NIOCore

/// A host and maybe a port, as `Host` and a target in absolute form name them (RFC 3986, 3.2; RFC 9110, 7.2).
///
/// A comma, which a name might have by that grammar, is left out: proxies join two fields with it.
public enum Authority {
    /// Whether a text is one. There is no user in it (RFC 9110, 4.2.4), and the host is not empty.
    public static func isValid(_ text: ByteString) -> Bool {
        guard text.first == UInt8(ascii: "[") else {
            let (name, port) = text.cut(at: UInt8(ascii: ":"))
            return self.isName(name) && self.isPort(port)
        }
        let (address, rest) = text.dropFirst().cut(at: UInt8(ascii: "]"))
        guard let rest, self.isIPv6(address) else { return false }
        return rest.isEmpty || (rest.first == UInt8(ascii: ":") && self.isPort(rest.dropFirst()))
    }

    /// A port may be empty (RFC 3986, 3.2.3).
    private static func isPort(_ text: ByteString?) -> Bool {
        guard let text, !text.isEmpty else { return true }
        return text.isDigits && text.count <= 5 && Int(text.string) ?? .max <= 65_535
    }

    private static func isIPv6(_ text: ByteString) -> Bool {
        guard text.count <= 45, text.contains(UInt8(ascii: ":")), !text.contains(UInt8(ascii: "%")) else {
            return false
        }
        return (try? SocketAddress(ipAddress: text.string, port: 0)) != nil
    }

    private static func isName(_ text: ByteString) -> Bool {
        var digitsDue = 0
        let isPlain = text.utf8.allSatisfy { byte in
            if digitsDue > 0 {
                digitsDue -= 1
                return Self.isHexDigit(byte)
            }
            if byte == UInt8(ascii: "%") {
                digitsDue = 2
                return true
            }
            return Self.isNameByte(byte)
        }
        return !text.isEmpty && isPlain && digitsDue == 0
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-._~!$&'()*+;=".utf8.contains(byte)
        }
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
    }
}
