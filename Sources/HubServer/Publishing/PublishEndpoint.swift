import ByteStrings
import HTTPTypes
import HTTPWire
import HubCore
import HubDoor
import HubTransports
import NIOCore

/// `POST /publish`.
struct PublishEndpoint: Endpoint {
    let maximumBytes: Int
    /// Whether an application is asked about whoever shows no key.
    let isAsked: Bool

    var methods: [HTTPRequest.Method] { [.post] }

    func needsKey(_ method: HTTPRequest.Method) -> Bool { !self.isAsked }

    func takesKey(_ method: HTTPRequest.Method) -> Bool { true }

    func body(_ method: HTTPRequest.Method) -> BodyAllowance {
        BodyAllowance(maximumBytes: self.maximumBytes, setting: "--max-body")
    }

    func check(_ request: inout HubRequest) throws(Problem) {
        // Who shows a key that is none is told so, whatever the application would say.
        if request.hasRightKey == false { throw .unauthorized(request, hasCredentials: true, false) }
        try PublishRequest.check(request)
    }

    func serve(_ request: HubRequest, body: ByteBuffer, in session: Session) throws -> Outcome {
        let publications: [Publication]
        do throws(Problem) {
            publications = try PublishRequest(request, body: body, maximumTopics: session.maximumTopics).publications
        } catch {
            session.countRefusedPublication()
            throw error
        }
        return .later(try session.publish(publications).map(Self.response))
    }

    private static func response(_ published: [PublishedEvent]) -> Response {
        var json = JSONText()
        json.object { json in
            json.name("events")
            json.array { json in
                for event in published {
                    for topic in event.topics { json.event(topic, event.id) }
                }
            }
        }
        return .json(json)
    }
}

extension JSONText {
    fileprivate mutating func event(_ topic: Topic, _ id: EventID) {
        self.object { json in
            json.member("topic", topic.name)
            json.member("id", id.description)
        }
    }
}
