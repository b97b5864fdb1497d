extension ByteString {
    /// The text without the line ends (LF or CRLF) at its end: a secret that was written with `echo`, or a file with one value, has
    /// one more than was meant.
    public var withoutLineEnds: ByteString {
        let end = self.utf8.lastIndex { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        return end.map { ByteString(self.utf8[...$0]) } ?? ""
    }
}
