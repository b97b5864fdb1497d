import ByteStrings
public import HubCore

/// What an application is told: that a topic or a subject has its first stream on a member, or has lost its last.
public struct HookEvent: Hashable, Sendable {
    let occupant: Occupant
    let isOccupied: Bool
    /// When that was, in milliseconds since 1970.
    let time: UInt64

    /// Makes an event.
    /// - Parameters:
    ///   - occupant: What has changed.
    ///   - isOccupied: Whether it has streams now.
    ///   - time: When that was, in milliseconds since 1970.
    public init(_ occupant: Occupant, isOccupied: Bool, time: UInt64) {
        self.occupant = occupant
        self.isOccupied = isOccupied
        self.time = time
    }

    /// What the application gets of several.
    /// - Parameter member: Which member tells it.
    static func body(of events: [HookEvent], by member: ByteString) -> [UInt8] {
        var json = JSONText(escapesMarkup: false)
        json.object { json in
            json.member("member", member.string)
            json.name("events")
            json.array { json in for event in events { event.write(to: &json) } }
        }
        return json.bytes
    }

    private func write(to json: inout JSONText) {
        json.object { json in
            switch self.occupant {
            case .topic(let topic):
                json.member("type", self.isOccupied ? "topic.occupied" : "topic.vacated")
                json.member("topic", topic.name)
            case .subject(let subject):
                json.member("type", self.isOccupied ? "subject.joined" : "subject.left")
                json.member("subject", subject.string)
            }
            json.member("time", json: "\(Double(self.time) / 1000)".utf8)
        }
    }
}
