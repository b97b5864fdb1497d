import AsyncHTTPClient
import NIOCore
import NIOHTTP1

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Where a set of keys is.
public enum TokenKeySource: Hashable, Sendable, CustomStringConvertible {
    /// A file.
    case file(String)
    /// An address, `https://…` or `http://…`.
    case url(String)

    /// How long a server may take.
    private static let timeout = TimeAmount.seconds(5)

    /// Tells a file from an address.
    public init(_ text: String) {
        self = HTTPAddress.isMeant(by: text) ? .url(text) : .file(text)
    }

    /// The file's name, or the address without what a password may stand in.
    public var description: String {
        switch self {
        case .file(let path): return path
        case .url(let text): return HTTPAddress.masking(text)
        }
    }

    /// Whether its server may be away for a while.
    var isRemote: Bool { if case .url = self { true } else { false } }

    /// Reads the set.
    /// - Throws: `InvalidKey`.
    func read(_ client: HTTPClient) async throws(InvalidKey) -> TokenKeySet {
        switch self {
        case .file(let path): return try await TokenKeySet(try Self.read(path))
        case .url(let url): return try await TokenKeySet(try await Self.fetch(url, client))
        }
    }

    private static func read(_ path: String) throws(InvalidKey) -> [UInt8] {
        do {
            return Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw InvalidKey("can't be read")
        }
    }

    private static func fetch(_ url: String, _ client: HTTPClient) async throws(InvalidKey) -> [UInt8] {
        do {
            var request = HTTPClientRequest(url: url)
            request.headers.add(name: "Accept", value: "application/jwk-set+json, application/json")
            let response = try await client.execute(request, timeout: self.timeout)
            // Keys that anybody on the way could exchange would let them sign.
            guard !url.utf8.starts(with: "https://".utf8) || response.url?.scheme == "https" else {
                throw InvalidKey("is sent on to an address without TLS")
            }
            guard response.status == .ok else { throw InvalidKey("was answered with \(response.status.code)") }
            let body = try await response.body.collect(upTo: TokenKeySet.maximumByteCount)
            return Array(body.readableBytesView)
        } catch let error as InvalidKey {
            throw error
        } catch is NIOTooManyBytesError {
            throw InvalidKey("has more than \(TokenKeySet.maximumByteCount >> 10) KiB")
        } catch {
            throw InvalidKey("can't be fetched: \(error)")
        }
    }
}
