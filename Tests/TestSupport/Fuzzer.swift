#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Makes inputs out of samples by changing them at random, and runs a check with each: for a minute in `make test`, for a
/// moment otherwise, and for as long as it is told by `make fuzz`. `HUB_FUZZ_SECONDS` says how long.
public struct Fuzzer {
    /// An input that takes longer than this is a fault, however busy the machine is.
    private static let patience = Patience.duration(.seconds(10))
    private static let maximumByteCount = 1 << 16

    private var corpus: [[UInt8]]
    private let words: [[UInt8]]
    private var generator: SeededGenerator
    /// Names the run in a failure, so that it can be run again: `HUB_FUZZ_SEED`.
    public let seed: UInt64

    /// Makes a fuzzer.
    /// - Parameters:
    ///   - samples: Inputs that are well-formed.
    ///   - words: What means something in the format.
    public init(samples: [[UInt8]], words: [String]) {
        self.corpus = samples
        self.words = words.map { Array($0.utf8) }
        let chosen = getenv("HUB_FUZZ_SEED").flatMap { UInt64(String(cString: $0)) }
        self.seed = chosen ?? .random(in: 0...UInt64(UInt32.max))
        self.generator = SeededGenerator(seed: self.seed)
    }

    /// Runs a check until the time is over.
    /// - Parameter check: Throws for a fault; returns whether the input was accepted, so that it is worth going on from it.
    /// - Throws: ``Fault`` with the input.
    public mutating func run(_ check: ([UInt8], inout SeededGenerator) async throws -> Bool) async throws {
        let seconds = getenv("HUB_FUZZ_SECONDS").flatMap { Double(String(cString: $0)) } ?? 1
        let end = ContinuousClock.now + .seconds(seconds)
        for sample in self.corpus { _ = try await self.run(check, sample) }
        while ContinuousClock.now < end {
            // Checks that never wait would keep the threads of all tests to themselves.
            await Task.yield()
            let input = self.mutated(self.corpus.randomElement(using: &self.generator) ?? [])
            guard try await self.run(check, input) else { continue }
            if self.corpus.count < 1000 {
                self.corpus.append(input)
            } else {
                self.corpus[Int.random(in: 0..<self.corpus.count, using: &self.generator)] = input
            }
        }
    }

    private mutating func run(
        _ check: ([UInt8], inout SeededGenerator) async throws -> Bool, _ input: [UInt8]
    ) async throws -> Bool {
        let start = ContinuousClock.now
        let isAccepted: Bool
        do { isAccepted = try await check(input, &self.generator) } catch { throw Fault(input, self.seed, "\(error)") }
        guard ContinuousClock.now - start < Self.patience else { throw Fault(input, self.seed, "takes too long") }
        return isAccepted
    }

    private mutating func mutated(_ sample: [UInt8]) -> [UInt8] {
        var bytes = sample
        for _ in 0..<Int.random(in: 1...6, using: &self.generator) { self.mutate(&bytes) }
        return Array(bytes.prefix(Self.maximumByteCount))
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        let start = Int.random(in: 0...bytes.count, using: &self.generator)
        let end = min(
            bytes.count, start + Int.random(in: 0...(self.generator.chance(10) ? 4096 : 16), using: &self.generator))
        let piece = Array(bytes[start..<end])
        switch Int.random(in: 0..<8, using: &self.generator) {
        case 0: bytes.removeSubrange(start..<end)
        case 1: bytes.insert(contentsOf: piece, at: Int.random(in: 0...bytes.count, using: &self.generator))
        case 2: bytes.insert(contentsOf: repeatElement(piece, count: 64).joined(), at: start)
        case 3: bytes.replaceSubrange(start..<end, with: self.words.randomElement(using: &self.generator) ?? [])
        case 4: bytes.insert(contentsOf: self.words.randomElement(using: &self.generator) ?? [], at: start)
        case 5: bytes.insert(UInt8.random(in: 0...255, using: &self.generator), at: start)
        case 6:
            bytes.replaceSubrange(
                start..., with: (self.corpus.randomElement(using: &self.generator) ?? [])[...].suffix(256))
        default: if start < bytes.count { bytes[start] ^= 1 << UInt8.random(in: 0..<8, using: &self.generator) }
        }
    }

    /// Cuts an input into pieces, as a network might.
    public static func pieces(of bytes: [UInt8], using generator: inout SeededGenerator) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        let most = generator.chance(50) ? 3 : 200
        while !rest.isEmpty {
            let count = Int.random(in: 1...most, using: &generator)
            pieces.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return pieces
    }

    /// What an input has brought to light.
    public struct Fault: Error, CustomStringConvertible {
        public let description: String

        init(_ input: [UInt8], _ seed: UInt64, _ what: String) {
            self.description =
                "\(what): seed \(seed), input \(input.prefix(4096)), as text \(String(decoding: input.prefix(4096), as: UTF8.self))"
        }
    }

    /// A check's own fault.
    public struct Difference: Error, CustomStringConvertible {
        public let description: String

        /// Makes a fault that says what differs.
        public init(_ description: String) {
            self.description = description
        }
    }
}
