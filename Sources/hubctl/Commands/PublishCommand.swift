import ArgumentParser
import HubClient
import NIOCore

/// `hubctl publish`.
struct PublishCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Publish an event, or many; prints an id a line once they are in the replay buffer.",
        usage: """
            hubctl publish TOPIC MESSAGE
            hubctl publish TOPIC - < FILE
            hubctl publish TOPIC --file FILE
            hubctl publish --ndjson [--file FILE]
            """,
        discussion: """
            With '-' the message is standard input, without its last line end (LF or CRLF); with --file it is the file as it is. \
            --ndjson reads one JSON envelope a line, {"topic":…,"data":…,"event":…,"retry":…,"key":…}, and publishes them \
            in batches of up to 1,000, each in one step, as they come in.

            A message may begin with a dash: hubctl publish news -5. Where it might be an option, it stands behind --: \
            hubctl publish news -- --file.
            """)

    @Argument(help: "The topic.") var topic: String?
    @Argument(help: "The message; '-' reads standard input.") var message: String?
    @Option(
        name: [.customShort("t"), .customLong("topic")], help: "One more topic for the same event; may be repeated.")
    var moreTopics: [String] = []
    @Option(name: .shortAndLong, help: "The event's name.") var event: String?
    @Option(help: "After how many milliseconds a client that lost its stream should come back.") var retry: Int?
    @Option(
        name: .shortAndLong,
        help: "The idempotency key: repeated within 10 minutes, it gives the first id and publishes nothing.")
    var key: String?
    @Option(name: .shortAndLong, help: "Read the message, or the envelopes, from a file.", completion: .file())
    var file: String?
    @Flag(help: "Read one JSON envelope a line.") var ndjson = false
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if self.ndjson {
            guard self.topic == nil, self.message == nil, self.moreTopics.isEmpty, self.event == nil,
                self.retry == nil, self.key == nil
            else { throw ValidationError("with --ndjson each line names its own topic, event, retry and key") }
            return
        }
        guard self.topic != nil else { throw ValidationError("name a topic: hubctl publish TOPIC MESSAGE") }
        guard (self.message == nil) != (self.file == nil) else {
            throw ValidationError("give one message: as an argument, as '-' for standard input, or with --file")
        }
    }

    func run() async throws {
        try await HubClient.with(self.connection.configuration) { hub in
            if self.ndjson { return try await self.publishLines(hub) }
            let published = try await hub.publish(
                bytes: try self.data(), to: [self.topic].compactMap(\.self) + self.moreTopics, event: self.event,
                retry: self.retry, key: self.key)
            StandardOutput.write(ids: published)
        }
    }

    private func data() throws -> ByteBuffer {
        if let file = self.file { return ByteBuffer(bytes: try Input(path: file).readToEnd()) }
        guard let message = self.message, message == "-" else { return ByteBuffer(string: self.message ?? "") }
        var bytes = try Input.standard.readToEnd()
        // The line end that programs and editors put at the end of what they write.
        if bytes.last == UInt8(ascii: "\n") {
            bytes.removeLast()
            if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        }
        return ByteBuffer(bytes: bytes)
    }

    private func publishLines(_ hub: HubClient) async throws {
        let input = try self.file.map { try Input(path: $0) } ?? .standard
        var publisher = NDJSONPublisher(hub: hub)
        try await publisher.publish(input)
    }
}
