/// Where events keep their bytes in each wire format; the gaps leave room for a format's variants.
enum EncodingSlot: Int {
    /// `SSEEncoding`, four variants.
    case sse = 0
    /// `BatchEncoding`.
    case batch = 4
    /// `IFrameEncoding`.
    case iframe = 5
    /// `WebSocketEncoding`, two variants.
    case webSocket = 6
}
