import RedisWire

/// Writes replies as a Redis server does, and makes them up.
enum RESPSample {
    static func bytes(of value: RESPValue) -> [UInt8] {
        switch value {
        case .simple(let text): Array("+\(text)\r\n".utf8)
        case .error(let text): Array("-\(text)\r\n".utf8)
        case .integer(let number): Array(":\(number)\r\n".utf8)
        case .bulk(let bytes): Array("$\(bytes.count)\r\n".utf8) + bytes + Array("\r\n".utf8)
        case .null: Array("$-1\r\n".utf8)
        case .array(let elements): Array("*\(elements.count)\r\n".utf8) + elements.flatMap(Self.bytes)
        }
    }

    /// A value with arrays in arrays at most `depth` deep (hiredis takes seven).
    static func value(depth: Int, using generator: inout some RandomNumberGenerator) -> RESPValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
        case 0: .simple(Self.line(using: &generator))
        case 1: .error("ERR " + Self.line(using: &generator))
        case 2: .integer(Int64.random(in: .min ... .max, using: &generator))
        case 3: .null
        case 4: .bulk([])
        case 5: .bulk(Self.anyBytes(using: &generator))
        default:
            .array(
                (0..<Int.random(in: 0...5, using: &generator)).map { _ in
                    Self.value(depth: depth - 1, using: &generator)
                })
        }
    }

    private static func line(using generator: inout some RandomNumberGenerator) -> String {
        String(["OK", "PONG", "", "hello", "a b c"].randomElement(using: &generator) ?? "")
    }

    private static func anyBytes(using generator: inout some RandomNumberGenerator) -> [UInt8] {
        let count = [1, 2, 100, 1023, 5000, 40_000].randomElement(using: &generator) ?? 1
        // Bytes that mean something in the protocol are as frequent as all the others together.
        return (0..<count).map { _ in
            let byte = UInt8.random(in: 0...255, using: &generator)
            return Bool.random(using: &generator) ? byte : [13, 10, 36, 42][Int(byte % 4)]
        }
    }
}
