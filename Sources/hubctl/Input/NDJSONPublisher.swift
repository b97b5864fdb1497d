import HubClient
import NIOCore

/// Publishes what comes in, batch after batch, and says how far it came if one fails.
struct NDJSONPublisher {
    /// A batch was not published; those before it were.
    struct Failure: Error, CustomStringConvertible {
        let cause: HubClientError
        let firstLine: Int
        let lastLine: Int

        var description: String {
            let before = self.firstLine > 1 ? "; everything before it is published" : ""
            return "lines \(self.firstLine) to \(self.lastLine): \(self.cause)\(before)"
        }
    }

    let hub: HubClient
    private var batcher = NDJSONBatcher()

    init(hub: HubClient) {
        self.hub = hub
    }

    /// Reads the input to its end. Lines that have come in are not held back for more to come.
    mutating func publish(_ input: Input) async throws {
        while true {
            let bytes = try input.read()
            guard !bytes.isEmpty else { break }
            for batch in self.batcher.append(bytes) { try await self.publish(batch) }
            if !input.isReady, let batch = self.batcher.flush() { try await self.publish(batch) }
        }
        for batch in self.batcher.finish() { try await self.publish(batch) }
    }

    private func publish(_ batch: NDJSONBatcher.Batch) async throws(Failure) {
        do throws(HubClientError) {
            StandardOutput.write(ids: try await self.hub.publish(ndjson: ByteBuffer(bytes: batch.bytes)))
        } catch {
            throw Failure(
                cause: error, firstLine: batch.firstLine, lastLine: batch.firstLine + batch.lineCount - 1)
        }
    }
}
