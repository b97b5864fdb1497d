import ByteStrings

/// Which offsets of an epoch are of its history, and which were given by a server that others had taken over from.
///
/// A server that takes over begins a reign: from the last offset that it knows of on, only offsets with the reign's tag count. What
/// the server before it gave after that, before it was gone or since, has another tag. Two servers that take over at the same time
/// draw the same tag once in 1,024 times.
public struct Reigns: Hashable, Sendable {
    private enum Tag: Hashable {
        case one(UInt64)
        /// Those of before there were tags.
        case any
        /// None: the clock jumped over the offsets.
        case none

        init?(_ text: ByteString) {
            switch text {
            case "*": self = .any
            case "-": self = .none
            default:
                guard let tag = UInt64(text.string), tag < Offset.tagCount else { return nil }
                self = .one(tag)
            }
        }

        func isTag(of offset: Offset) -> Bool {
            switch self {
            case .one(let tag): offset.tag == tag
            case .any: true
            case .none: false
            }
        }
    }

    private struct Reign: Hashable {
        /// Offsets after this one are the reign's, until the next one begins.
        let after: Offset
        let tag: Tag
    }

    /// Of before there were tags.
    public static let untagged = Reigns([Reign(after: .zero, tag: .any)])

    /// By what they are after.
    private var reigns: [Reign]

    private init(_ reigns: [Reign]) {
        self.reigns = reigns
    }

    /// Makes a first reign with all offsets.
    init(tag: UInt64) {
        self.init([Reign(after: .zero, tag: .one(tag))])
    }

    /// Reads reigns as Redis keeps them: `ms-seq:tag` with spaces between; `nil` for anything else.
    public init?(_ text: String) {
        var reigns: [Reign] = []
        for part in text.utf8.split(separator: UInt8(ascii: " ")) {
            let fields = ByteString(part).split(at: UInt8(ascii: ":"), maximumCount: 2) ?? []
            guard fields.count == 2, let after = Offset(streamID: fields[0].string), let tag = Tag(fields[1]) else {
                return nil
            }
            reigns.append(Reign(after: after, tag: tag))
        }
        guard !reigns.isEmpty else { return nil }
        self.init(reigns)
    }

    /// A server takes over that knows of offsets up to `clock`.
    /// - Returns: Where its reign begins.
    mutating func begin(tag: UInt64, after clock: Offset, now: UInt64) -> Offset {
        self.reigns.append(Reign(after: clock, tag: .one(tag)))
        // Later by a whole millisecond, so that there is room for the position before the first event.
        return Offset(
            rawValue: max(clock.milliseconds + 1, now) << Offset.sequenceBits | tag << Offset.countBits)
    }

    /// Whether an offset is of this history, if it is not after the clock.
    public func gave(_ offset: Offset) -> Bool {
        offset == .zero || self.ruling(offset)?.tag.isTag(of: offset) == true
    }

    /// Up to where this history and another one are the same; `nil` if they have nothing in common.
    func parting(from other: Reigns) -> Offset? {
        guard let last = self.reigns.lastIndex(where: other.reigns.contains),
            let same = other.reigns.lastIndex(of: self.reigns[last])
        else { return nil }
        let ends = [self.reigns.dropFirst(last + 1).first?.after, other.reigns.dropFirst(same + 1).first?.after]
        return ends.compactMap(\.self).min() ?? .maximum
    }

    /// The position right before every event of a time and later.
    /// - Parameter milliseconds: Since 1970.
    func position(before milliseconds: UInt64) -> Offset {
        let last = Offset(before: milliseconds)
        switch self.ruling(last) {
        case .some(let reign) where last > .zero:
            guard case .one(let tag) = reign.tag else { return reign.tag == .any ? last : reign.after }
            return max(reign.after, Offset(lastOf: last.milliseconds, tag: tag))
        default: return last
        }
    }

    /// The position if it is one of this history, else the one before its millisecond.
    func settled(_ position: Offset) -> Offset {
        self.gave(position) ? position : self.position(before: position.milliseconds)
    }

    private func ruling(_ offset: Offset) -> Reign? {
        self.reigns.last { $0.after < offset }
    }
}
