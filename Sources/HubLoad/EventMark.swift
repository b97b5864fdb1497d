#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What the data of an event under measurement begins with: `@@`, the time when it was published in 19 digits of
/// nanoseconds, `@@`. It survives every framing, so that no transport has to be parsed to find it.
public enum EventMark {
    /// How many bytes a mark has, which is the least size of an event's data.
    public static let byteCount = 23
    private static let sign = UInt8(ascii: "@")

    /// The data of an event.
    /// - Parameters:
    ///   - time: When it is published.
    ///   - size: How many bytes, at least those of the mark.
    public static func data(time: UInt64, size: Int) -> [UInt8] {
        var data = [UInt8](repeating: UInt8(ascii: "x"), count: max(size, self.byteCount))
        var rest = time
        for index in stride(from: 20, through: 2, by: -1) {
            data[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        for index in [0, 1, 21, 22] { data[index] = self.sign }
        return data
    }

    /// Finds the marks in a part of a stream.
    /// - Parameters:
    ///   - bytes: The part.
    ///   - found: Is called with the time of each mark.
    /// - Returns: How many bytes at the end may be the beginning of another mark.
    public static func scan(_ bytes: UnsafeRawBufferPointer, found: (UInt64) -> Void) -> Int {
        guard let base = bytes.baseAddress else { return 0 }
        var index = 0
        while index < bytes.count, let sign = memchr(base + index, CInt(self.sign), bytes.count - index) {
            index = UnsafeRawPointer(sign) - base
            guard bytes.count - index >= self.byteCount else { return bytes.count - index }
            if let time = self.time(bytes, at: index) {
                found(time)
                index += self.byteCount
            } else {
                index += 1
            }
        }
        return 0
    }

    private static func time(_ bytes: UnsafeRawBufferPointer, at index: Int) -> UInt64? {
        guard bytes[index + 1] == self.sign, bytes[index + 21] == self.sign, bytes[index + 22] == self.sign else {
            return nil
        }
        var time: UInt64 = 0
        for digit in bytes[index + 2..<index + 21] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            time = time &* 10 &+ UInt64(digit - UInt8(ascii: "0"))
        }
        return time
    }
}
