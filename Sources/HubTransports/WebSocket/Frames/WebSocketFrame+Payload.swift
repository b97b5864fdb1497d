import NIOCore
import NIOWebSocket

extension WebSocketFrame {
    /// Adds the payload without its mask (RFC 6455, 5.3). A copy of the frame for that costs more than all else, where a client
    /// sends its messages in frames of a byte.
    func appendUnmasked(to bytes: inout [UInt8]) {
        let key = self.maskKey.map(Array.init) ?? [0, 0, 0, 0]
        let word = UInt32(key[0]) << 24 | UInt32(key[1]) << 16 | UInt32(key[2]) << 8 | UInt32(key[3])
        let mask = (UInt64(word) << 32 | UInt64(word)).bigEndian
        self.data.withUnsafeReadableBytes { payload in
            let start = bytes.count
            bytes += payload
            bytes.withUnsafeMutableBytes { all in
                Self.apply(mask, to: UnsafeMutableRawBufferPointer(rebasing: all[start...]))
            }
        }
    }

    /// Eight bytes at a time, and the rest one by one.
    private static func apply(_ mask: UInt64, to bytes: UnsafeMutableRawBufferPointer) {
        var index = 0
        while index + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            bytes.storeBytes(of: word ^ mask, toByteOffset: index, as: UInt64.self)
            index += 8
        }
        withUnsafeBytes(of: mask) { mask in
            while index < bytes.count {
                bytes[index] ^= mask[index & 7]
                index += 1
            }
        }
    }
}
