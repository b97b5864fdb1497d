/// How much may wait for replies on a command connection.
struct CommandLimits: Sendable {
    /// Commands without a reply.
    var commands = 16_384
    /// Their bytes together.
    var bytes = 64 << 20
    /// Bytes handed to the channel in one write (a command that is longer goes alone). The outcome of all of them is
    /// unknown until the kernel has taken the last byte.
    var batchBytes = 64 << 10
}
